#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes tests/base/noise.json: what torch.randn gives on the CPU.

Needs torch. The fixture is committed; run this only to change it:
    python3 tests/reference/export_noise.py
"""
import json
import pathlib

import torch

ALL = [1, 2, 3, 15, 16, 17, 31, 32, 33, 100, 4096]
# Calls on one generator, in order: the spare of an odd call survives a call of blocks.
SEQUENCES = [
    (0, [16, 16]),
    (42, ALL),
    (1234567890, [3, 17, 2, 1, 100, 15, 15, 624, 5]),
    (2**32 + 7, [64, 1]),
    (2**63 + 11, [20]),
]
STRIDE = 61  # of a long call only every 61st number and the last 32 are kept


def rounded(values):
    return [float(f"{v:.9g}") for v in values.tolist()]


def call(generator, n):
    values = torch.randn(n, generator=generator)
    stride = 1 if n <= 200 else STRIDE
    return {"n": n, "stride": stride, "values": rounded(values[::stride]), "tail": rounded(values[-32:])}


def main():
    sequences = [(5, [n]) for n in ALL] + SEQUENCES
    out = []
    for seed, calls in sequences:
        generator = torch.Generator().manual_seed(seed)
        out.append({"seed": str(seed), "calls": [call(generator, n) for n in calls]})
    path = pathlib.Path(__file__).parent.parent / "base" / "noise.json"
    text = json.dumps({"torch": torch.__version__, "sequences": out}, separators=(",", ":"))
    path.write_text(text.replace('{"seed"', '\n{"seed"') + "\n")


main()
