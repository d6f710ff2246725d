# SPDX-License-Identifier: GPL-3.0-or-later
"""What grows."""

import numpy as np

from ..palette import BROWN, CREAM, LEAF, PINK, rgb


def tree(pen, colour, night):
    pen.poly([(-0.08, 0), (0.08, 0), (0.045, 0.5), (-0.045, 0.5)], BROWN)
    for x, y, r, tone in ((-0.2, 0.52, 0.22, 0.82), (0.2, 0.54, 0.22, 0.9),
                          (0.0, 0.76, 0.26, 1.0), (-0.02, 0.55, 0.24, 0.95)):
        pen.oval(x, y, r, r * 0.95, colour * tone, shade=0.75)


def flower(pen, colour, night):
    pen.stroke([(0, 0), (0.03, 0.3), (0, 0.66)], 0.05, LEAF)
    pen.oval(0.14, 0.24, 0.15, 0.055, LEAF, turn=0.6)
    pen.oval(-0.13, 0.18, 0.15, 0.055, LEAF * 0.9, turn=2.5)
    for k in range(7):
        a = k * 2 * np.pi / 7 + 0.3
        pen.oval(0.2 * np.cos(a), 0.72 + 0.2 * np.sin(a), 0.15, 0.095, colour * (0.9 + 0.1 * (k % 2)), turn=a)
    heart = rgb("8a5a22") if colour[1] > 0.7 and colour[2] < 0.5 else rgb("f5c330")
    pen.oval(0, 0.72, 0.115, 0.115, heart)


def mushroom(pen, colour, night):
    pen.curve([(-0.16, 0), (-0.11, 0.3), (-0.12, 0.55), (0.12, 0.55), (0.11, 0.3), (0.16, 0)], CREAM)
    pen.curve([(-0.5, 0.48), (-0.38, 0.8), (0, 0.98), (0.38, 0.8), (0.5, 0.48), (0, 0.42)], colour, shade=0.75)
    dot = CREAM if colour.min() < 0.8 else rgb("c9a58a")
    for x, y, r in ((-0.24, 0.66, 0.08), (0.05, 0.8, 0.09), (0.28, 0.6, 0.065), (0.0, 0.55, 0.055)):
        pen.oval(x, y, r * 1.1, r, dot)


def fir(pen, colour, night):
    pen.rect(-0.05, 0, 0.05, 0.2, BROWN)
    for low, wide in ((0.14, 0.36), (0.4, 0.28), (0.64, 0.2)):
        pen.poly([(-wide, low), (wide, low), (0, low + 0.38)], colour * (0.8 + 0.3 * low), shade=0.75)


def palm(pen, colour, night):
    pen.stroke([(0.05, 0), (0.0, 0.3), (-0.06, 0.72)], 0.075, BROWN * 1.25)
    for turn in (-0.5, 0.1, 0.8, 2.2, 2.9, 3.6):
        c, s = np.cos(turn), np.sin(turn)
        pen.curve([(-0.06, 0.72), (-0.06 + 0.22 * c, 0.8 + 0.2 * s + 0.05), (-0.06 + 0.46 * c, 0.66 + 0.3 * s),
                   (-0.06 + 0.22 * c, 0.7 + 0.2 * s)], colour * (0.85 + 0.1 * (turn % 0.3)), shade=0.85)
    for x in (-0.1, 0.0):
        pen.oval(x, 0.69, 0.045, 0.05, BROWN)


def cactus(pen, colour, night):
    pen.stroke([(0, 0), (0, 0.4), (0, 0.9)], 0.2, colour)
    pen.oval(0, 0.9, 0.1, 0.1, colour)
    for side, low in ((-1, 0.36), (1, 0.28)):
        pen.stroke([(0, low), (side * 0.26, low + 0.02), (side * 0.3, low + 0.14), (side * 0.3, low + 0.36)], 0.12, colour * 0.92)
        pen.oval(side * 0.3, low + 0.36, 0.06, 0.06, colour * 0.92)
    for x in (-0.045, 0.045):
        pen.stroke([(x, 0.05), (x, 0.5), (x, 0.88)], 0.014, colour * 0.65)
    pen.oval(0, 0.99, 0.06, 0.05, PINK)


def pumpkin(pen, colour, night):
    for x, wide, tone in ((-0.3, 0.24, 0.8), (0.3, 0.24, 0.8), (-0.16, 0.24, 0.92), (0.16, 0.24, 0.92), (0, 0.2, 1.0)):
        pen.oval(x, 0.36, wide, 0.36, colour * tone, shade=0.75)
    pen.stroke([(0, 0.68), (0.02, 0.8), (0.09, 0.9)], 0.08, LEAF * 0.8)
    pen.stroke([(0.02, 0.74), (0.2, 0.84), (0.3, 0.76)], 0.02, LEAF)


def apple(pen, colour, night):
    pen.curve([(0, 0.02), (-0.22, 0.0), (-0.42, 0.28), (-0.38, 0.62), (-0.16, 0.72), (0, 0.66), (0.16, 0.72), (0.38, 0.62),
               (0.42, 0.28), (0.22, 0.0)], colour, shade=0.75)
    pen.oval(-0.2, 0.5, 0.07, 0.11, colour * 0.5 + 0.48, turn=0.4)
    pen.stroke([(0, 0.66), (0.01, 0.78), (0.07, 0.92)], 0.04, BROWN)
    pen.oval(0.2, 0.84, 0.15, 0.06, LEAF, turn=0.4)
