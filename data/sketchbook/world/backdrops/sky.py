# SPDX-License-Identifier: GPL-3.0-or-later
"""The sky by time of day, with sun, moon, stars, clouds and far mountains."""

from ..canvas import Pen, oval
from ..palette import TIMES, rgb

LOW = {"sunset", "dawn"}  # the sun stands at the horizon
CLOUD = {"day": rgb("ffffff"), "sunset": rgb("ffc9b0"), "night": rgb("5a6a9c"), "dawn": rgb("fff0ec"),
         "rain": rgb("79848f"), "fog": rgb("f2f4f4")}


def draw(canvas, scene):
    time = TIMES[scene["time"]]
    side, line = canvas.side, scene["horizon"] * canvas.side
    whole = [(-2, -2), (side + 2, -2), (side + 2, line + 2), (-2, line + 2)]
    canvas.fill(whole, time.zenith, time.horizon, grain=0.012)
    for name, part in (("stars", _stars), ("sun", _sun), ("moon", _moon), ("clouds", _clouds), ("mountains", _mountains)):
        if name in scene["extras"]:
            part(canvas, scene, line)


def _stars(canvas, scene, line):
    rng = canvas.rng
    for _ in range(22):
        x, y = rng.uniform(0, canvas.side), rng.uniform(0, line * 0.85)
        r = canvas.side * rng.uniform(0.004, 0.009)
        canvas.fill(oval(x, y, r, r), rgb("fff6d8"), grain=0, alpha=rng.uniform(0.6, 1))


def _sun(canvas, scene, line):
    side, low = canvas.side, scene["time"] in LOW
    x = scene["light_x"] * side
    y = line - (0.05 if scene["place"] in ("sea", "beach") else 0.12) * side if low else 0.17 * side
    r = (0.105 if low else 0.08) * side
    canvas.glow(x, y, r * (3.2 if low else 2.4), rgb("ffdf9a") if low else rgb("fff7d6"), 0.75)
    canvas.fill(oval(x, y, r, r), rgb("fff0a8") if low else rgb("fff3b0"), rgb("ff8a4a") if low else rgb("ffd84d"), grain=0)


def _moon(canvas, scene, line):
    side = canvas.side
    x, y, r = scene["light_x"] * side, 0.17 * side, 0.085 * side
    canvas.glow(x, y, r * 2.6, rgb("8fa6dc"), 0.5)
    canvas.fill(oval(x, y, r, r), rgb("fdf8e0"), rgb("e6dfc4"), grain=0.01)
    for dx, dy, s in ((-0.3, -0.2, 0.22), (0.3, 0.25, 0.17), (0.1, -0.45, 0.13)):
        canvas.fill(oval(x + dx * r, y + dy * r, s * r, s * r), rgb("d6cfb4"), grain=0)


def _clouds(canvas, scene, line):
    rng, side = canvas.rng, canvas.side
    many = ((0.0, 0.2), (0.3, 0.5), (0.6, 0.8), (0.85, 1.0)) if scene["time"] == "rain" else ((0.05, 0.35), (0.6, 0.95))
    for low, high in many:
        pen = Pen(canvas, rng.uniform(low, high) * side, rng.uniform(0.12, 0.26) * side, rng.uniform(0.16, 0.24) * side, (1, 1, 1), 0)
        for dx, dy, r in ((-0.5, 0.0, 0.26), (0.5, 0.0, 0.24), (-0.15, 0.16, 0.34), (0.22, 0.12, 0.3), (0, -0.06, 0.3)):
            pen.oval(dx, dy, r * 1.25, r * 0.8, CLOUD[scene["time"]], shade=0.93, alpha=0.95)


def _mountains(canvas, scene, line):
    rng, side, time = canvas.rng, canvas.side, TIMES[scene["time"]]
    rock = rgb("6f7f9c") * time.tint * 0.6 + time.far * 0.4
    snow = rgb("f6fbff") * time.tint
    for x in (rng.uniform(-0.05, 0.2), rng.uniform(0.75, 1.05), rng.uniform(0.35, 0.6)):
        high, wide = side * rng.uniform(0.22, 0.34), side * rng.uniform(0.22, 0.3)
        cx, top = x * side, line - high
        canvas.fill([(cx - wide, line + 2), (cx, top), (cx + wide, line + 2)], rock, rock * 0.6 + time.far * 0.4, light=0.12)
        part = 0.3
        canvas.fill([(cx - wide * part, top + high * part), (cx, top), (cx + wide * part, top + high * part),
                     (cx + wide * 0.1, top + high * 0.2), (cx - wide * 0.08, top + high * 0.27)], snow)
