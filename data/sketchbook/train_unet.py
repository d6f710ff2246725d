#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains the text encoder and the U-Net together on cached latents; can be resumed.

The model predicts v (Salimans and Ho, 2022), with the plain squared error: other weights
neglect the noisiest steps, where it is decided what is in a picture. One caption in ten
is left out, for guidance. Pictures with several things, which are harder and rarer, are
taken more often than others. Captions are short: most of the time they are padded to a
few places only, and to all of them in the last part of a training. All the while
lesson.py asks what the caption says and what stands where; its linear layers are not
kept, and learn anew in the first hundred steps of each sitting.
"""

import argparse
import json
import pathlib
import time

import numpy as np
import torch

import model
import words
from lesson import Lesson
from shared import (Average, mend_attention, mend_convolutions, open_scenes, open_world, save_state,
                    seconds_left)
from world import captions, compose

DROPOUT = 0.1
SEVERAL = 2.5  # how much more often a picture with two things, or two of a kind, is taken than one with one
ALL_PLACES = 0.2  # the last part of the time, with captions as the program pads them
ASKED = 0.1  # the weight of the lesson's answers beside the error of v


class Data:
    """The latents that are there by now, and fresh captions for them."""

    def __init__(self, folder, tok):
        parts = [(pathlib.Path(name), mirrored) for name, mirrored in json.loads((folder / "folders.json").read_text())]
        self.world = open_world(parts[0][0])
        self.side = self.world.size // 8
        self.path, self.tok = folder / "latents.f16", tok
        self.scenes = [compose.flip(s) if mirrored else s for name, mirrored in parts for s in open_scenes(name)]
        self.weights = np.array([SEVERAL if len(s["items"]) > 1 else 1 for s in self.scenes])
        self.look()

    def look(self):
        """Takes in what encode.py has written since."""
        whole = self.path.stat().st_size // (8 * self.side ** 2)
        self.latents = np.memmap(self.path, np.float16, "r", shape=(whole, 4, self.side, self.side))
        self.shares = self.weights[:whole] / self.weights[:whole].sum()

    def batch(self, count, places, rng):
        index = rng.choice(len(self.latents), count, p=self.shares)
        texts = ["" if rng.random() < DROPOUT else captions.write(rng, self.scenes[i]) for i in index]
        return (torch.from_numpy(self.latents[index]).float(), model.tokens(self.tok, texts, places),
                [self.scenes[i] for i in index])


def loss(painter, latents, tokens, power, autocast):
    time_steps = torch.randint(0, len(power), (len(latents),))
    share = power[time_steps][:, None, None, None]
    noise = torch.randn_like(latents)
    noisy = share.sqrt() * latents + (1 - share).sqrt() * noise
    target = share.sqrt() * noise - (1 - share).sqrt() * latents
    noisy = noisy.contiguous(memory_format=torch.channels_last)
    with torch.autocast("cpu", torch.bfloat16, enabled=autocast):
        made = painter(noisy, time_steps, tokens)
    return (made.float() - target).square().mean()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("latents", type=pathlib.Path, help="folder written by encode.py")
    parser.add_argument("state", type=pathlib.Path, help="checkpoint, read if it exists")
    parser.add_argument("--begin", type=pathlib.Path, help="a model folder whose weights to begin with when there is no checkpoint")
    parser.add_argument("--text", type=pathlib.Path, help="what train_text.py wrote, to begin with likewise")
    parser.add_argument("--minutes", type=float, default=50)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--places", type=int, default=32)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--bf16", action="store_true")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    folder = args.latents / "tokenizer"
    if not folder.exists():
        words.save(folder, words.learn())
    tok = model.tokenizer(folder)
    data = Data(args.latents, tok)
    torch.manual_seed(2)
    painter = model.Painter(data.world, len(tok))
    if args.begin:
        painter.read(args.begin)
    if args.text:
        painter.text.load_state_dict(torch.load(args.text, weights_only=True))
    painter.unet.to(memory_format=torch.channels_last)
    mend_convolutions(painter)
    mend_attention()
    optimizer = torch.optim.AdamW(painter.parameters(), lr=args.rate, betas=(0.9, 0.98), weight_decay=0.01, fused=True)
    lesson = Lesson(painter, data.world)
    teacher = torch.optim.Adam(lesson.parameters(), lr=2e-3)
    average, done = Average(painter, 0.998), 0
    if args.state.exists():
        state = torch.load(args.state, weights_only=True)
        painter.load_state_dict(state["model"])
        average.values, average.count, done = state["average"], state["step"], state["step"]
        optimizer.load_state_dict(state["optimizer"])
    torch.manual_seed(done)
    rng = np.random.default_rng(done)
    power = model.alphas()
    start = saved = time.monotonic()
    errors = []
    while (left := seconds_left(start, args.minutes)) > 0:
        rate = args.rate * min(1, (done + 1) / 150) * min(1, 0.03 + left / (args.minutes * 60 * 0.5))
        for group in optimizer.param_groups:
            group["lr"] = rate
        last = left < ALL_PLACES * args.minutes * 60
        latents, tokens, scenes = data.batch(args.batch, model.PLACES if last else args.places, rng)
        error = loss(painter, latents, tokens, power, args.bf16)
        answers = lesson(scenes, tokens)
        optimizer.zero_grad()
        teacher.zero_grad()
        (error + ASKED * sum(answers)).backward()
        torch.nn.utils.clip_grad_norm_(painter.parameters(), 1.0)
        optimizer.step()
        teacher.step()
        average.update(painter)
        done += 1
        errors.append([error.item(), *(answer.item() for answer in answers)])
        if done % 100 == 0:
            wrong, misread, misplaced = np.mean(errors[-100:], 0)
            print(f"{time.monotonic() - start:6.0f} s  step {done}  error {wrong:.4f}  words {misread:.3f}  cells {misplaced:.4f}  "
                  f"lr {rate:.2g}  {len(data.latents)} latents", flush=True)
        if time.monotonic() - saved > 120:
            data.look()
            save_state(args.state, painter, average, optimizer, done)
            saved = time.monotonic()
    save_state(args.state, painter, average, optimizer, done)


if __name__ == "__main__":
    main()
