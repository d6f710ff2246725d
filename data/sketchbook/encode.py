#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns pictures into latents for the U-Net's training.

First centres the autoencoder's latents: mean 0 and equal spread in each channel,
by folding the shift and scale into quant_conv and post_quant_conv, which leaves
its pictures as they were. Latents are appended to the output as they are made, so
that training can begin while this still runs. With --mirror every picture is also
encoded mirrored, after all of those as they are. What an earlier run left unfinished is
continued with the autoencoder of that run.
"""

import argparse
import json
import pathlib

import numpy as np
import torch

import model
from shared import open_pictures, open_world


def load_average(path, world):
    vae = model.autoencoder(world)
    vae.load_state_dict(torch.load(path, weights_only=True)["average"])
    return vae.eval().to(memory_format=torch.channels_last)


def to_input(pictures):
    x = torch.from_numpy(np.ascontiguousarray(pictures)).permute(0, 3, 1, 2).float() / 127.5 - 1
    return x.contiguous(memory_format=torch.channels_last)


@torch.no_grad()
def latents(vae, pictures):
    with torch.autocast("cpu", torch.bfloat16):
        return vae.encode(to_input(pictures)).latent_dist.mode().float()


@torch.no_grad()
def centre(vae, pictures):
    """Folds mean and spread into the 1×1 convolutions; returns the scaling factor."""
    z = latents(vae, pictures)
    mean, spread, whole = z.mean((0, 2, 3)), z.std((0, 2, 3)), z.std((0, 2, 3)).mean()
    gain = whole / spread
    out, into = vae.quant_conv, vae.post_quant_conv
    out.weight[:4] *= gain[:, None, None, None]
    out.bias[:4] = (out.bias[:4] - mean) * gain
    out.bias[4:] += 2 * gain.log()
    into.bias += into.weight[:, :, 0, 0] @ mean
    into.weight /= gain[None, :, None, None]
    return 1 / whole.item()


def centred(args):
    """The autoencoder and the scaling factor: those of an earlier run, or made now."""
    kept = args.out / "vae.pt"
    if kept.exists():
        return load_average(kept, open_world(args.pictures[0])), torch.load(kept, weights_only=True)["scale"]
    vae = load_average(args.vae, open_world(args.pictures[0]))
    scale = centre(vae, open_pictures(args.pictures[0])[:256])
    torch.save({"average": vae.state_dict(), "scale": scale}, kept)
    return vae, scale


def append(out, vae, scale, pictures, mirrored, first):
    """Writes the latents of a folder's pictures, from one on, behind those that are there."""
    for first in range(first, len(pictures), 50):
        some = pictures[first:first + 50]
        z = latents(vae, some[:, :, ::-1] if mirrored else some) * scale
        out.write(z.contiguous().numpy().astype(np.float16).tobytes())
        out.flush()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("vae", type=pathlib.Path, help="checkpoint of train_vae.py")
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("pictures", type=pathlib.Path, nargs="+")
    parser.add_argument("--mirror", action="store_true")
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    args.out.mkdir(parents=True, exist_ok=True)
    vae, scale = centred(args)
    parts = [(str(p), mirrored) for mirrored in ([False, True] if args.mirror else [False]) for p in args.pictures]
    (args.out / "folders.json").write_text(json.dumps(parts))
    with open(args.out / "latents.f16", "ab") as out:
        there = out.tell() // (8 * (open_world(args.pictures[0]).size // 8) ** 2)
        for folder, mirrored in parts:
            pictures = open_pictures(pathlib.Path(folder))
            append(out, vae, scale, pictures, mirrored, min(there, len(pictures)))
            there -= min(there, len(pictures))
            print(folder, "mirrored" if mirrored else "", flush=True)


if __name__ == "__main__":
    main()
