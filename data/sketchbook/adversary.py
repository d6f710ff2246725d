# SPDX-License-Identifier: GPL-3.0-or-later
"""A patch discriminator, which tells small parts of drawn pictures from decoded ones.

As in Isola et al. (2017), with the hinge loss of Lim and Ye (2017). It sees both
pictures' own pixels only; without it a decoder paints the mean of what could be.
"""

import torch
import torch.nn.functional as F

WEIGHT = 0.04  # of its verdict in the decoder's loss


class Adversary(torch.nn.Module):
    """[n, 3, h, w] to verdicts [n, 1, h/8, w/8], each on 31 × 31 pixels."""

    def __init__(self, width=32):
        super().__init__()
        sizes = [(3, width), (width, 2 * width), (2 * width, 3 * width)]
        self.down = torch.nn.ModuleList(torch.nn.utils.parametrizations.spectral_norm(
            torch.nn.Conv2d(a, b, 4, stride=2, padding=1)) for a, b in sizes)
        self.last = torch.nn.Conv2d(3 * width, 1, 3, padding=1)

    def forward(self, x):
        for conv in self.down:
            x = F.leaky_relu(conv(x), 0.2)
        return self.last(x)


class Opponent:
    """An adversary with its own optimizer."""

    def __init__(self, rate=4e-4):
        self.net = Adversary().to(memory_format=torch.channels_last)
        self.optimizer = torch.optim.AdamW(self.net.parameters(), lr=rate, betas=(0.5, 0.9))

    def learn(self, real, made):
        """One step of telling them apart; returns the hinge loss, 2 for an undecided one."""
        loss = F.relu(1 - self.net(real)).mean() + F.relu(1 + self.net(made.detach())).mean()
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def objection(self, made):
        """What the decoder has to lower."""
        return -WEIGHT * self.net(made).mean()
