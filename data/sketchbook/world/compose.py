# SPDX-License-Identifier: GPL-3.0-or-later
"""Chooses what is in a picture, and draws it.

A scene is a dictionary that JSON can hold: what a caption may say of it, and where
everything stands.
"""

from dataclasses import asdict

import numpy as np

from . import backdrops, heldout, layout, styles
from .canvas import Canvas, Pen, oval
from .nouns import NOUNS
from .palette import COLOURS, TIMES
from .worlds import FULL

USUAL = {"tree": "green"}  # the colour a thing takes more often than the others
KINDS = ("alone", "several", "left", "right", "above", "behind")
SHARES = (0.46, 0.2, 0.1, 0.1, 0.07, 0.07)


def choose(rng, world, held_out=False):
    """A scene drawn at random.

    One for training has no pair that is held out; with held_out, one that has no other,
    and relations are as frequent as they are in training although their pairs are rare.
    """
    kind = _kind(rng) if held_out else None
    while True:
        scene = _any(rng, world, kind or _kind(rng))
        pairs = heldout.parts(scene)
        if all(pairs) if held_out else not any(pairs):
            return scene


def _kind(rng):
    return str(rng.choice(KINDS, p=SHARES))


def _any(rng, world, kind):
    while True:
        place = str(rng.choice(world.scenes))
        nouns = [str(n) for n in rng.choice(world.nouns, 2, replace=False)]
        if kind in ("alone", "several"):
            nouns = nouns[:1]
        fit = layout.can_relate(kind, *nouns, place) if len(nouns) == 2 else layout.fits(nouns[0], place)
        if fit:
            break
    things = [{"noun": noun, "colour": _colour(rng, world, noun), "count": 1} for noun in nouns]
    if kind == "several":
        things[0]["count"] = int(rng.integers(2, world.most + 1))
    scene = {"world": world.name, "style": str(rng.choice(world.styles)), "place": place,
             "time": str(rng.choice(world.times)), "seed": int(rng.integers(1 << 31)), "things": things,
             "relation": {"kind": kind} if len(nouns) == 2 else None}
    scene["horizon"] = float(rng.uniform(0.5, 0.6))
    scene["light_x"] = float(rng.choice((rng.uniform(0.12, 0.26), rng.uniform(0.74, 0.88))))
    scene["extras"] = backdrops.choose_extras(rng, scene, world.extras)
    scene["items"] = [_plain(item) for item in layout.arrange(rng, scene)]
    return scene


def _colour(rng, world, noun):
    if noun in USUAL and rng.random() < 0.3:
        return USUAL[noun]
    return str(rng.choice(world.colours))


def _plain(item):
    """A dictionary of Python's own numbers."""
    return {k: int(v) if k in ("thing", "mirror") else round(float(v), 4) for k, v in asdict(item).items()}


def flip(scene):
    """The scene of the mirrored picture: left and right change places."""
    swap = {"left": "right", "right": "left"}
    flipped = dict(scene, light_x=1 - scene["light_x"])
    flipped["items"] = [dict(item, x=1 - item["x"], mirror=-item["mirror"]) for item in scene["items"]]
    if scene["relation"]:
        kind = scene["relation"]["kind"]
        flipped["relation"] = {"kind": swap.get(kind, kind)}
    return flipped


def draw(scene, size, masks=False, scale=2):
    """The picture of a scene, size × size × 3, uint8.

    With masks also the labels (1 + the noun's place in FULL.nouns, 0 where nothing
    stands) and the instances (1, 2 …), both size × size, uint8, of what can be seen.
    """
    canvas = Canvas(size, scale, np.random.default_rng(scene["seed"]))
    canvas.keep_labels()
    backdrops.draw(canvas, scene)
    for number, item in enumerate(scene["items"], 1):
        _draw_item(canvas, scene, item, number)
    canvas.mark = (0, 0)
    backdrops.draw_weather(canvas, scene)
    labels, instances = canvas.finish_labels()
    picture = styles.STYLES[scene["style"]](canvas)
    return (picture, labels, instances) if masks else picture


def _draw_item(canvas, scene, item, number):
    thing, time = scene["things"][item["thing"]], TIMES[scene["time"]]
    canvas.mark = (0, 0)
    _ground(canvas, scene, item, thing)
    canvas.mark = (1 + FULL.nouns.index(thing["noun"]), number)
    light = 0.12 if scene["light_x"] > 0.5 else -0.12
    pen = Pen(canvas, item["x"] * canvas.side, item["y"] * canvas.side, item["size"] * canvas.side,
              time.tint, light, item["mirror"])
    NOUNS[thing["noun"]](pen, COLOURS[thing["colour"]], time.dark)


def _ground(canvas, scene, item, thing):
    """What a thing stands on: its shadow, an island, or a broken reflection."""
    if thing["noun"] in layout.FLYING:
        return
    x, y, s = (item[k] * canvas.side for k in ("x", "y", "size"))
    tint = TIMES[scene["time"]].tint
    if scene["place"] not in layout.WATER:
        canvas.fill(oval(x, y, 0.5 * s, 0.06 * s), tint * 0.16, grain=0, alpha=0.35)
    elif thing["noun"] in layout.ISLANDS:
        backdrops.island(canvas, x, y, s, tint)
    else:
        _reflection(canvas, x, y, s, COLOURS[thing["colour"]] * tint * 0.7)


def _reflection(canvas, x, y, s, colour):
    for k in range(4):
        wide = 0.48 - 0.07 * k
        canvas.fill(oval(x + canvas.rng.normal(0, 0.02) * s, y + (0.03 + 0.055 * k) * s, wide * s, 0.016 * s),
                    colour, grain=0, alpha=0.48 - 0.1 * k)
