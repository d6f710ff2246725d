#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains the autoencoder on crops of the rendered pictures; can be resumed.

Loss: L1, squared error, L1 of colours and of image gradients at three scales, and a
small KL term; with --adversary also a patch discriminator's verdict, with --judge L1 of
what a judge's network sees on its way down.
"""

import argparse
import pathlib
import time

import numpy as np
import torch
import torch.nn.functional as F

import model
from adversary import Opponent
from judge.network import Judge
from shared import Average, mend_convolutions, open_pictures, open_world, save_state, seconds_left
from start_vae import calibrate, carry_colour

KL_WEIGHT = 1e-4  # of the mean over the picture's values
JUDGE_WEIGHT = 0.15


def batch(pictures, count, crop, rng):
    """Random crops and mirrorings: count × 3 × crop × crop in [-1, 1]."""
    side = pictures.shape[1]
    out = np.empty((count, crop, crop, 3), np.uint8)
    for i in range(count):
        y, x = rng.integers(0, side - crop + 1, 2)
        part = pictures[rng.integers(len(pictures)), y:y + crop, x:x + crop]
        out[i] = part[:, ::-1] if rng.random() < 0.5 else part
    return torch.from_numpy(out).permute(0, 3, 1, 2).float() / 127.5 - 1


def detail_loss(made, real):
    """L1 of horizontal and vertical differences at three scales."""
    total = 0
    for _ in range(3):
        error = made - real
        total = total + (error[..., 1:] - error[..., :-1]).abs().mean()
        total = total + (error[..., 1:, :] - error[..., :-1, :]).abs().mean()
        made, real = F.avg_pool2d(made, 2), F.avg_pool2d(real, 2)
    return total


def colour_loss(made, real):
    """L1 of the colours without their brightness, which are learned late otherwise."""
    error = made - real
    return (error - error.mean(1, keepdim=True)).abs().mean()


def open_judge(path, world):
    """The averaged network of judge.train, not to be trained on."""
    judge = Judge(world).to(memory_format=torch.channels_last)
    judge.load_state_dict(torch.load(path, weights_only=True)["average"])
    return judge.eval().requires_grad_(False)


def judged_loss(judge, made, real):
    """L1 of the judge's maps, each by its own spread, in place of LPIPS (Zhang et al. 2018)."""
    with torch.no_grad():
        wanted = judge.features(real)
    return sum(F.l1_loss(a, b) / b.std() for a, b in zip(judge.features(made), wanted)) / len(wanted)


def step(vae, real, autocast, opponent, judge):
    with torch.autocast("cpu", torch.bfloat16, enabled=autocast):
        with torch.set_grad_enabled(vae.quant_conv.weight.requires_grad):
            posterior = vae.encode(real).latent_dist
        made = vae.decode(posterior.sample()).sample
    made = made.float()
    flat = F.l1_loss(made, real)
    kl = posterior.kl().float().mean() / real[0].numel()
    whole = flat + 2 * F.mse_loss(made, real) + 2 * colour_loss(made, real) + 0.25 * detail_loss(made, real)
    verdict = 0.0
    if opponent:
        verdict = opponent.learn(real, made)
        whole = whole + opponent.objection(made)
    if judge:
        whole = whole + JUDGE_WEIGHT * judged_loss(judge, made, real)
    return whole + KL_WEIGHT * kl, flat.item(), kl.item(), verdict


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pictures", type=pathlib.Path)
    parser.add_argument("state", type=pathlib.Path, help="checkpoint, read if it exists")
    parser.add_argument("--minutes", type=float, default=17)
    parser.add_argument("--crop", type=int, default=64)
    parser.add_argument("--batch", type=int, default=6)
    parser.add_argument("--rate", type=float, default=7e-4)
    parser.add_argument("--whole", type=float, default=0.25, help="the last part of the time, which trains on whole pictures")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--bf16", action="store_true")
    parser.add_argument("--adversary", action="store_true")
    parser.add_argument("--judge", type=pathlib.Path, help="judge.pt of judge.train")
    parser.add_argument("--decoder", action="store_true", help="leave the encoder as it is")
    args = parser.parse_args()
    torch.manual_seed(1)
    torch.set_num_threads(args.threads)
    pictures = open_pictures(args.pictures)
    vae = model.autoencoder(open_world(args.pictures))
    carry_colour(vae)
    calibrate(vae, batch(pictures, 16, pictures.shape[1], np.random.default_rng(0)))
    vae.to(memory_format=torch.channels_last)
    mend_convolutions(vae)
    for part in (vae.encoder, vae.quant_conv):
        part.requires_grad_(not args.decoder)
    optimizer = torch.optim.AdamW(vae.parameters(), lr=args.rate, betas=(0.9, 0.99), weight_decay=0.01)
    average, done = Average(vae, 0.99), 0
    if args.state.exists():
        state = torch.load(args.state, weights_only=True)
        vae.load_state_dict(state.get("model", state["average"]))
        average.values, done = state["average"], state.get("step", 0)
        if "optimizer" in state:
            optimizer.load_state_dict(state["optimizer"])
    opponent = Opponent() if args.adversary else None
    judge = open_judge(args.judge, open_world(args.pictures)) if args.judge else None
    rng = np.random.default_rng(done)
    start = saved = time.monotonic()
    flats = []
    while (left := seconds_left(start, args.minutes)) > 0:
        rate = args.rate * min(1, (done + 1) / 100) * min(1, 0.05 + left / (args.minutes * 60 * 0.6))
        for group in optimizer.param_groups:
            group["lr"] = rate
        whole = left < args.minutes * 60 * args.whole
        crop, count = (pictures.shape[1], max(args.batch // 4, 2)) if whole else (args.crop, args.batch)
        real = batch(pictures, count, crop, rng).contiguous(memory_format=torch.channels_last)
        loss, flat, kl, verdict = step(vae, real, args.bf16, opponent, judge)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(vae.parameters(), 1.0)
        optimizer.step()
        average.update(vae)
        done += 1
        flats.append(flat)
        if done % 50 == 0:
            print(f"{time.monotonic() - start:6.0f} s  step {done}  L1 {np.mean(flats[-50:]):.4f}  "
                  f"KL {kl:.3f}  adversary {verdict:.2f}  lr {rate:.2g}", flush=True)
        if time.monotonic() - saved > 60 or seconds_left(start, args.minutes) <= 0:
            save_state(args.state, vae, average, optimizer, done)
            saved = time.monotonic()


if __name__ == "__main__":
    main()
