# SPDX-License-Identifier: GPL-3.0-or-later
"""What both trainings need: the pictures, averaged weights, saved states."""

import json
import os
import pathlib
import time

import numpy as np
import torch

SIZE = 128


def open_pictures(folder):
    """N × 128 × 128 × 3 bytes, not read into memory."""
    return np.memmap(folder / "pictures.u8", np.uint8, "r").reshape(-1, SIZE, SIZE, 3)


def open_scenes(folder):
    return [json.loads(line) for line in open(folder / "scenes.jsonl")]


def seconds_left(start, minutes):
    return minutes * 60 - (time.monotonic() - start)


class Average:
    """An exponential moving average of a model's weights."""

    def __init__(self, model, decay):
        self.decay = decay
        self.count = 0
        self.values = {k: v.detach().clone() for k, v in model.state_dict().items()}

    @torch.no_grad()
    def update(self, model):
        self.count += 1
        decay = min(self.decay, (1 + self.count) / (10 + self.count))
        for name, value in model.state_dict().items():
            if value.dtype.is_floating_point:
                self.values[name].lerp_(value, 1 - decay)


def save_state(path, model, average, optimizer, step):
    """Writes a checkpoint so that an interruption never leaves half a file."""
    part = pathlib.Path(str(path) + ".part")
    torch.save({"model": model.state_dict(), "average": average.values,
                "optimizer": optimizer.state_dict(), "step": step}, part)
    os.replace(part, path)
