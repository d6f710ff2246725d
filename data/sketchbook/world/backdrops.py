# SPDX-License-Identifier: GPL-3.0-or-later
"""Sky, ground and what stands far away, by scene and hour."""

import numpy as np

from .canvas import Pen, oval, smooth
from .palette import HOURS, rgb

GROUNDS = {  # near the horizon, near the viewer
    "meadow": (rgb("9ccf62"), rgb("4f9a3c")),
    "hills": (rgb("a3cc7a"), rgb("5c9a48")),
    "desert": (rgb("f6d88c"), rgb("dfa24e")),
    "snow": (rgb("f4f9ff"), rgb("cfdff0")),
    "sea": (rgb("7fc3e0"), rgb("1f6fae")),
}
SEA_AT = {"sunset": (rgb("f0a070"), rgb("5a4a86")), "night": (rgb("31497f"), rgb("0d1c45"))}


def draw(canvas, scene):
    """Paints everything behind the things; scene is a compose.Scene."""
    hour = HOURS[scene.hour]
    side = canvas.side
    line = scene.horizon * side
    whole = [(-2, -2), (side + 2, -2), (side + 2, line + 2), (-2, line + 2)]
    canvas.fill(whole, hour.zenith, hour.horizon, grain=0.012)
    if "stars" in scene.extras:
        _stars(canvas, line)
    if "sun" in scene.extras:
        _sun(canvas, scene, line)
    if "moon" in scene.extras:
        _moon(canvas, scene)
    if "clouds" in scene.extras:
        _clouds(canvas, scene, line)
    if "mountains" in scene.extras:
        _mountains(canvas, scene, line)
    _ground(canvas, scene, line)


def _stars(canvas, line):
    rng = canvas.rng
    for _ in range(34):
        x, y = rng.uniform(0, canvas.side), rng.uniform(0, line * 0.85)
        r = canvas.side * rng.uniform(0.004, 0.009)
        canvas.fill(oval(x, y, r, r), rgb("fff6d8"), grain=0, alpha=rng.uniform(0.6, 1))


def _sun(canvas, scene, line):
    side = canvas.side
    low = scene.hour == "sunset"
    x = scene.light_x * side
    y = line - (0.05 if scene.place == "sea" else 0.12) * side if low else 0.17 * side
    r = (0.105 if low else 0.08) * side
    canvas.glow(x, y, r * (3.2 if low else 2.4), rgb("ffdf9a") if low else rgb("fff7d6"), 0.75)
    canvas.fill(oval(x, y, r, r), rgb("fff0a8") if low else rgb("fff3b0"), rgb("ff8a4a") if low else rgb("ffd84d"), grain=0)


def _moon(canvas, scene):
    side = canvas.side
    x, y, r = scene.light_x * side, 0.19 * side, 0.085 * side
    canvas.glow(x, y, r * 2.6, rgb("8fa6dc"), 0.5)
    canvas.fill(oval(x, y, r, r), rgb("fdf8e0"), rgb("e6dfc4"), grain=0.01)
    for dx, dy, s in ((-0.3, -0.2, 0.22), (0.3, 0.25, 0.17), (0.1, -0.45, 0.13)):
        canvas.fill(oval(x + dx * r, y + dy * r, s * r, s * r), rgb("d6cfb4"), grain=0)


def _clouds(canvas, scene, line):
    rng, side = canvas.rng, canvas.side
    white = {"day": rgb("ffffff"), "sunset": rgb("ffc9b0"), "night": rgb("5a6a9c")}[scene.hour]
    for x in rng.uniform(0.05, 0.35), rng.uniform(0.6, 0.95):
        pen = Pen(canvas, x * side, rng.uniform(0.16, 0.3) * side, rng.uniform(0.16, 0.24) * side, (1, 1, 1), 0)
        for dx, dy, r in ((-0.5, 0.0, 0.26), (0.5, 0.0, 0.24), (-0.15, 0.16, 0.34), (0.22, 0.12, 0.3), (0, -0.06, 0.3)):
            pen.oval(dx, dy, r * 1.25, r * 0.8, white, shade=0.93, alpha=0.95)


def _mountains(canvas, scene, line):
    rng, side, hour = canvas.rng, canvas.side, HOURS[scene.hour]
    rock = rgb("6f7f9c") * hour.tint * 0.6 + hour.far * 0.4
    snow = rgb("f6fbff") * hour.tint
    for x in (rng.uniform(-0.05, 0.2), rng.uniform(0.75, 1.05), rng.uniform(0.35, 0.6)):
        high, wide = side * rng.uniform(0.22, 0.34), side * rng.uniform(0.22, 0.3)
        cx, top = x * side, line - high
        canvas.fill([(cx - wide, line + 2), (cx, top), (cx + wide, line + 2)], rock, rock * 0.6 + hour.far * 0.4, light=0.12)
        part = 0.3
        canvas.fill([(cx - wide * part, top + high * part), (cx, top), (cx + wide * part, top + high * part),
                     (cx + wide * 0.1, top + high * 0.2), (cx - wide * 0.08, top + high * 0.27)], snow)


def _ground(canvas, scene, line):
    rng, side, hour = canvas.rng, canvas.side, HOURS[scene.hour]
    far, near = GROUNDS[scene.place]
    if scene.place == "sea":
        far, near = SEA_AT.get(scene.hour, (far, near))
    else:
        far, near = far * hour.tint * 0.8 + hour.far * 0.2, near * hour.tint
    canvas.fill([(-2, line), (side + 2, line), (side + 2, side + 2), (-2, side + 2)], far, near, grain=0.04)
    {"sea": _water, "meadow": _grass, "hills": _rises, "desert": _rises, "snow": _rises}[scene.place](
        canvas, scene, line, far, near, rng)


def _water(canvas, scene, line, far, near, rng):
    side = canvas.side
    for _ in range(26):
        depth = rng.uniform(0.02, 1) ** 1.3
        y = line + depth * (side - line)
        x, w = rng.uniform(0, side), side * (0.03 + 0.1 * depth)
        light = (far * (1 - depth) + near * depth) * 0.75 + 0.25 * HOURS[scene.hour].horizon
        canvas.fill(oval(x, y, w, side * (0.002 + 0.004 * depth)), light, grain=0, alpha=0.7)
    if {"sun", "moon"} & set(scene.extras):
        _glitter(canvas, scene, line, rng)


def _glitter(canvas, scene, line, rng):
    """The path of light below sun or moon."""
    side = canvas.side
    colour = rgb("e9edff") if scene.hour == "night" else rgb("ffe0a0")
    for k in range(16):
        depth = (k + rng.uniform(0, 1)) / 16
        y = line + depth * (side - line) * 0.85
        x = scene.light_x * side + rng.normal(0, 0.012) * side
        canvas.fill(oval(x, y, side * (0.03 + 0.045 * depth) * rng.uniform(0.5, 1), side * 0.005), colour,
                    grain=0, alpha=0.6 * (1 - 0.6 * depth))


def _rises(canvas, scene, line, far, near, rng):
    """Overlapping rounded rises: hills, dunes, snow fields."""
    side = canvas.side
    steep = {"hills": 0.13, "desert": 0.06, "snow": 0.05}[scene.place]
    hour = HOURS[scene.hour]
    for k, depth in enumerate((0.0, 0.2, 0.45)):
        phase = rng.uniform(0, 6.28)
        xs = np.linspace(-0.05, 1.05, 9)
        wave = np.sin(xs * (4.5 - k) + phase) * 0.5 + 0.5
        base = line + depth * (side - line)
        top = np.stack([xs * side, base - wave * steep * side * (1 - 0.5 * k / 2)], 1)
        path = smooth(top, closed=False)
        shape = np.concatenate([path, [(side * 1.05, side + 2), (-0.05 * side, side + 2)]])
        tone = far * (1 - depth) + near * depth
        tone = tone * (0.86 + 0.1 * k) * 0.9 + hour.far * 0.1 * (1 - depth)
        canvas.fill(shape, tone * 1.08, tone * 0.9, grain=0.04, light=0.05)


def _grass(canvas, scene, line, far, near, rng):
    side = canvas.side
    for _ in range(60):
        depth = rng.uniform(0.05, 1)
        x, y = rng.uniform(0, side), line + depth * (side - line)
        h = side * (0.008 + 0.025 * depth)
        tone = (far * (1 - depth) + near * depth) * rng.uniform(0.82, 1.12)
        canvas.fill([(x - h * 0.2, y), (x + h * 0.2, y), (x + h * rng.uniform(-0.4, 0.4), y - h)], tone, grain=0)
