# SPDX-License-Identifier: GPL-3.0-or-later
"""The eight grounds, each from the horizon to the viewer."""

import numpy as np

from ..canvas import Pen, oval, smooth
from ..palette import BROWN, GOLD, TIMES, rgb

COLOURS = {  # near the horizon, near the viewer
    "meadow": (rgb("9ccf62"), rgb("4f9a3c")),
    "hills": (rgb("a3cc7a"), rgb("5c9a48")),
    "desert": (rgb("f6d88c"), rgb("dfa24e")),
    "snow": (rgb("f4f9ff"), rgb("cfdff0")),
    "sea": (rgb("7fc3e0"), rgb("1f6fae")),
    "beach": (rgb("f5e3b5"), rgb("e6c98a")),
    "forest": (rgb("7fae5a"), rgb("4b7a38")),
    "city": (rgb("b9b4ac"), rgb("8c8a88")),
}
SEA_AT = {"sunset": (rgb("f0a070"), rgb("5a4a86")), "night": (rgb("31497f"), rgb("0d1c45")),
          "dawn": (rgb("f3c6bd"), rgb("5f8fbf")), "rain": (rgb("8c9aa5"), rgb("4c5f70")),
          "fog": (rgb("cdd6d8"), rgb("8fa5ae"))}


def draw(canvas, scene):
    far, near = _tones(scene)
    side, line = canvas.side, scene["horizon"] * canvas.side
    canvas.fill([(-2, line), (side + 2, line), (side + 2, side + 2), (-2, side + 2)], far, near, grain=0.04)
    GROUNDS[scene["place"]](canvas, scene, line, far, near)


def island(canvas, x, y, size, tint):
    """A flat rock in the water for what cannot swim."""
    pen = Pen(canvas, x, y, size, tint)
    pen.curve([(-0.62, -0.06), (-0.5, 0.06), (0, 0.1), (0.5, 0.06), (0.62, -0.06), (0, -0.14)], rgb("8a7f72"))
    pen.curve([(-0.5, 0.02), (-0.4, 0.09), (0, 0.12), (0.4, 0.09), (0.5, 0.02), (0, -0.03)], rgb("7fae5a"))


def _tones(scene):
    time, (far, near) = TIMES[scene["time"]], COLOURS[scene["place"]]
    if scene["place"] == "sea":
        return SEA_AT.get(scene["time"], (far, near))
    return far * time.tint * 0.8 + time.far * 0.2, near * time.tint


def _sea(canvas, scene, line, far, near):
    _waves(canvas, scene, line, canvas.side, far, near, 26)
    if {"sun", "moon"} & set(scene["extras"]):
        _glitter(canvas, scene, line)


def _waves(canvas, scene, top, bottom, far, near, count):
    rng, side = canvas.rng, canvas.side
    for _ in range(count):
        depth = rng.uniform(0.02, 1) ** 1.3
        y = top + depth * (bottom - top)
        x, w = rng.uniform(0, side), side * (0.03 + 0.1 * depth)
        light = (far * (1 - depth) + near * depth) * 0.75 + 0.25 * TIMES[scene["time"]].horizon
        canvas.fill(oval(x, y, w, side * (0.002 + 0.004 * depth)), light, grain=0, alpha=0.7)


def _glitter(canvas, scene, line):
    """The path of light below sun or moon."""
    rng, side = canvas.rng, canvas.side
    colour = rgb("e9edff") if scene["time"] == "night" else rgb("ffe0a0")
    for k in range(16):
        depth = (k + rng.uniform(0, 1)) / 16
        y = line + depth * (side - line) * 0.85
        x = scene["light_x"] * side + rng.normal(0, 0.012) * side
        canvas.fill(oval(x, y, side * (0.03 + 0.045 * depth) * rng.uniform(0.5, 1), side * 0.005), colour,
                    grain=0, alpha=0.6 * (1 - 0.6 * depth))


def _rises(steep):
    """Overlapping rounded rises: hills, dunes, snow fields."""
    def ground(canvas, scene, line, far, near):
        rng, side, time = canvas.rng, canvas.side, TIMES[scene["time"]]
        for k, depth in enumerate((0.0, 0.2, 0.45)):
            phase = rng.uniform(0, 6.28)
            xs = np.linspace(-0.05, 1.05, 9)
            wave = np.sin(xs * (4.5 - k) + phase) * 0.5 + 0.5
            top = np.stack([xs * side, line + depth * (side - line) - wave * steep * side * (1 - 0.25 * k)], 1)
            shape = np.concatenate([smooth(top, closed=False), [(side * 1.05, side + 2), (-0.05 * side, side + 2)]])
            tone = (far * (1 - depth) + near * depth) * (0.86 + 0.1 * k) * 0.9 + time.far * 0.1 * (1 - depth)
            canvas.fill(shape, tone * 1.08, tone * 0.9, grain=0.04, light=0.05)
    return ground


def _meadow(canvas, scene, line, far, near):
    rng, side = canvas.rng, canvas.side
    for _ in range(60):
        depth = rng.uniform(0.05, 1)
        x, y = rng.uniform(0, side), line + depth * (side - line)
        h = side * (0.008 + 0.025 * depth)
        tone = (far * (1 - depth) + near * depth) * rng.uniform(0.82, 1.12)
        canvas.fill([(x - h * 0.2, y), (x + h * 0.2, y), (x + h * rng.uniform(-0.4, 0.4), y - h)], tone, grain=0)


def _beach(canvas, scene, line, far, near):
    """Water behind, then a wet edge and sand with pebbles."""
    rng, side, time = canvas.rng, canvas.side, TIMES[scene["time"]]
    deep = SEA_AT.get(scene["time"], COLOURS["sea"])
    shore = line + 0.3 * (side - line)
    xs = np.linspace(-0.05, 1.05, 7)
    edge = np.stack([xs * side, shore + np.sin(xs * 5 + rng.uniform(0, 6)) * 0.02 * side], 1)
    path = smooth(edge, closed=False)
    for drop, tone in ((0.02 * side, near * 0.85), (0.008 * side, rgb("ffffff") * time.tint), (0, None)):
        shape = np.concatenate([path + (0, drop), [(side * 1.05, line), (-0.05 * side, line)]])
        canvas.fill(shape, *(deep if tone is None else (tone,)), grain=0.02)
    _waves(canvas, scene, line, shore, *deep, 10)
    for _ in range(14):
        r = side * rng.uniform(0.004, 0.01)
        canvas.fill(oval(rng.uniform(0, side), rng.uniform(shore + 0.08 * side, side), r * 1.4, r), near * rng.uniform(0.7, 1.1), grain=0)


def _forest(canvas, scene, line, far, near):
    """Two rows of firs against the sky, and ferns."""
    rng, side, time = canvas.rng, canvas.side, TIMES[scene["time"]]
    for row, (tall, tone) in enumerate(((0.3, 0.55), (0.22, 0.35))):
        green = rgb("3f7a46") * time.tint * (1 - tone) + time.far * tone
        for k in range(9):
            pen = Pen(canvas, (k + rng.uniform(0.2, 0.8)) / 9 * side, line + (0.02 + 0.04 * (1 - row)) * side,
                      side * tall * rng.uniform(0.8, 1.2), (1, 1, 1))
            for low in (0.1, 0.38, 0.62):
                pen.poly([(-0.3 + low * 0.25, low), (0.3 - low * 0.25, low), (0, low + 0.42)], green * (0.9 + 0.2 * low))
    _meadow(canvas, scene, line, far, near * 0.9)


def _city(canvas, scene, line, far, near):
    """A row of house fronts behind a pavement."""
    rng, side, time = canvas.rng, canvas.side, TIMES[scene["time"]]
    x = -0.03 * side
    while x < side:
        wide, tall = side * rng.uniform(0.1, 0.17), side * rng.uniform(0.2, 0.38)
        wall = rgb(str(rng.choice(("c9a58a", "b4927c", "a9aeb5", "d2c3a8", "94867e")))) * time.tint * 0.75 + time.far * 0.25
        canvas.fill([(x, line + 2), (x, line - tall), (x + wide, line - tall), (x + wide, line + 2)], wall, wall * 0.85)
        _windows(canvas, x, line - tall, wide, tall, time)
        x += wide
    pave = line + 0.16 * (side - line)
    canvas.fill([(-2, line), (side + 2, line), (side + 2, pave), (-2, pave)], far * 1.08, grain=0.02)


def _windows(canvas, x, top, wide, tall, time):
    pane = wide * 0.2
    for row in range(int(tall / (pane * 1.9))):
        for column in range(2):
            px, py = x + wide * (0.2 + 0.4 * column), top + pane * (0.7 + 1.9 * row)
            lit = time.dark and canvas.rng.random() < 0.6
            canvas.fill([(px, py), (px + pane, py), (px + pane, py + pane * 1.2), (px, py + pane * 1.2)],
                        GOLD if lit else BROWN * 0.9 * time.tint, grain=0)


GROUNDS = {"sea": _sea, "meadow": _meadow, "hills": _rises(0.13), "desert": _rises(0.06), "snow": _rises(0.05),
           "beach": _beach, "forest": _forest, "city": _city}
