# SPDX-License-Identifier: GPL-3.0-or-later
"""What people travel with."""

import numpy as np

from ..palette import BROWN, CREAM, DARK, GLASS, GOLD, SILVER, WHITE, rgb


def boat(pen, colour, night):
    pen.poly([(-0.02, 0.2), (0.03, 0.2), (0.03, 1.0), (-0.02, 1.0)], BROWN)
    pen.poly([(0.06, 0.3), (0.06, 0.96), (0.5, 0.34)], CREAM)
    pen.poly([(-0.05, 0.32), (-0.05, 0.84), (-0.4, 0.36)], CREAM * 0.93)
    pen.poly([(-0.62, 0.26), (0.66, 0.26), (0.46, 0.0), (-0.44, 0.0)], colour, shade=0.72)
    pen.poly([(-0.63, 0.28), (0.68, 0.28), (0.66, 0.22), (-0.6, 0.22)], colour * 0.6 + 0.3)


def car(pen, colour, night):
    pen.curve([(-0.42, 0.4), (-0.28, 0.7), (0.18, 0.72), (0.42, 0.4)], colour * 0.92)
    pen.poly([(-0.3, 0.44), (-0.2, 0.63), (-0.03, 0.64), (-0.03, 0.44)], GLASS)
    pen.poly([(0.03, 0.44), (0.03, 0.64), (0.16, 0.63), (0.3, 0.44)], GLASS)
    pen.curve([(-0.68, 0.14), (-0.66, 0.4), (-0.4, 0.47), (0.4, 0.47), (0.68, 0.36), (0.7, 0.14)], colour)
    pen.oval(0.63, 0.32, 0.05, 0.05, GOLD, lit=night)
    for x in (-0.38, 0.38):
        pen.oval(x, 0.13, 0.16, 0.16, DARK)
        pen.oval(x, 0.13, 0.075, 0.075, SILVER)


def balloon(pen, colour, night):
    for side in (-1, 1):
        pen.stroke([(side * 0.18, 0.4), (side * 0.07, 0.14)], 0.02, BROWN)
    pen.curve([(0, 1.06), (0.34, 0.9), (0.36, 0.6), (0.1, 0.3), (-0.1, 0.3), (-0.36, 0.6), (-0.34, 0.9)],
              colour, shade=0.75)
    pen.curve([(0, 1.06), (0.13, 0.9), (0.13, 0.6), (0.03, 0.3), (-0.03, 0.3), (-0.13, 0.6), (-0.13, 0.9)],
              colour * 0.6 + 0.36)
    pen.rect(-0.1, 0, 0.1, 0.15, BROWN * 1.25)


def _wheel(pen, x, y, r):
    pen.oval(x, y, r, r, DARK)
    pen.oval(x, y, r * 0.48, r * 0.48, SILVER)


def train(pen, colour, night):
    pen.rect(-0.72, 0.14, 0.66, 0.24, DARK)
    pen.rect(-0.7, 0.22, -0.26, 0.78, colour)
    pen.rect(-0.76, 0.76, -0.2, 0.84, colour * 0.6)
    pen.rect(-0.6, 0.46, -0.36, 0.68, GOLD if night else GLASS, lit=night)
    pen.rect(-0.28, 0.24, 0.56, 0.56, colour * 0.9)
    pen.oval(0.56, 0.4, 0.08, 0.16, colour * 0.7)
    pen.poly([(0.3, 0.55), (0.44, 0.55), (0.5, 0.84), (0.24, 0.84)], DARK)
    pen.oval(0.02, 0.56, 0.11, 0.1, GOLD)
    for x, y, r in ((0.3, 0.96, 0.09), (0.14, 1.04, 0.12)):
        pen.oval(x, y, r, r * 0.8, WHITE * 0.95, alpha=0.85)
    for x, r in ((-0.48, 0.16), (-0.08, 0.12), (0.2, 0.12), (0.46, 0.12)):
        _wheel(pen, x, r, r)


def bus(pen, colour, night):
    pen.curve([(-0.78, 0.14), (-0.78, 0.74), (-0.7, 0.82), (0.7, 0.82), (0.78, 0.7), (0.78, 0.14)], colour)
    for x in (-0.66, -0.36, -0.06, 0.24):
        pen.rect(x, 0.46, x + 0.24, 0.7, GOLD if night else GLASS, lit=night)
    pen.rect(0.54, 0.2, 0.72, 0.7, GLASS)
    pen.rect(-0.78, 0.34, 0.5, 0.39, colour * 0.5 + 0.45)
    for x in (-0.46, 0.4):
        _wheel(pen, x, 0.14, 0.14)


def truck(pen, colour, night):
    pen.rect(-0.78, 0.2, 0.24, 0.8, colour)
    for x in (-0.58, -0.36, -0.14, 0.08):
        pen.rect(x, 0.2, x + 0.02, 0.8, colour * 0.8)
    pen.curve([(0.28, 0.18), (0.28, 0.62), (0.52, 0.66), (0.66, 0.42), (0.76, 0.38), (0.76, 0.18)], colour * 0.75)
    pen.poly([(0.36, 0.4), (0.36, 0.58), (0.5, 0.58), (0.6, 0.4)], GLASS)
    pen.oval(0.73, 0.28, 0.04, 0.04, GOLD, lit=night)
    for x in (-0.52, -0.18, 0.5):
        _wheel(pen, x, 0.14, 0.14)


def plane(pen, colour, night):
    pen.poly([(-0.6, 0.5), (-0.8, 0.86), (-0.62, 0.86), (-0.36, 0.54)], colour * 0.75)
    pen.curve([(0.78, 0.46), (0.5, 0.6), (-0.5, 0.6), (-0.8, 0.52), (-0.5, 0.36), (0.5, 0.34)], colour, shade=0.8)
    pen.curve([(0.74, 0.5), (0.5, 0.58), (0.46, 0.49)], GLASS)
    for x in np.linspace(-0.4, 0.3, 6):
        pen.oval(x, 0.5, 0.035, 0.035, GOLD if night else DARK, lit=night)
    pen.poly([(0.16, 0.44), (-0.1, 0.44), (-0.42, 0.12), (-0.26, 0.12)], colour * 0.62)


def rocket(pen, colour, night):
    pen.curve([(-0.13, 0.16), (0, -0.06), (0.13, 0.16)], rgb("ff9c2e"), lit=True)
    for side in (-1, 1):
        pen.curve([(side * 0.14, 0.42), (side * 0.36, 0.2), (side * 0.36, 0.02), (side * 0.14, 0.18)], colour * 0.65)
    pen.curve([(-0.16, 0.14), (-0.22, 0.5), (-0.13, 0.84), (0, 1.06), (0.13, 0.84), (0.22, 0.5), (0.16, 0.14)], colour)
    pen.curve([(-0.12, 0.86), (0, 1.06), (0.12, 0.86)], colour * 0.6)
    pen.oval(0, 0.62, 0.1, 0.1, SILVER)
    pen.oval(0, 0.62, 0.07, 0.07, GOLD if night else GLASS, lit=night)


def bicycle(pen, colour, night):
    ring = lambda x: [(x + 0.25 * np.cos(a), 0.25 + 0.25 * np.sin(a)) for a in np.linspace(0, 2 * np.pi, 25)]
    for x in (-0.45, 0.45):
        pen.stroke(ring(x), 0.045, DARK)
        pen.oval(x, 0.25, 0.04, 0.04, SILVER)
    for a, b in (((-0.45, 0.25), (-0.2, 0.62)), ((-0.2, 0.62), (0.02, 0.25)), ((-0.45, 0.25), (0.02, 0.25)),
                 ((0.02, 0.25), (0.34, 0.62)), ((-0.22, 0.58), (0.33, 0.6)), ((0.45, 0.25), (0.3, 0.82))):
        pen.stroke([a, b], 0.06, colour)
    pen.stroke([(0.18, 0.86), (0.3, 0.82), (0.4, 0.88)], 0.045, DARK)
    pen.oval(-0.22, 0.68, 0.13, 0.04, BROWN)


def submarine(pen, colour, night):
    pen.poly([(-0.66, 0.12), (-0.86, 0.02), (-0.86, 0.44), (-0.66, 0.34)], colour * 0.7)
    pen.curve([(0.74, 0.24), (0.5, 0.46), (-0.5, 0.46), (-0.74, 0.24), (-0.5, 0.02), (0.5, 0.02)], colour, shade=0.75)
    pen.poly([(-0.22, 0.44), (0.2, 0.44), (0.14, 0.7), (-0.16, 0.7)], colour * 0.85)
    pen.stroke([(0.02, 0.7), (0.02, 0.92), (0.16, 0.92)], 0.05, DARK)
    for x in (-0.34, 0, 0.34):
        pen.oval(x, 0.27, 0.1, 0.1, SILVER)
        pen.oval(x, 0.27, 0.068, 0.068, GOLD if night else GLASS, lit=night)
