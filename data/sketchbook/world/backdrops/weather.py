# SPDX-License-Identifier: GPL-3.0-or-later
"""Rain and fog, drawn over everything."""

import numpy as np

from ..palette import TIMES, rgb


def rain(canvas):
    rng, side = canvas.rng, canvas.side
    for _ in range(150):
        x, y = rng.uniform(-0.1, 1) * side, rng.uniform(-0.05, 1) * side
        long, wide = side * rng.uniform(0.03, 0.06), side * 0.0025
        canvas.fill([(x, y), (x + wide, y), (x + wide - 0.25 * long, y + long), (x - 0.25 * long, y + long)],
                    rgb("e4ecf2"), grain=0, alpha=0.4)


def fog(canvas):
    """A veil, thickest at two thirds of the height, where far things stand."""
    height = np.linspace(0, 1, canvas.side, dtype=np.float32)[:, None, None]
    veil = 0.15 + 0.5 * np.exp(-((height - 0.55) / 0.16) ** 2)
    canvas.pixels += veil * (TIMES["fog"].far - canvas.pixels)


WEATHERS = {"rain": rain, "fog": fog}
