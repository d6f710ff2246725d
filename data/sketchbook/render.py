#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Renders scenes of a world: pictures.u8 (N × size × size × 3), scenes.jsonl and world.json."""

import argparse
import functools
import json
import multiprocessing
import pathlib

import cv2
import numpy as np

from world import compose, worlds


def _one(world, seed):
    cv2.setNumThreads(0)
    scene = compose.choose(np.random.default_rng(seed), world)
    return compose.draw(scene, world.size), scene


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--world", choices=worlds.WORLDS, default="small")
    parser.add_argument("--count", type=int, default=24000)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    args = parser.parse_args()
    world = worlds.WORLDS[args.world]
    args.folder.mkdir(parents=True, exist_ok=True)
    (args.folder / "world.json").write_text(json.dumps({"world": world.name, "size": world.size}))
    shape = (args.count, world.size, world.size, 3)
    pictures = np.memmap(args.folder / "pictures.u8", np.uint8, "w+", shape=shape)
    seeds = range(args.first_seed, args.first_seed + args.count)
    with multiprocessing.Pool(args.jobs) as pool, open(args.folder / "scenes.jsonl", "w") as out:
        for index, (picture, scene) in enumerate(pool.imap(functools.partial(_one, world), seeds, chunksize=32)):
            pictures[index] = picture
            out.write(json.dumps(scene) + "\n")
    pictures.flush()


if __name__ == "__main__":
    main()
