# SPDX-License-Identifier: GPL-3.0-or-later
"""The things of the world: each draws itself with a pen, in one main colour."""

import numpy as np

from .palette import BROWN, COLOURS, CREAM, DARK, GOLD, STONE, rgb


def boat(pen, colour, night):
    pen.poly([(-0.02, 0.2), (0.03, 0.2), (0.03, 1.0), (-0.02, 1.0)], BROWN)
    pen.poly([(0.06, 0.3), (0.06, 0.96), (0.5, 0.34)], CREAM)
    pen.poly([(-0.05, 0.32), (-0.05, 0.84), (-0.4, 0.36)], CREAM * 0.93)
    pen.poly([(-0.62, 0.26), (0.66, 0.26), (0.46, 0.0), (-0.44, 0.0)], colour, shade=0.72)
    pen.poly([(-0.63, 0.28), (0.68, 0.28), (0.66, 0.22), (-0.6, 0.22)], colour * 0.6 + 0.3)


def house(pen, colour, night):
    pane = GOLD if night else rgb("a9d4ea")
    pen.rect(0.2, 0.75, 0.32, 1.06, BROWN * 1.1)
    pen.rect(-0.48, 0, 0.48, 0.58, colour)
    pen.poly([(-0.6, 0.56), (0.6, 0.56), (0.36, 0.98), (-0.36, 0.98)], rgb("7a4036"), shade=0.75)
    pen.rect(-0.09, 0, 0.11, 0.36, BROWN * 0.8)
    for x in (-0.36, 0.22):
        pen.rect(x - 0.02, 0.2, x + 0.17, 0.44, CREAM)
        pen.rect(x, 0.22, x + 0.15, 0.42, pane, lit=night)


def castle(pen, colour, night):
    roof = colour * 0.45 + 0.05
    pen.rect(-0.42, 0, 0.42, 0.5, colour * 0.92)
    for x in np.arange(-0.4, 0.4, 0.16):
        pen.rect(x, 0.48, x + 0.09, 0.57, colour * 0.92)
    for x, top in ((-0.46, 0.7), (0.46, 0.7), (0.0, 0.82)):
        pen.rect(x - 0.13, 0, x + 0.13, top, colour)
        pen.poly([(x - 0.18, top), (x + 0.18, top), (x, top + 0.32)], roof, shade=0.8)
        pen.rect(x - 0.035, top - 0.22, x + 0.035, top - 0.08, GOLD if night else DARK, lit=night)
    pen.curve([(-0.1, 0), (-0.1, 0.2), (0, 0.28), (0.1, 0.2), (0.1, 0)], BROWN * 0.7)


def tree(pen, colour, night):
    pen.poly([(-0.08, 0), (0.08, 0), (0.045, 0.5), (-0.045, 0.5)], BROWN)
    for x, y, r, tone in ((-0.2, 0.52, 0.22, 0.82), (0.2, 0.54, 0.22, 0.9),
                          (0.0, 0.76, 0.26, 1.0), (-0.02, 0.55, 0.24, 0.95)):
        pen.oval(x, y, r, r * 0.95, colour * tone, shade=0.75)


def flower(pen, colour, night):
    leaf = rgb("3f8f3d")
    pen.stroke([(0, 0), (0.03, 0.3), (0, 0.66)], 0.05, leaf)
    pen.oval(0.14, 0.24, 0.15, 0.055, leaf, turn=0.6)
    pen.oval(-0.13, 0.18, 0.15, 0.055, leaf * 0.9, turn=2.5)
    for k in range(7):
        a = k * 2 * np.pi / 7 + 0.3
        pen.oval(0.2 * np.cos(a), 0.72 + 0.2 * np.sin(a), 0.15, 0.095, colour * (0.9 + 0.1 * (k % 2)), turn=a)
    heart = rgb("8a5a22") if colour[1] > 0.7 and colour[2] < 0.5 else rgb("f5c330")
    pen.oval(0, 0.72, 0.115, 0.115, heart)


def cat(pen, colour, night):
    inner = rgb("f2b5b0")
    pen.stroke([(0.2, 0.06), (0.5, 0.08), (0.52, 0.38), (0.42, 0.5)], 0.09, colour * 0.9)
    pen.curve([(-0.28, 0.0), (-0.24, 0.35), (0, 0.56), (0.22, 0.35), (0.28, 0.0)], colour)
    for side in (-1, 1):
        pen.poly([(side * 0.27, 0.74), (side * 0.24, 1.02), (side * 0.05, 0.86)], colour * 0.95)
        pen.poly([(side * 0.23, 0.77), (side * 0.22, 0.94), (side * 0.1, 0.85)], inner)
    pen.oval(0, 0.66, 0.29, 0.24, colour)
    for side in (-1, 1):
        pen.oval(side * 0.12, 0.69, 0.055, 0.07, rgb("d6ea66") if night else CREAM, lit=night)
        pen.oval(side * 0.12, 0.69, 0.026, 0.06, DARK)
        pen.oval(side * 0.1, 0.03, 0.09, 0.05, colour * 0.8 + 0.15)
    pen.poly([(-0.04, 0.6), (0.04, 0.6), (0, 0.55)], inner * 0.8)


def balloon(pen, colour, night):
    for side in (-1, 1):
        pen.stroke([(side * 0.18, 0.4), (side * 0.07, 0.14)], 0.02, BROWN)
    pen.curve([(0, 1.06), (0.34, 0.9), (0.36, 0.6), (0.1, 0.3), (-0.1, 0.3), (-0.36, 0.6), (-0.34, 0.9)],
              colour, shade=0.75)
    pen.curve([(0, 1.06), (0.13, 0.9), (0.13, 0.6), (0.03, 0.3), (-0.03, 0.3), (-0.13, 0.6), (-0.13, 0.9)],
              colour * 0.6 + 0.36)
    pen.rect(-0.1, 0, 0.1, 0.15, BROWN * 1.25)


def lighthouse(pen, colour, night):
    pen.curve([(-0.42, -0.06), (-0.3, 0.1), (0, 0.15), (0.28, 0.1), (0.42, -0.06)], STONE)
    wide = lambda y: 0.17 - 0.08 * y
    for k in range(5):
        low, high = 0.1 + 0.125 * k, 0.1 + 0.125 * (k + 1)
        tone = colour if k % 2 == 0 else CREAM if colour.min() < 0.8 else rgb("9aa3ad")
        pen.poly([(-wide(low), low), (wide(low), low), (wide(high), high), (-wide(high), high)], tone, shade=0.95)
    pen.rect(-0.15, 0.72, 0.15, 0.76, DARK)
    pen.rect(-0.08, 0.76, 0.08, 0.88, GOLD, lit=night)
    pen.poly([(-0.13, 0.88), (0.13, 0.88), (0, 1.03)], colour * 0.7)


def fish(pen, colour, night):
    pen.poly([(-0.36, 0.45), (-0.7, 0.72), (-0.7, 0.2)], colour * 0.8)
    pen.curve([(0.0, 0.62), (0.12, 0.92), (-0.22, 0.78)], colour * 0.75)
    pen.curve([(0.6, 0.46), (0.3, 0.72), (-0.1, 0.72), (-0.45, 0.46), (-0.1, 0.2), (0.3, 0.2)], colour, shade=0.7)
    pen.curve([(0.1, 0.42), (-0.12, 0.28), (-0.14, 0.48)], colour * 0.75)
    pen.oval(0.36, 0.53, 0.075, 0.075, CREAM)
    pen.oval(0.38, 0.53, 0.035, 0.035, DARK)


def mushroom(pen, colour, night):
    pen.curve([(-0.16, 0), (-0.11, 0.3), (-0.12, 0.55), (0.12, 0.55), (0.11, 0.3), (0.16, 0)], CREAM)
    pen.curve([(-0.5, 0.48), (-0.38, 0.8), (0, 0.98), (0.38, 0.8), (0.5, 0.48), (0, 0.42)], colour, shade=0.75)
    dot = CREAM if colour.min() < 0.8 else rgb("c9a58a")
    for x, y, r in ((-0.24, 0.66, 0.08), (0.05, 0.8, 0.09), (0.28, 0.6, 0.065), (0.0, 0.55, 0.055)):
        pen.oval(x, y, r * 1.1, r, dot)


def car(pen, colour, night):
    glass = rgb("bfe2ee")
    pen.curve([(-0.42, 0.4), (-0.28, 0.7), (0.18, 0.72), (0.42, 0.4)], colour * 0.92)
    pen.poly([(-0.3, 0.44), (-0.2, 0.63), (-0.03, 0.64), (-0.03, 0.44)], glass)
    pen.poly([(0.03, 0.44), (0.03, 0.64), (0.16, 0.63), (0.3, 0.44)], glass)
    pen.curve([(-0.68, 0.14), (-0.66, 0.4), (-0.4, 0.47), (0.4, 0.47), (0.68, 0.36), (0.7, 0.14)], colour)
    pen.oval(0.63, 0.32, 0.05, 0.05, GOLD, lit=night)
    for x in (-0.38, 0.38):
        pen.oval(x, 0.13, 0.16, 0.16, DARK)
        pen.oval(x, 0.13, 0.075, 0.075, rgb("c8c8cc"))


NOUNS = {f.__name__: f for f in (boat, house, castle, tree, flower, cat, balloon,
                                 lighthouse, fish, mushroom, car)}

# Colours that a thing takes more often than the others when left to chance.
USUAL = {"tree": "green"}

assert set(USUAL.values()) <= set(COLOURS)
