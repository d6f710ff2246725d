# SPDX-License-Identifier: GPL-3.0-or-later
"""What nobody can carry: mountains, moons and stars."""

import numpy as np

from ..palette import WHITE


def mountain(pen, colour, night):
    pen.poly([(-0.3, 0), (0.86, 0), (0.34, 0.72)], colour * 0.75)
    pen.poly([(-0.86, 0), (0.56, 0), (-0.14, 1.0)], colour, shade=0.7)
    pen.poly([(-0.36, 0.7), (-0.14, 1.0), (0.08, 0.7), (-0.02, 0.76), (-0.12, 0.66), (-0.24, 0.77)], WHITE)
    pen.poly([(0.19, 0.53), (0.34, 0.72), (0.48, 0.52), (0.36, 0.58)], WHITE)


def moon(pen, colour, night):
    """A crescent."""
    outer = [(0.46 * np.cos(a), 0.5 + 0.46 * np.sin(a)) for a in np.linspace(1.0, 5.28, 40)]
    inner = [(0.2 + 0.42 * np.cos(a), 0.5 + 0.42 * np.sin(a)) for a in np.linspace(4.9, 1.38, 40)]
    pen.poly(outer + inner, colour, lit=True)


def star(pen, colour, night):
    points = [((0.5 if k % 2 == 0 else 0.21) * np.cos(a), 0.5 + (0.5 if k % 2 == 0 else 0.21) * np.sin(a))
              for k, a in enumerate(np.pi / 2 + np.arange(10) * np.pi / 5)]
    pen.poly(points, colour, lit=True)
