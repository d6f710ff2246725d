#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains the judge on the renderer's own masks, and calibrates its eye for colour; can be resumed.

Run from data/sketchbook: python -m judge.train FOLDER --model MODEL
"""

import argparse
import pathlib
import time

import numpy as np
import torch
import torch.nn.functional as F
from diffusers import AutoencoderKL

from judge.data import Data, render
from judge.measure import calibrate, to_input
from judge.network import Judge
from shared import Average, mend_convolutions, save_state, seconds_left
from world import worlds

DECODED, GARBAGE = 1500, 256


def reconstructor(model):
    """A function that decodes pictures anew, and noise, with a model's autoencoder; kept in the folder."""
    def reconstruct(folder, pictures):
        decoded, garbage = folder / "decoded.npy", folder / "garbage.npy"
        if not decoded.exists():
            vae = AutoencoderKL.from_pretrained(model / "vae").float().eval().to(memory_format=torch.channels_last)
            np.save(decoded, decode_again(vae, pictures[:DECODED]))
            np.save(garbage, _decode_noise(vae, GARBAGE, pictures.shape[1] // 8))
        return np.load(decoded), np.load(garbage)
    return reconstruct


@torch.no_grad()
def decode_again(vae, pictures):
    out = []
    for first in range(0, len(pictures), 25):
        with torch.autocast("cpu", torch.bfloat16):
            made = vae.decode(vae.encode(to_input(pictures[first:first + 25])).latent_dist.mode()).sample
        out.append(to_bytes(made))
    return np.concatenate(out)


@torch.no_grad()
def _decode_noise(vae, count, side):
    """Latents without meaning: white noise, and noise that is smooth over 2 to 8 places."""
    out = []
    for k in range(count // 16):
        noise = torch.randn(16, 4, max(2, side // 2 ** (k % 4)), max(2, side // 2 ** (k % 4)))
        noise = F.interpolate(noise, (side, side), mode="bilinear") / vae.config.scaling_factor
        with torch.autocast("cpu", torch.bfloat16):
            out.append(to_bytes(vae.decode(noise).sample))
    return np.concatenate(out)


def to_bytes(made):
    return ((made.float().permute(0, 2, 3, 1).numpy() + 1) * 127.5).clip(0, 255).astype(np.uint8)


def loss(judge, shown, wanted, bf16):
    with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
        said = judge(to_input(shown))
    wanted = {name: torch.from_numpy(value).long() for name, value in wanted.items()}
    total = F.cross_entropy(said["nouns"].float(), wanted["nouns"])
    total = total + 0.5 * F.binary_cross_entropy_with_logits(said["inside"].float(), wanted["inside"].float())
    for name in ("place", "time", "style"):
        total = total + 0.1 * F.cross_entropy(said[name].float(), wanted[name])
    return total


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=pathlib.Path, help="where renderings and the judge are kept")
    parser.add_argument("--model", type=pathlib.Path, required=True, help="the model whose autoencoder redraws some of them")
    parser.add_argument("--world", choices=worlds.WORLDS, default="small")
    parser.add_argument("--count", type=int, default=8000)
    parser.add_argument("--minutes", type=float, default=8)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--bf16", action="store_true")
    args = parser.parse_args()
    torch.manual_seed(3)
    torch.set_num_threads(args.threads)
    world = worlds.WORLDS[args.world]
    render(args.folder / "renderings", world, args.count)
    data = Data(args.folder / "renderings", world, reconstructor(args.model))
    judge = Judge(world).to(memory_format=torch.channels_last)
    mend_convolutions(judge)
    optimizer = torch.optim.AdamW(judge.parameters(), lr=args.rate, weight_decay=0.01)
    average, done = Average(judge, 0.998), 0
    path = args.folder / "judge.pt"
    if path.exists():
        state = torch.load(path, weights_only=True)
        judge.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        average.values, average.count, done = state["average"], state["step"], state["step"]
    rng = np.random.default_rng(done)
    start, losses = time.monotonic(), []
    while (left := seconds_left(start, args.minutes)) > 0:
        for group in optimizer.param_groups:
            group["lr"] = args.rate * min(1, (done + 1) / 100) * min(1, 0.02 + left / (args.minutes * 60 * 0.7))
        error = loss(judge, *data.batch(args.batch, rng), args.bf16)
        optimizer.zero_grad()
        error.backward()
        torch.nn.utils.clip_grad_norm_(judge.parameters(), 1.0)
        optimizer.step()
        average.update(judge)
        done += 1
        losses.append(error.item())
        if done % 100 == 0:
            print(f"{time.monotonic() - start:6.0f} s  step {done}  loss {np.mean(losses[-100:]):.4f}", flush=True)
    save_state(path, judge, average, optimizer, done)
    judge.load_state_dict(average.values)
    calibrate(judge.eval(), world, data, args.folder / "colours.json")


if __name__ == "__main__":
    main()
