#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shows: what a model draws, uncurated, beside the nearest pictures of its training.

FOLDER/sheet.jpg       seeds 1 to 16, the sample prompts in turn; each with its nearest training picture
FOLDER/guidance.jpg    one prompt at guidance 1, 4, 7 and 12, a row for each seed
FOLDER/negative.jpg    pairs without and with a negative prompt, same seed
FOLDER/sketch.jpg      a crude sketch, and pictures made from it
FOLDER/fill.jpg        a picture, the masked region, and fillings

The first three are made by sfumato-cli; the last two by diffusers, whose pipelines
open the same model folder.
"""

import argparse
import json
import pathlib
import subprocess
import tempfile

import cv2
import numpy as np
import torch
from diffusers import DPMSolverMultistepScheduler, StableDiffusionImg2ImgPipeline, StableDiffusionInpaintPipeline
from PIL import Image

from shared import open_pictures

NEGATIVE = [("a house in the snow", "day"), ("a balloon over the sea", "yellow")]


class Program:
    """sfumato-cli, which draws prompts into a folder."""

    def __init__(self, program, model):
        self.command = [program, "generate", "--quiet", "--model", model]

    def draw(self, lines, *options):
        """Pictures for dictionaries of "prompt", "seed" and maybe "negative"."""
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            named = [json.dumps(dict(line, out=f"{i}.png")) for i, line in enumerate(lines)]
            (folder / "prompts.jsonl").write_text("\n".join(named) + "\n")
            subprocess.run([*self.command, "--prompts", folder / "prompts.jsonl", "--output", folder, *options],
                           check=True, stdout=subprocess.DEVNULL)
            return [cv2.imread(str(folder / f"{i}.png"))[..., ::-1] for i in range(len(lines))]


def thumbnail(pictures):
    """16 × 16 in Lab, which is what is compared."""
    return np.stack([cv2.cvtColor(cv2.resize(p, (16, 16), interpolation=cv2.INTER_AREA).astype(np.float32) / 255,
                                  cv2.COLOR_RGB2LAB).ravel() for p in pictures])


def nearest(drawn, trained):
    """For each picture the training picture with the smallest distance, mirrored ones included."""
    best = []
    wanted = thumbnail(drawn)
    known = [thumbnail(trained[first:first + 1000]) for first in range(0, len(trained), 1000)]
    known = np.concatenate(known)
    for mirrored in (False, True):
        there = known.reshape(-1, 16, 16, 3)[:, :, ::-1].reshape(len(known), -1) if mirrored else known
        squares = (there ** 2).sum(1)
        for k, one in enumerate(wanted):
            far = squares - 2 * there @ one
            i = int(far.argmin())
            best.append((k, float(far[i]), trained[i][:, ::-1] if mirrored else trained[i]))
    return [min((b for b in best if b[0] == k), key=lambda b: b[1])[2] for k in range(len(drawn))]


def write(path, rows, gap=4):
    """Rows of pictures of one size, on white."""
    height, width = rows[0][0].shape[:2]
    sheet = np.full((len(rows) * (height + gap) - gap, max(map(len, rows)) * (width + gap) - gap, 3), 255, np.uint8)
    for y, row in enumerate(rows):
        for x, picture in enumerate(row):
            if picture is not None:
                sheet[y * (height + gap):, x * (width + gap):][:height, :width] = picture
    cv2.imwrite(str(path), sheet[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 88])


def contact_sheet(program, prompts, trained):
    """Four rows of four pictures, each with its nearest neighbour to the right."""
    drawn = program.draw([{"prompt": prompts[k % len(prompts)], "seed": k + 1} for k in range(16)])
    pairs = list(zip(drawn, nearest(drawn, trained)))
    return [[p for pair in pairs[first:first + 4] for p in pair] for first in range(0, 16, 4)]


def guidance(program, prompt):
    lines = [{"prompt": prompt, "seed": seed} for seed in (1, 2)]
    columns = [program.draw(lines, "--cfg", str(cfg)) for cfg in (1, 4, 7, 12)]
    return [list(row) for row in zip(*columns)]


def negative(program):
    rows = []
    for prompt, without in NEGATIVE:
        plain = program.draw([{"prompt": prompt, "seed": s} for s in (1, 2, 3)])
        kept = program.draw([{"prompt": prompt, "seed": s, "negative": without} for s in (1, 2, 3)])
        rows.append([p for pair in zip(plain, kept) for p in pair])
    return rows


def _ready(pipeline, model):
    pipe = pipeline.from_pretrained(model, torch_dtype=torch.float32)
    pipe.scheduler = DPMSolverMultistepScheduler.from_config(pipe.scheduler.config)
    pipe.set_progress_bar_config(disable=True)
    return pipe


def _crude_sketch(size):
    """A few blots as somebody might daub them with a mouse."""
    sketch = np.full((size, size, 3), (150, 200, 240), np.uint8)
    sketch[int(0.58 * size):] = (90, 170, 80)
    cv2.rectangle(sketch, (int(0.32 * size), int(0.48 * size)), (int(0.7 * size), int(0.8 * size)), (220, 60, 50), -1)
    cv2.fillPoly(sketch, [np.int32(np.array([(0.26, 0.49), (0.76, 0.49), (0.5, 0.28)]) * size)], (90, 50, 40))
    return sketch


def from_sketch(model, size):
    pipe = _ready(StableDiffusionImg2ImgPipeline, model)
    sketch = _crude_sketch(size)
    made = [np.asarray(pipe("a red house in a meadow by day", image=Image.fromarray(sketch), strength=strength,
                            guidance_scale=4.5, num_inference_steps=30, generator=torch.Generator().manual_seed(seed)).images[0])
            for strength, seed in ((0.7, 1), (0.8, 2), (0.9, 3))]
    return [[sketch, *made]]


def fill(model, program, size):
    """The model has no channels for a mask, so every step keeps what is outside it."""
    pipe = _ready(StableDiffusionInpaintPipeline, model)
    whole, = program.draw([{"prompt": "a green tree in a green meadow by day", "seed": 2}])
    mask = np.zeros((size, size), np.uint8)
    mask[int(0.2 * size):int(0.92 * size), int(0.2 * size):int(0.8 * size)] = 255
    shown = np.where(mask[..., None] > 0, 128, whole).astype(np.uint8)
    made = [np.asarray(pipe(prompt, image=Image.fromarray(whole), mask_image=Image.fromarray(mask), height=size, width=size,
                            strength=1.0, guidance_scale=4.5, num_inference_steps=20,
                            generator=torch.Generator().manual_seed(1)).images[0])
            for prompt in ("a red house in a green meadow by day", "a blue flower in a green meadow by day")]
    return [[whole, shown, *made]]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("pictures", type=pathlib.Path, help="training pictures of render.py")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--count", type=int, help="how many of them were trained on, if not all")
    parser.add_argument("--program", default="sfumato-cli")
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    facts = json.loads((args.model / "sfumato.json").read_text())
    prompts, size = facts["sample_prompts"], facts["native_size"]
    program = Program(args.program, args.model)
    write(args.folder / "sheet.jpg", contact_sheet(program, prompts, open_pictures(args.pictures)[:args.count]))
    write(args.folder / "guidance.jpg", guidance(program, prompts[0]))
    write(args.folder / "negative.jpg", negative(program))
    write(args.folder / "sketch.jpg", from_sketch(args.model, size))
    write(args.folder / "fill.jpg", fill(args.model, program, size))


if __name__ == "__main__":
    main()
