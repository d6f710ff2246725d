# SPDX-License-Identifier: GPL-3.0-or-later
"""What both trainings need: the pictures, averaged weights, saved states."""

import functools
import json
import os
import pathlib
import time

import numpy as np
import torch

from world import worlds


def open_world(folder):
    """The world that a folder of render.py was drawn from."""
    return worlds.WORLDS[json.loads((folder / "world.json").read_text())["world"]]


def open_pictures(folder):
    """N × size × size × 3 bytes, not read into memory."""
    size = open_world(folder).size
    return np.memmap(folder / "pictures.u8", np.uint8, "r").reshape(-1, size, size, 3)


def open_scenes(folder):
    return [json.loads(line) for line in open(folder / "scenes.jsonl")]


def seconds_left(start, minutes):
    return minutes * 60 - (time.monotonic() - start)


class Average:
    """An exponential moving average of a model's weights."""

    def __init__(self, model, decay):
        self.decay = decay
        self.count = 0
        self.values = {k: v.detach().clone() for k, v in model.state_dict().items()}

    @torch.no_grad()
    def update(self, model):
        self.count += 1
        decay = min(self.decay, (1 + self.count) / (10 + self.count))
        for name, value in model.state_dict().items():
            if value.dtype.is_floating_point:
                self.values[name].lerp_(value, 1 - decay)


def save_state(path, model, average, optimizer, step):
    """Writes a checkpoint so that an interruption never leaves half a file."""
    part = pathlib.Path(str(path) + ".part")
    torch.save({"model": model.state_dict(), "average": average.values,
                "optimizer": optimizer.state_dict(), "step": step}, part)
    os.replace(part, path)


def _forward(conv, x):
    """In 32 bits where the 16-bit gradients of PyTorch's CPU convolution are slow."""
    slow = conv.stride[0] > 1 or x.shape[-1] <= 8 or min(conv.in_channels, conv.out_channels) <= 8
    if not slow:
        return conv._conv_forward(x, conv.weight, conv.bias)
    with torch.autocast("cpu", enabled=False):
        return conv._conv_forward(x.float(), conv.weight, conv.bias)


def mend_convolutions(network):
    """Makes training in bfloat16 fast: some shapes took a hundred times as long as others."""
    for part in network.modules():
        if type(part) is torch.nn.Conv2d:
            part.forward = functools.partial(_forward, part)


def mend_attention():
    """Attention in 32 bits, which PyTorch's CPU kernel is faster at."""
    plain = torch.nn.functional.scaled_dot_product_attention

    def attention(query, key, value, *rest, **named):
        with torch.autocast("cpu", enabled=False):
            return plain(query.float(), key.float(), value.float(), *rest, **named).to(query.dtype)

    torch.nn.functional.scaled_dot_product_attention = attention
