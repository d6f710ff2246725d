#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""How often a model obeys: held-out captions, drawn by sfumato-cli, seen by the judge.

Beside the score stand the ceiling, which is what the judge sees in renderings of the
same scenes after the autoencoder, and the floor, pictures judged by another's caption.
Writes FOLDER/result.json and prints a table for the readme.
"""

import argparse
import collections
import json
import pathlib
import subprocess

import cv2
import numpy as np
import torch
from diffusers import AutoencoderKL

from judge import measure
from judge.network import Judge
from judge.score import KINDS, score
from judge.train import decode_again
from world import captions, compose, worlds

FIRST_SEED = 1000  # of the pictures


def choose(world, count):
    """Scenes in which every noun has a colour, and every relation a pair, that training never showed."""
    rng = np.random.default_rng(4242)
    return [compose.choose(rng, world, held_out=True) for _ in range(count)]


def generate(folder, scenes, seeds, program, model):
    """Draws what is not there yet, with the program's default settings."""
    lines = []
    for i, scene in enumerate(scenes):
        for k in range(seeds):
            out = f"{i:04}-{k}.png"
            if not (folder / out).exists():
                lines.append(json.dumps({"prompt": captions.full(scene), "seed": FIRST_SEED + seeds * i + k, "out": out}))
    if lines:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "prompts.jsonl").write_text("\n".join(lines) + "\n")
        subprocess.run([program, "generate", "--quiet", "--model", model, "--prompts", folder / "prompts.jsonl",
                        "--output", folder], check=True, stdout=subprocess.DEVNULL)
    return np.stack([cv2.imread(str(folder / f"{i:04}-{k}.png"))[..., ::-1] for i in range(len(scenes)) for k in range(seeds)])


def tally(scenes, seen, eye):
    """For each kind how many were right, of how many."""
    counts = collections.defaultdict(lambda: [0, 0])
    for scene, observation in zip(scenes, seen):
        for kind, right in score(scene, observation, eye):
            counts[kind][0] += right
            counts[kind][1] += 1
    return dict(counts)


def interval(right, of):
    """Wilson's interval for a share, at 95 %, in per cent."""
    z, p = 1.96, right / of
    middle = (p + z * z / (2 * of)) / (1 + z * z / of)
    half = z / (1 + z * z / of) * np.sqrt(p * (1 - p) / of + z * z / (4 * of * of))
    return 100 * (middle - half), 100 * (middle + half)


def table(result):
    rows = ["| | renderings | ceiling | model | 95 % | floor | of |", "| --- | --- | --- | --- | --- | --- | --- |"]
    for kind in KINDS:
        if kind in result["model"]:
            right, of = result["model"][kind]
            share = {name: 100 * counts[kind][0] / counts[kind][1] for name, counts in result.items()}
            low, high = interval(right, of)
            rows.append(f"| {kind} | {share['renderings']:.0f} % | {share['ceiling']:.0f} % | **{share['model']:.0f} %** | "
                        f"{low:.0f}–{high:.0f} | {share['floor']:.0f} % | {of} |")
    return "\n".join(rows)


def load_judge(folder, world):
    judge = Judge(world)
    judge.load_state_dict(torch.load(folder / "judge.pt", weights_only=True)["average"])
    return judge.eval().to(memory_format=torch.channels_last), measure.Eye(world, folder / "colours.json")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("judge", type=pathlib.Path, help="folder of judge.train")
    parser.add_argument("folder", type=pathlib.Path, help="where the pictures go, and are found again")
    parser.add_argument("--program", type=pathlib.Path, default="sfumato-cli")
    parser.add_argument("--world", choices=worlds.WORLDS, default="small")
    parser.add_argument("--captions", type=int, default=500)
    parser.add_argument("--seeds", type=int, default=2)
    args = parser.parse_args()
    world = worlds.WORLDS[args.world]
    judge, eye = load_judge(args.judge, world)
    scenes = choose(world, args.captions)
    drawn = generate(args.folder, scenes, args.seeds, args.program, args.model)
    seen = measure.observe(judge, world, drawn)
    asked = [scene for scene in scenes for _ in range(args.seeds)]
    other = np.roll(np.arange(len(asked)), args.seeds * (args.captions // 2))
    real = np.stack([compose.draw(scene, world.size) for scene in scenes])
    vae = AutoencoderKL.from_pretrained(args.model / "vae").float().eval()
    result = {"renderings": tally(scenes, measure.observe(judge, world, real), eye),
              "ceiling": tally(scenes, measure.observe(judge, world, decode_again(vae, real)), eye),
              "model": tally(asked, seen, eye),
              "floor": tally([asked[i] for i in other], seen, eye)}
    (args.folder / "result.json").write_text(json.dumps(result, indent=1))
    print(table(result))


if __name__ == "__main__":
    main()
