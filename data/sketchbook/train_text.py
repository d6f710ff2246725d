#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Teaches the text encoder what captions say, before there is a U-Net to listen.

From its state at the caption's end, and at the padding behind it, a linear layer has to
name what the scene holds: the nouns, their colours and counts, how they stand, place and
time. The U-Net then finds all of this in its cross-attention from its first step, and
does not have to learn language from noise. The linear layers are thrown away.
"""

import argparse
import pathlib
import time

import numpy as np
import torch
import torch.nn.functional as F

import model
import words
from shared import mend_attention, seconds_left
from world import captions, compose, worlds

SIDES = {"left": (0, 1), "right": (1, 0)}  # the order from left to right
STANDS = ("alone", "side by side", "above", "behind")


def questions(world):
    """How many answers each question has; the last one of a thing's is that there is none."""
    thing = {"noun": len(world.nouns) + 1, "colour": len(world.colours) + 1, "count": world.most + 1}
    asked = {f"{name} {slot}": count for slot in (0, 1) for name, count in thing.items()}
    return dict(asked, stand=len(STANDS), place=len(world.scenes), time=len(world.times), style=len(world.styles))


def answers(world, scene):
    """The right answer to each question, in their order. Side by side, the left thing is the first."""
    kind = scene["relation"] and scene["relation"]["kind"]
    things = [scene["things"][k] for k in SIDES.get(kind, range(len(scene["things"])))]
    out = []
    for slot in (0, 1):
        thing = things[slot] if slot < len(things) else None
        out += [world.nouns.index(thing["noun"]), world.colours.index(thing["colour"]), thing["count"] - 1] if thing else \
               [len(world.nouns), len(world.colours), world.most]
    stand = "side by side" if kind in SIDES else kind or "alone"
    return out + [STANDS.index(stand), world.scenes.index(scene["place"]), world.times.index(scene["time"]),
                  world.styles.index(scene["style"])]


def batch(world, scenes, tok, places, count, rng):
    some = [scenes[i] for i in rng.integers(0, len(scenes), count)]
    texts = [captions.write(rng, scene) for scene in some]
    return model.tokens(tok, texts, places), torch.tensor([answers(world, scene) for scene in some])


def loss(states, tokens, right, heads, asked):
    """At the first end mark and at a random one of the padding behind it."""
    first = (tokens == tokens.max()).int().argmax(1)
    later = first + (torch.rand(len(first)) * (tokens.shape[1] - first)).long()
    total, correct = 0, []
    for place in (first, later):
        said = heads(states[torch.arange(len(first)), place]).split(list(asked.values()), 1)
        total = total + sum(F.cross_entropy(s, right[:, k]) for k, s in enumerate(said))
        correct = [(s.argmax(1) == right[:, k]).float().mean().item() for k, s in enumerate(said)]
    return total / 2, correct


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=pathlib.Path, help="gets tokenizer/ and text.pt")
    parser.add_argument("--world", choices=worlds.WORLDS, default="small")
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--scenes", type=int, default=40000)
    parser.add_argument("--batch", type=int, default=192)
    parser.add_argument("--places", type=int, default=32)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(4)
    mend_attention()
    world = worlds.WORLDS[args.world]
    words.save(args.folder / "tokenizer", words.learn())
    tok = model.tokenizer(args.folder / "tokenizer")
    rng = np.random.default_rng(4)
    scenes = [compose.choose(rng, world) for _ in range(args.scenes)]
    text, asked = model.Painter(world, len(tok)).text, questions(world)
    heads = torch.nn.Linear(text.config.hidden_size, sum(asked.values()))
    optimizer = torch.optim.AdamW([*text.parameters(), *heads.parameters()], lr=args.rate, weight_decay=0.01)
    start, step = time.monotonic(), 0
    while (left := seconds_left(start, args.minutes)) > 0:
        for group in optimizer.param_groups:
            group["lr"] = args.rate * min(1, (step + 1) / 50) * min(1, left / (args.minutes * 60 * 0.5))
        tokens, right = batch(world, scenes, tok, args.places, args.batch, rng)
        with torch.autocast("cpu", torch.bfloat16):
            states = text(tokens)[0]
        error, correct = loss(states.float(), tokens, right, heads, asked)
        optimizer.zero_grad()
        error.backward()
        torch.nn.utils.clip_grad_norm_(text.parameters(), 1.0)
        optimizer.step()
        step += 1
        if step % 50 == 0:
            print(f"{time.monotonic() - start:6.0f} s  step {step}  loss {error.item():.3f}  " +
                  "  ".join(f"{name} {share:.2f}" for name, share in zip(asked, correct)), flush=True)
    torch.save(text.state_dict(), args.folder / "text.pt")


if __name__ == "__main__":
    main()
