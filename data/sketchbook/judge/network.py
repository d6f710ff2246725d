# SPDX-License-Identifier: GPL-3.0-or-later
"""A small segmentation network, after the U-Net of Ronneberger et al. (2015)."""

import torch
import torch.nn.functional as F
from torch import nn

WIDTHS = (32, 48, 72, 96)


def _block(a, b, stride=1):
    return nn.Sequential(nn.Conv2d(a, b, 3, stride, 1), nn.GroupNorm(8, b), nn.SiLU(),
                         nn.Conv2d(b, b, 3, 1, 1), nn.GroupNorm(8, b), nn.SiLU())


class Judge(nn.Module):
    """Pictures [n, 3, s, s] in [-1, 1] to what stands where, at half their size.

    Returns a dictionary: "nouns" [n, nouns + 2, s/2, s/2], classes in the order
    background, the world's nouns, nothing (a place that is no drawing at all);
    "inside" [n, s/2, s/2], positive away from an instance's edge; "place", "time" and
    "style" [n, choices + 1], the last for a picture that is none.
    """

    def __init__(self, world):
        super().__init__()
        self.enter = nn.Conv2d(3, WIDTHS[0], 4, 2, 1)
        self.down = nn.ModuleList(_block(a, b, 2 if i else 1) for i, (a, b) in enumerate(zip((WIDTHS[0],) + WIDTHS, WIDTHS)))
        self.up = nn.ModuleList(_block(a + b, a) for a, b in zip(WIDTHS[-2::-1], WIDTHS[:0:-1]))
        self.leave = nn.Conv2d(WIDTHS[0], len(world.nouns) + 3, 1)
        self.heads = nn.ModuleDict({name: nn.Linear(2 * WIDTHS[-1], len(choices) + 1) for name, choices in
                                    (("place", world.scenes), ("time", world.times), ("style", world.styles))})

    def features(self, x):
        """The maps on the way down, finest first."""
        maps, x = [], self.enter(x)
        for part in self.down:
            x = part(x)
            maps.append(x)
        return maps

    def forward(self, x):
        *finer, x = self.features(x)
        whole = torch.cat([x.mean((2, 3)), x.amax((2, 3))], 1)
        for part, kept in zip(self.up, finer[::-1]):
            x = part(torch.cat([kept, F.interpolate(x, scale_factor=2.0)], 1))
        x = self.leave(x)
        return {"nouns": x[:, :-1], "inside": x[:, -1], **{name: head(whole) for name, head in self.heads.items()}}
