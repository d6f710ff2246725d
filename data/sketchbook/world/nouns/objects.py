# SPDX-License-Identifier: GPL-3.0-or-later
"""Things that people make and keep."""

import numpy as np

from ..palette import BROWN, CREAM, DARK, GOLD, SILVER, WHITE, rgb


def umbrella(pen, colour, night):
    pen.stroke([(0, 0.6), (0, 0.12), (0.05, 0.03), (0.13, 0.08)], 0.04, BROWN)
    pen.curve([(-0.58, 0.5), (-0.46, 0.78), (0, 0.96), (0.46, 0.78), (0.58, 0.5), (0.3, 0.56), (0, 0.5), (-0.3, 0.56)], colour)
    pen.curve([(-0.2, 0.54), (-0.16, 0.8), (0, 0.95), (0.16, 0.8), (0.2, 0.54), (0, 0.5)], colour * 0.75)
    pen.stroke([(0, 0.94), (0, 1.04)], 0.03, BROWN)


def kite(pen, colour, night):
    pen.poly([(0, 1.02), (0.32, 0.68), (0, 0.24), (-0.32, 0.68)], colour, shade=0.85)
    pen.poly([(0, 1.02), (0.32, 0.68), (0, 0.68)], colour * 0.6 + 0.36)
    pen.poly([(0, 0.24), (-0.32, 0.68), (0, 0.68)], colour * 0.6 + 0.36)
    pen.stroke([(0, 0.24), (0.12, 0.14), (-0.04, 0.06), (0.1, -0.04)], 0.02, DARK)
    for x, y in ((0.1, 0.15), (-0.02, 0.06), (0.08, -0.03)):
        pen.poly([(x - 0.07, y + 0.04), (x + 0.07, y - 0.04), (x + 0.07, y + 0.04), (x - 0.07, y - 0.04)], colour)


def lamp(pen, colour, night):
    if night:
        pen.oval(0, 0.84, 0.36, 0.28, GOLD, lit=True, alpha=0.35)
    pen.poly([(-0.18, 0), (0.18, 0), (0.08, 0.08), (-0.08, 0.08)], colour * 0.8)
    pen.rect(-0.04, 0.06, 0.04, 0.68, colour)
    pen.poly([(-0.12, 0.68), (0.12, 0.68), (0.17, 0.94), (-0.17, 0.94)], GOLD if night else CREAM, lit=night)
    pen.poly([(-0.21, 0.93), (0.21, 0.93), (0.05, 1.04), (-0.05, 1.04)], colour)
    pen.rect(-0.14, 0.65, 0.14, 0.7, colour)


def bench(pen, colour, night):
    for x in (-0.6, 0.56):
        pen.rect(x, 0, x + 0.06, 0.62, DARK)
    for low in (0.42, 0.54):
        pen.rect(-0.7, low, 0.7, low + 0.09, colour)
    pen.poly([(-0.74, 0.24), (0.74, 0.24), (0.7, 0.34), (-0.7, 0.34)], colour * 0.85)


def teapot(pen, colour, night):
    pen.stroke([(-0.36, 0.52), (-0.66, 0.56), (-0.64, 0.26), (-0.38, 0.2)], 0.07, colour * 0.85)
    pen.curve([(0.34, 0.2), (0.58, 0.36), (0.66, 0.66), (0.74, 0.66), (0.7, 0.3), (0.4, 0.08)], colour * 0.85)
    pen.curve([(-0.24, 0.0), (-0.44, 0.32), (-0.26, 0.62), (0.26, 0.62), (0.44, 0.32), (0.24, 0.0)], colour, shade=0.78)
    pen.curve([(-0.26, 0.62), (-0.16, 0.74), (0.16, 0.74), (0.26, 0.62)], colour * 0.7)
    pen.oval(0, 0.79, 0.06, 0.06, colour * 0.7)
    pen.oval(-0.17, 0.4, 0.06, 0.13, colour * 0.5 + 0.48, turn=-0.2)


def chair(pen, colour, night):
    for x, top, tone in ((-0.28, 0.44, 0.7), (0.3, 0.44, 0.7), (-0.36, 0.46, 0.9), (0.22, 0.46, 0.9)):
        pen.rect(x, 0, x + 0.07, top, colour * tone)
    pen.rect(-0.36, 0.4, -0.28, 1.02, colour)
    pen.rect(0.3, 0.42, 0.38, 1.02, colour * 0.9)
    for low in (0.62, 0.84):
        pen.rect(-0.34, low, 0.36, low + 0.12, colour * 0.92)
    pen.poly([(-0.4, 0.38), (0.3, 0.38), (0.4, 0.48), (-0.28, 0.48)], colour)


def clock(pen, colour, night):
    for side in (-1, 1):
        pen.oval(side * 0.24, 0.86, 0.14, 0.1, colour * 0.7, turn=-side * 0.6)
        pen.stroke([(side * 0.24, 0.1), (side * 0.32, 0)], 0.07, colour * 0.7)
    pen.oval(0, 0.46, 0.42, 0.42, colour)
    pen.oval(0, 0.46, 0.33, 0.33, WHITE)
    for k in range(12):
        a = k * np.pi / 6
        pen.oval(0.27 * np.cos(a), 0.46 + 0.27 * np.sin(a), 0.022, 0.022, DARK)
    pen.stroke([(0, 0.46), (-0.11, 0.58)], 0.04, DARK)
    pen.stroke([(0, 0.46), (0.16, 0.62)], 0.028, DARK)


def cake(pen, colour, night):
    pen.oval(0, 0.05, 0.6, 0.06, SILVER)
    pen.curve([(-0.46, 0.06), (-0.46, 0.46), (0, 0.5), (0.46, 0.46), (0.46, 0.06), (0, 0.02)], colour)
    pen.curve([(-0.47, 0.5), (-0.47, 0.36), (-0.3, 0.28), (-0.18, 0.38), (-0.02, 0.28), (0.14, 0.38), (0.3, 0.28), (0.47, 0.38),
               (0.47, 0.5), (0, 0.56)], WHITE)
    for x in (-0.24, 0, 0.24):
        pen.rect(x - 0.028, 0.5, x + 0.028, 0.76, colour * 0.7)
        pen.oval(x, 0.83, 0.035, 0.065, rgb("ffb52e"), lit=True)


def robot(pen, colour, night):
    for side in (-1, 1):
        pen.rect(side * 0.17 - 0.08, 0, side * 0.17 + 0.08, 0.2, colour * 0.7)
        pen.stroke([(side * 0.3, 0.48), (side * 0.44, 0.36), (side * 0.44, 0.2)], 0.09, colour * 0.7)
        pen.oval(side * 0.44, 0.18, 0.07, 0.07, SILVER)
    pen.rect(-0.3, 0.18, 0.3, 0.58, colour)
    pen.rect(-0.18, 0.28, 0.18, 0.48, SILVER)
    for x, tone in ((-0.1, rgb("d8262b")), (0, GOLD), (0.1, rgb("3a9d44"))):
        pen.oval(x, 0.38, 0.035, 0.035, tone, lit=night)
    pen.rect(-0.24, 0.62, 0.24, 0.94, colour * 0.9)
    for side in (-1, 1):
        pen.oval(side * 0.11, 0.8, 0.065, 0.065, GOLD if night else WHITE, lit=night)
        pen.oval(side * 0.11, 0.8, 0.03, 0.03, DARK)
    pen.rect(-0.12, 0.67, 0.12, 0.71, DARK)
    pen.stroke([(0, 0.94), (0, 1.03)], 0.025, DARK)
    pen.oval(0, 1.04, 0.035, 0.035, rgb("d8262b"), lit=night)


def snowman(pen, colour, night):
    """White, as snowmen are; hat and scarf have the colour."""
    for y, r in ((0.22, 0.28), (0.52, 0.21)):
        pen.oval(0, y, r, r * 0.92, WHITE)
    pen.oval(0, 0.76, 0.15, 0.14, WHITE)
    for side in (-1, 1):
        pen.stroke([(side * 0.18, 0.54), (side * 0.4, 0.66)], 0.022, BROWN)
        pen.oval(side * 0.05, 0.79, 0.018, 0.02, DARK)
    pen.poly([(0, 0.77), (0, 0.72), (0.17, 0.73)], rgb("f08a1d"))
    pen.rect(-0.16, 0.62, 0.16, 0.68, colour)
    pen.rect(0.04, 0.44, 0.13, 0.64, colour * 0.9)
    pen.rect(-0.2, 0.86, 0.2, 0.9, colour * 0.8)
    pen.rect(-0.13, 0.88, 0.13, 1.08, colour)
