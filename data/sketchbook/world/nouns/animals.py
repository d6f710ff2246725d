# SPDX-License-Identifier: GPL-3.0-or-later
"""Animals."""

from ..palette import CREAM, DARK, GLASS, GOLD, PINK, rgb


def cat(pen, colour, night):
    pen.stroke([(0.2, 0.06), (0.5, 0.08), (0.52, 0.38), (0.42, 0.5)], 0.09, colour * 0.9)
    pen.curve([(-0.28, 0.0), (-0.24, 0.35), (0, 0.56), (0.22, 0.35), (0.28, 0.0)], colour)
    for side in (-1, 1):
        pen.poly([(side * 0.27, 0.74), (side * 0.24, 1.02), (side * 0.05, 0.86)], colour * 0.95)
        pen.poly([(side * 0.23, 0.77), (side * 0.22, 0.94), (side * 0.1, 0.85)], PINK)
    pen.oval(0, 0.66, 0.29, 0.24, colour)
    for side in (-1, 1):
        pen.oval(side * 0.12, 0.69, 0.055, 0.07, rgb("d6ea66") if night else CREAM, lit=night)
        pen.oval(side * 0.12, 0.69, 0.026, 0.06, DARK)
        pen.oval(side * 0.1, 0.03, 0.09, 0.05, colour * 0.8 + 0.15)
    pen.poly([(-0.04, 0.6), (0.04, 0.6), (0, 0.55)], PINK * 0.8)


def fish(pen, colour, night):
    pen.poly([(-0.36, 0.45), (-0.7, 0.72), (-0.7, 0.2)], colour * 0.8)
    pen.curve([(0.0, 0.62), (0.12, 0.92), (-0.22, 0.78)], colour * 0.75)
    pen.curve([(0.6, 0.46), (0.3, 0.72), (-0.1, 0.72), (-0.45, 0.46), (-0.1, 0.2), (0.3, 0.2)], colour, shade=0.7)
    pen.curve([(0.1, 0.42), (-0.12, 0.28), (-0.14, 0.48)], colour * 0.75)
    pen.oval(0.36, 0.53, 0.075, 0.075, CREAM)
    pen.oval(0.38, 0.53, 0.035, 0.035, DARK)


def bird(pen, colour, night):
    pen.poly([(-0.3, 0.4), (-0.72, 0.5), (-0.66, 0.26)], colour * 0.75)
    pen.curve([(0.42, 0.62), (0.2, 0.74), (-0.2, 0.6), (-0.42, 0.36), (-0.05, 0.16), (0.3, 0.3)], colour, shade=0.8)
    pen.curve([(0.12, 0.5), (-0.12, 0.78), (-0.42, 0.98), (-0.34, 0.62), (-0.12, 0.42)], colour * 0.7)
    pen.oval(0.4, 0.66, 0.19, 0.18, colour)
    pen.poly([(0.55, 0.72), (0.55, 0.58), (0.78, 0.63)], GOLD)
    pen.oval(0.44, 0.7, 0.045, 0.05, DARK)


def _eye(pen, x, y, size=0.05):
    pen.oval(x, y, size, size, CREAM)
    pen.oval(x + 0.3 * size, y, size * 0.5, size * 0.6, DARK)


def dog(pen, colour, night):
    pen.stroke([(-0.4, 0.42), (-0.56, 0.5), (-0.6, 0.7)], 0.08, colour * 0.9)
    for x, tone in ((-0.32, 0.8), (0.2, 0.8), (-0.2, 1.0), (0.3, 1.0)):
        pen.rect(x - 0.06, 0, x + 0.06, 0.3, colour * tone)
    pen.curve([(-0.44, 0.4), (-0.3, 0.54), (0.2, 0.54), (0.4, 0.44), (0.34, 0.24), (-0.36, 0.22)], colour)
    pen.oval(0.42, 0.7, 0.22, 0.2, colour)
    pen.oval(0.6, 0.62, 0.14, 0.1, colour * 0.75 + 0.22)
    pen.oval(0.72, 0.66, 0.045, 0.04, DARK)
    pen.curve([(0.26, 0.86), (0.36, 0.8), (0.34, 0.56), (0.24, 0.5), (0.18, 0.66)], colour * 0.6)
    _eye(pen, 0.48, 0.76, 0.045)


def rabbit(pen, colour, night):
    pen.oval(-0.32, 0.14, 0.1, 0.1, CREAM)
    pen.curve([(-0.32, 0.06), (-0.3, 0.34), (0, 0.46), (0.22, 0.3), (0.24, 0.02), (-0.1, -0.02)], colour)
    for x, turn in ((0.06, 1.75), (0.26, 1.4)):
        pen.oval(x, 0.84, 0.2, 0.07, colour * 0.95, turn=turn)
        pen.oval(x, 0.83, 0.15, 0.035, PINK, turn=turn)
    pen.oval(0.17, 0.52, 0.22, 0.2, colour)
    _eye(pen, 0.25, 0.57, 0.045)
    pen.oval(0.37, 0.5, 0.03, 0.025, PINK * 0.8)
    pen.oval(0.16, 0.04, 0.13, 0.06, colour * 0.85)
    pen.oval(-0.18, 0.04, 0.17, 0.06, colour * 0.85)


def sheep(pen, colour, night):
    for x in (-0.28, -0.12, 0.14, 0.28):
        pen.rect(x - 0.04, 0, x + 0.04, 0.28, DARK)
    for x, y, r in ((-0.3, 0.4, 0.2), (-0.1, 0.32, 0.2), (0.14, 0.33, 0.2), (0.3, 0.44, 0.19), (-0.2, 0.56, 0.2),
                    (0.06, 0.6, 0.22), (0.22, 0.56, 0.2)):
        pen.oval(x, y, r, r * 0.92, colour, shade=0.9)
    pen.oval(0.5, 0.56, 0.14, 0.18, DARK * 1.5, turn=0.4)
    pen.oval(0.38, 0.66, 0.1, 0.045, DARK * 1.3, turn=2.6)
    _eye(pen, 0.52, 0.62, 0.04)


def duck(pen, colour, night):
    pen.curve([(-0.5, 0.42), (-0.3, 0.36), (0.1, 0.4), (0.34, 0.3), (0.26, 0.02), (-0.3, 0.02)], colour, shade=0.85)
    pen.curve([(0.12, 0.3), (0.14, 0.6), (0.34, 0.62), (0.36, 0.26)], colour)
    pen.oval(0.27, 0.7, 0.19, 0.18, colour)
    pen.curve([(0.42, 0.72), (0.66, 0.68), (0.64, 0.61), (0.42, 0.62)], rgb("f0902a"))
    pen.curve([(-0.36, 0.3), (-0.1, 0.32), (0.12, 0.22), (-0.06, 0.1), (-0.28, 0.14)], colour * 0.8)
    _eye(pen, 0.3, 0.75, 0.045)


def owl(pen, colour, night):
    pen.curve([(0, 0.02), (-0.3, 0.12), (-0.34, 0.6), (-0.26, 0.96), (0, 0.86), (0.26, 0.96), (0.34, 0.6), (0.3, 0.12)], colour)
    pen.curve([(0, 0.08), (-0.17, 0.16), (-0.17, 0.42), (0, 0.5), (0.17, 0.42), (0.17, 0.16)], colour * 0.5 + 0.45)
    for side in (-1, 1):
        pen.curve([(side * 0.34, 0.56), (side * 0.4, 0.3), (side * 0.26, 0.1), (side * 0.24, 0.4)], colour * 0.7)
        pen.oval(side * 0.14, 0.68, 0.13, 0.13, CREAM)
        pen.oval(side * 0.14, 0.68, 0.07, 0.075, GOLD if night else rgb("e6a52c"), lit=night)
        pen.oval(side * 0.14, 0.68, 0.04, 0.045, DARK)
        pen.oval(side * 0.1, 0.02, 0.07, 0.03, GOLD)
    pen.poly([(-0.05, 0.6), (0.05, 0.6), (0, 0.5)], GOLD)


def butterfly(pen, colour, night):
    for side in (-1, 1):
        pen.curve([(0, 0.5), (side * 0.16, 0.92), (side * 0.56, 1.0), (side * 0.56, 0.66), (side * 0.2, 0.46)], colour)
        pen.curve([(0, 0.46), (side * 0.24, 0.46), (side * 0.46, 0.28), (side * 0.3, 0.06), (side * 0.08, 0.2)], colour * 0.75)
        pen.oval(side * 0.4, 0.8, 0.08, 0.08, colour * 0.45 + 0.5)
        pen.oval(side * 0.27, 0.26, 0.06, 0.06, colour * 0.45 + 0.5)
        pen.stroke([(0, 0.74), (side * 0.07, 0.88), (side * 0.13, 0.95)], 0.016, DARK)
    pen.oval(0, 0.5, 0.05, 0.28, DARK)


def elephant(pen, colour, night):
    for x, tone in ((-0.36, 0.75), (0.1, 0.75), (-0.24, 1.0), (0.22, 1.0)):
        pen.rect(x - 0.08, 0, x + 0.08, 0.34, colour * tone)
    pen.oval(-0.08, 0.5, 0.44, 0.32, colour)
    pen.stroke([(-0.5, 0.56), (-0.58, 0.4), (-0.56, 0.28)], 0.03, colour * 0.7)
    pen.stroke([(0.46, 0.66), (0.64, 0.5), (0.64, 0.24), (0.72, 0.14)], 0.11, colour * 0.95)
    pen.oval(0.4, 0.7, 0.23, 0.22, colour)
    pen.curve([(0.5, 0.54), (0.62, 0.42), (0.74, 0.46), (0.62, 0.5)], CREAM)
    pen.oval(0.24, 0.68, 0.16, 0.22, colour * 0.8)
    _eye(pen, 0.5, 0.76, 0.04)


def turtle(pen, colour, night):
    skin = rgb("8bb05a")
    pen.oval(0.6, 0.34, 0.15, 0.13, skin)
    pen.poly([(-0.46, 0.14), (-0.68, 0.06), (-0.46, 0.24)], skin * 0.9)
    for x in (-0.32, 0.32):
        pen.oval(x, 0.08, 0.13, 0.09, skin * 0.9)
    pen.curve([(-0.52, 0.14), (-0.42, 0.44), (0, 0.64), (0.42, 0.44), (0.52, 0.14), (0, 0.08)], colour, shade=0.8)
    for x, y in ((-0.22, 0.34), (0.22, 0.34), (0, 0.46), (0, 0.24)):
        pen.oval(x, y, 0.095, 0.075, colour * 0.65)
    _eye(pen, 0.65, 0.38, 0.035)


def whale(pen, colour, night):
    pen.curve([(0.6, 0.16), (0.56, 0.42), (0.2, 0.56), (-0.3, 0.34), (-0.56, 0.36), (-0.5, 0.14), (0.1, 0.0)], colour, shade=0.85)
    pen.curve([(0.58, 0.14), (0.2, 0.2), (-0.2, 0.12), (0.1, 0.0)], colour * 0.3 + 0.66)
    for side in (-1, 1):
        pen.curve([(-0.5, 0.3), (-0.66 + 0.12 * side, 0.62), (-0.62 + 0.24 * side, 0.62)], colour * 0.9)
    pen.stroke([(0.26, 0.56), (0.26, 0.74), (0.14, 0.86), (0.06, 0.78)], 0.035, GLASS)
    pen.stroke([(0.26, 0.56), (0.26, 0.74), (0.38, 0.86), (0.46, 0.78)], 0.035, GLASS)
    _eye(pen, 0.4, 0.3, 0.045)


def snail(pen, colour, night):
    body = rgb("d8b487")
    pen.curve([(-0.6, 0.0), (-0.3, 0.14), (0.3, 0.14), (0.44, 0.44), (0.62, 0.46), (0.66, 0.24), (0.5, 0.0)], body)
    for x in (0.5, 0.62):
        pen.stroke([(x - 0.02, 0.42), (x, 0.56), (x + 0.04, 0.68)], 0.025, body * 0.9)
        pen.oval(x + 0.04, 0.7, 0.035, 0.035, DARK)
    for r, tone in ((0.34, 1.0), (0.25, 0.75), (0.17, 1.0), (0.09, 0.7)):
        pen.oval(-0.08 - 0.1 * (0.34 - r), 0.42 - 0.1 * (0.34 - r), r, r, colour * tone)
