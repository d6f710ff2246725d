# SPDX-License-Identifier: GPL-3.0-or-later
"""Chooses what is in a picture and where it stands, and draws it."""

from dataclasses import asdict, dataclass, field

import numpy as np

from . import backdrops
from .canvas import Canvas, Pen, oval
from .nouns import NOUNS, USUAL
from .palette import COLOURS, HOURS

PLACES = {  # what can be found where
    "sea": ("boat", "boat", "boat", "lighthouse", "fish", "balloon"),
    "meadow": ("house", "tree", "flower", "cat", "balloon", "mushroom", "car"),
    "hills": ("house", "castle", "tree", "balloon", "car", "flower"),
    "desert": ("castle", "cat", "car", "balloon", "house"),
    "snow": ("house", "tree", "cat", "castle", "balloon", "car"),
}
SIZES = {"boat": 0.44, "house": 0.36, "castle": 0.42, "tree": 0.48, "flower": 0.48, "cat": 0.4,
         "balloon": 0.44, "lighthouse": 0.56, "fish": 0.34, "mushroom": 0.38, "car": 0.38}


@dataclass
class Thing:
    noun: str
    colour: str
    x: float
    y: float
    size: float
    mirror: int


@dataclass
class Scene:
    place: str
    hour: str
    horizon: float
    light_x: float
    extras: list = field(default_factory=list)
    things: list = field(default_factory=list)

    def as_dict(self):
        return asdict(self)


def choose(rng):
    """A scene drawn at random, composed."""
    place = str(rng.choice(list(PLACES)))
    hour = str(rng.choice(list(HOURS), p=(0.4, 0.32, 0.28)))
    scene = Scene(place, hour, float(rng.uniform(0.5, 0.6)), float(rng.choice((rng.uniform(0.14, 0.32), rng.uniform(0.68, 0.86)))))
    _choose_extras(scene, rng)
    count = 1 if rng.random() < 0.65 else 2
    names = [str(n) for n in rng.choice(list(dict.fromkeys(PLACES[place])), size=count, replace=False)]
    if count == 1:
        names = [str(rng.choice(PLACES[place]))]
    for index, name in enumerate(names):
        scene.things.append(_place(scene, name, index, count, rng))
    scene.things.sort(key=lambda t: t.y)
    return scene


def _choose_extras(scene, rng):
    chance = {"day": {"sun": 0.4, "clouds": 0.5, "mountains": 0.25},
              "sunset": {"sun": 0.75, "clouds": 0.3, "mountains": 0.25},
              "night": {"moon": 0.6, "stars": 0.85, "clouds": 0.15, "mountains": 0.25}}[scene.hour]
    scene.extras = [name for name, p in chance.items() if rng.random() < p]


def _place(scene, name, index, count, rng):
    colour = str(rng.choice(list(COLOURS)))
    if name in USUAL and rng.random() < 0.35:
        colour = USUAL[name]
    if count == 1:
        x = rng.uniform(0.36, 0.64)
        size = SIZES[name] * rng.uniform(0.92, 1.18)
    else:
        x = (0.27, 0.73)[index] + rng.uniform(-0.05, 0.05)
        size = SIZES[name] * rng.uniform(0.72, 0.9)
    if name == "balloon":
        y = rng.uniform(0.5, 0.6)
    else:
        near = rng.uniform(0.5, 0.85)
        y = scene.horizon + near * (0.96 - scene.horizon)
    return Thing(name, colour, float(x), float(y), float(size), int(rng.choice((-1, 1))))


def draw(scene, size, seed, scale=2):
    """The picture of a scene: size × size × 3, uint8."""
    canvas = Canvas(size, scale, np.random.default_rng(seed))
    backdrops.draw(canvas, scene)
    for thing in scene.things:
        _shadow(canvas, scene, thing)
        hour = HOURS[scene.hour]
        light = 0.12 if thing.mirror * (scene.light_x - 0.5) > 0 else -0.12
        pen = Pen(canvas, thing.x * canvas.side, thing.y * canvas.side, thing.size * canvas.side,
                  hour.tint, light * thing.mirror, thing.mirror)
        NOUNS[thing.noun](pen, COLOURS[thing.colour], scene.hour == "night")
    return canvas.finish()


def _shadow(canvas, scene, thing):
    """A shadow on the ground, or a broken reflection on water."""
    if thing.noun == "balloon":
        return
    x, y, s = thing.x * canvas.side, thing.y * canvas.side, thing.size * canvas.side
    if scene.place != "sea":
        canvas.fill(oval(x, y, 0.5 * s, 0.06 * s), HOURS[scene.hour].tint * 0.16, grain=0, alpha=0.35)
        return
    colour = COLOURS[thing.colour] * HOURS[scene.hour].tint * 0.7
    for k in range(4):
        wide = 0.48 - 0.07 * k
        canvas.fill(oval(x + canvas.rng.normal(0, 0.02) * s, y + (0.03 + 0.055 * k) * s, wide * s, 0.016 * s),
                    colour, grain=0, alpha=0.6 - 0.12 * k)
