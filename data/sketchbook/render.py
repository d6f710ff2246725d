#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Renders a set of scenes: pictures.u8 (N × size × size × 3) and scenes.jsonl."""

import argparse
import json
import multiprocessing
import pathlib

import cv2
import numpy as np

from world import compose

SIZE = 128


def _one(seed):
    cv2.setNumThreads(0)
    scene = compose.choose(np.random.default_rng([seed, 0]))
    return compose.draw(scene, SIZE, [seed, 1]), scene.as_dict()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--count", type=int, default=12000)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    shape = (args.count, SIZE, SIZE, 3)
    pictures = np.memmap(args.folder / "pictures.u8", np.uint8, "w+", shape=shape)
    seeds = range(args.first_seed, args.first_seed + args.count)
    with multiprocessing.Pool(args.jobs) as pool, open(args.folder / "scenes.jsonl", "w") as out:
        for index, (picture, scene) in enumerate(pool.imap(_one, seeds, chunksize=32)):
            pictures[index] = picture
            out.write(json.dumps(scene) + "\n")
    pictures.flush()


if __name__ == "__main__":
    main()
