# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks the U-Net, while it learns to paint, what stands where.

A linear layer on its attention blocks' output has to name the noun and the colour in
every cell. In much noise only the caption can tell, so that left and right are learned
by a plain question: the error of v hardly depends on them. The layers are thrown away.
"""

import numpy as np
import torch
import torch.nn.functional as F

from world import layout


class Lesson(torch.nn.Module):
    """Two questions at the finest attention on the way down and on the way up."""

    def __init__(self, unet, world):
        super().__init__()
        self.world = world
        self.classes = [len(world.nouns) + 1, len(world.colours) + 1]
        asked = [_attentions(unet.down_blocks)[0], _attentions(unet.up_blocks)[-1]]
        self.heads = torch.nn.ModuleList(torch.nn.Conv2d(part.proj_out.weight.shape[0], sum(self.classes), 1) for part in asked)
        self.seen = [None] * len(asked)
        for k, part in enumerate(asked):
            part.register_forward_hook(lambda _module, _given, made, k=k: self.seen.__setitem__(k, made[0]))

    def forward(self, scenes):
        """The mean cross-entropy of the answers about the U-Net's last batch."""
        total = 0
        for states, head in zip(self.seen, self.heads):
            right = np.stack([cells(self.world, scene, states.shape[-1]) for scene in scenes], 1)
            said = head(states.float()).split(self.classes, 1)
            total = total + sum(F.cross_entropy(s, torch.from_numpy(r)) for s, r in zip(said, right))
        return total / len(self.heads)


def _attentions(blocks):
    return [part for block in blocks for part in getattr(block, "attentions", ())]


def cells(world, scene, side):
    """Two maps, side × side: 1 + noun and 1 + colour of the nearest thing whose box holds the cell's centre, or 0."""
    out = np.zeros((2, side, side), np.int64)
    centres = (np.arange(side) + 0.5) / side
    for item in scene["items"]:
        thing = scene["things"][item["thing"]]
        half = 0.4 * layout.WIDTHS[thing["noun"]] * item["size"]  # a little less than the box, whose corners are empty
        xs = np.abs(centres - item["x"]) < half
        ys = (centres > item["y"] - item["size"]) & (centres < item["y"])
        out[:, ys[:, None] & xs] = np.array([[1 + world.nouns.index(thing["noun"])], [1 + world.colours.index(thing["colour"])]])
    return out
