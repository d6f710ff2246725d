#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the trained model as a diffusers folder in 16 bits, with sfumato.json."""

import argparse
import json
import pathlib
import shutil

import diffusers
import numpy as np
import torch
from diffusers import DDIMScheduler

import model
import words
from encode import latents
from shared import open_pictures, open_world

PROMPTS = ["a red boat on a calm sea at sunset", "a blue house in the snow at night",
           "three pink flowers in a green meadow by day", "a purple castle in the desert at sunset",
           "an orange cat to the left of a white house in a meadow by day",
           "a red balloon above a green car in the snow by day"]


def latent_rgb(vae, scale, pictures):
    """Least squares: colour in -1..1 of an 8 × 8 square from its scaled latent and a one.

    Five rows of red, green, blue: one for each channel, and last the bias.
    """
    z = (latents(vae, pictures) * scale).permute(0, 2, 3, 1).reshape(-1, 4).numpy()
    n, side = len(pictures), pictures.shape[1] // 8
    rgb = pictures.reshape(n, side, 8, side, 8, 3).mean((2, 4)).reshape(-1, 3) / 127.5 - 1
    known = np.concatenate([z, np.ones((len(z), 1))], 1)
    answer, *_ = np.linalg.lstsq(known, rgb, rcond=None)
    left = 1 - np.square(known @ answer - rgb).sum() / np.square(rgb - rgb.mean(0)).sum()
    print(f"latent to RGB explains {left:.3f} of the variance")
    return np.round(answer, 5).tolist()


def load_vae(world, folder, decoder):
    state = torch.load(folder / "vae.pt", weights_only=True)
    vae = model.autoencoder(world)
    vae.load_state_dict(torch.load(decoder or folder / "vae.pt", weights_only=True)["average"])
    vae.register_to_config(scaling_factor=state["scale"])
    return vae.eval()


def load_painter(world, path, vocabulary):
    painter = model.Painter(world, vocabulary)
    painter.load_state_dict(torch.load(path, weights_only=True)["average"])
    return painter.eval()


def write_index(out):
    index = {"_class_name": "StableDiffusionPipeline", "_diffusers_version": diffusers.__version__,
             "scheduler": ["diffusers", "DDIMScheduler"],
             "text_encoder": ["transformers", "CLIPTextModel"], "tokenizer": ["transformers", "CLIPTokenizer"],
             "unet": ["diffusers", "UNet2DConditionModel"], "vae": ["diffusers", "AutoencoderKL"],
             "safety_checker": [None, None], "feature_extractor": [None, None], "requires_safety_checker": False}
    (out / "model_index.json").write_text(json.dumps(index, indent=2) + "\n")


def write_facts(out, world, matrix):
    facts = {"name": "Sketchbook", "limited": True, "native_size": world.size, "words": words.known(world),
             "latent_rgb": matrix[:4], "latent_rgb_bias": matrix[4], "default_steps": 20, "default_cfg": 3.0,
             "default_sampler": "DPM++ 2M", "sample_prompts": PROMPTS}
    (out / "sfumato.json").write_text(json.dumps(facts, indent=2) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("latents", type=pathlib.Path, help="folder written by encode.py")
    parser.add_argument("state", type=pathlib.Path, help="checkpoint of train_unet.py")
    parser.add_argument("pictures", type=pathlib.Path)
    parser.add_argument("--decoder", type=pathlib.Path, help="checkpoint of train_vae.py --decoder")
    parser.add_argument("out", type=pathlib.Path)
    args = parser.parse_args()
    torch.set_num_threads(2)
    args.out.mkdir(parents=True, exist_ok=True)
    world = open_world(args.pictures)
    shutil.copytree(args.latents / "tokenizer", args.out / "tokenizer", dirs_exist_ok=True)
    vocabulary = model.tokenizer(args.out / "tokenizer")
    vae, painter = load_vae(world, args.latents, args.decoder), load_painter(world, args.state, len(vocabulary))
    matrix = latent_rgb(vae, vae.config.scaling_factor, open_pictures(args.pictures)[:200])
    for part, name in ((vae, "vae"), (painter.unet, "unet"), (painter.text, "text_encoder")):
        part.to(torch.float16).to(memory_format=torch.contiguous_format).save_pretrained(args.out / name)
    DDIMScheduler(**model.SCHEDULE, prediction_type="v_prediction", clip_sample=False,
                  set_alpha_to_one=False, steps_offset=1).save_pretrained(args.out / "scheduler")
    write_index(args.out)
    for path in args.out.rglob("*.safetensors"):
        path.chmod(0o644)
    write_facts(args.out, world, matrix)


if __name__ == "__main__":
    main()
