#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes a contact sheet with diffusers: a row for each prompt, a column for each seed."""

import argparse
import json
import pathlib

import cv2
import numpy as np
import torch
from diffusers import DPMSolverMultistepScheduler, StableDiffusionPipeline


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("sheet", type=pathlib.Path)
    parser.add_argument("prompts", nargs="*", help="sfumato.json's sample prompts if none are given")
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--cfg", type=float, default=4.5)
    args = parser.parse_args()
    pipe = StableDiffusionPipeline.from_pretrained(args.model, torch_dtype=torch.float32)
    pipe.scheduler = DPMSolverMultistepScheduler.from_config(pipe.scheduler.config)
    pipe.set_progress_bar_config(disable=True)
    rows = []
    for prompt in args.prompts or json.loads((args.model / "sfumato.json").read_text())["sample_prompts"]:
        seeds = [torch.Generator().manual_seed(s) for s in range(args.seeds)]
        made = pipe([prompt] * args.seeds, num_inference_steps=args.steps,
                    guidance_scale=args.cfg, generator=seeds).images
        rows.append(np.concatenate([np.asarray(p) for p in made], 1))
    cv2.imwrite(str(args.sheet), np.concatenate(rows, 0)[..., ::-1])


if __name__ == "__main__":
    main()
