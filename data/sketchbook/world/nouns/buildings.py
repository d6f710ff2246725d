# SPDX-License-Identifier: GPL-3.0-or-later
"""Buildings."""

import numpy as np

from ..palette import BROWN, CREAM, DARK, GOLD, STONE, rgb


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


def windmill(pen, colour, night):
    pen.poly([(-0.26, 0), (0.26, 0), (0.15, 0.6), (-0.15, 0.6)], colour)
    pen.curve([(-0.2, 0.58), (-0.16, 0.74), (0, 0.8), (0.16, 0.74), (0.2, 0.58)], BROWN)
    pen.rect(-0.07, 0, 0.07, 0.2, BROWN * 0.8)
    pen.rect(-0.05, 0.32, 0.05, 0.44, GOLD if night else DARK, lit=night)
    for k in range(4):
        turn = k * np.pi / 2 + 0.4
        c, s = np.cos(turn), np.sin(turn)
        wing = [(0.04, 0), (0.46, 0), (0.46, 0.13), (0.1, 0.13)]
        pen.poly([(c * x - s * y, 0.66 + s * x + c * y) for x, y in wing], CREAM, shade=0.95)
        pen.stroke([(0, 0.66), (0.48 * c, 0.66 + 0.48 * s)], 0.025, BROWN)
    pen.oval(0, 0.66, 0.045, 0.045, DARK)


def church(pen, colour, night):
    pane = GOLD if night else rgb("a9d4ea")
    pen.rect(-0.12, 0, 0.5, 0.38, colour)
    pen.poly([(-0.12, 0.37), (0.56, 0.37), (0.46, 0.6), (-0.12, 0.6)], rgb("7a4036"), shade=0.75)
    pen.rect(-0.42, 0, -0.08, 0.62, colour * 0.95)
    pen.poly([(-0.46, 0.61), (-0.04, 0.61), (-0.25, 0.96)], rgb("7a4036"), shade=0.8)
    pen.rect(-0.262, 0.93, -0.238, 1.06, DARK)
    pen.rect(-0.3, 1.0, -0.2, 1.022, DARK)
    pen.curve([(-0.32, 0), (-0.32, 0.16), (-0.25, 0.23), (-0.18, 0.16), (-0.18, 0)], BROWN * 0.8)
    for x in (0.02, 0.2, 0.38):
        pen.curve([(x - 0.045, 0.1), (x - 0.045, 0.22), (x, 0.29), (x + 0.045, 0.22), (x + 0.045, 0.1)], pane, lit=night)
    pen.oval(-0.25, 0.5, 0.06, 0.06, pane, lit=night)


def tent(pen, colour, night):
    pen.poly([(-0.62, 0), (0.62, 0), (0.04, 0.86), (-0.04, 0.86)], colour, shade=0.8)
    for low, high in ((-0.44, -0.3), (0.3, 0.44)):
        pen.poly([(low, 0), (high, 0), (0.02 * np.sign(low), 0.86)], colour * 0.6 + 0.36)
    pen.poly([(-0.16, 0), (0.16, 0), (0, 0.5)], GOLD if night else DARK, lit=night)
    pen.stroke([(0, 0.8), (0, 1.02)], 0.025, BROWN)
    pen.poly([(0, 1.03), (0.2, 0.97), (0, 0.91)], colour)


def bridge(pen, colour, night):
    arch = lambda x, r: [(x + r * np.cos(a), r * 1.15 * np.sin(a)) for a in np.linspace(0, np.pi, 16)]
    pen.poly([(-0.85, 0), (-0.85, 0.42), (-0.4, 0.55), (0.4, 0.55), (0.85, 0.42), (0.85, 0), *arch(0.58, 0.19),
              *arch(0, 0.3), *arch(-0.58, 0.19)], colour, shade=0.8)
    pen.stroke([(-0.87, 0.44), (-0.4, 0.57), (0.4, 0.57), (0.87, 0.44)], 0.06, colour * 0.7)
    for x in np.linspace(-0.7, 0.7, 7):
        pen.rect(x - 0.012, 0.48, x + 0.012, 0.7 - 0.16 * abs(x), colour * 0.6)
    pen.stroke([(-0.75, 0.58), (-0.4, 0.66), (0, 0.7), (0.4, 0.66), (0.75, 0.58)], 0.03, colour * 0.6)
