# SPDX-License-Identifier: GPL-3.0-or-later
"""Where things stand: sizes, what can be found where, and the plans of a picture.

Positions are shares of the picture's side, x to the right and y down; y is where the
thing's foot is. Sizes are heights. The plans keep things apart and on the thirds.
"""

from dataclasses import dataclass

SIZES = {"boat": 0.46, "house": 0.42, "castle": 0.46, "tree": 0.5, "flower": 0.5, "cat": 0.44, "balloon": 0.46,
         "lighthouse": 0.58, "bird": 0.36, "mushroom": 0.42, "car": 0.42, "fish": 0.38,
         "windmill": 0.54, "church": 0.5, "tent": 0.44, "bridge": 0.46, "fir": 0.54, "palm": 0.54, "cactus": 0.48,
         "pumpkin": 0.42, "apple": 0.42, "dog": 0.42, "rabbit": 0.44, "sheep": 0.44, "duck": 0.44, "owl": 0.44,
         "butterfly": 0.36, "elephant": 0.46, "turtle": 0.42, "whale": 0.44, "snail": 0.44, "train": 0.42,
         "bus": 0.42, "truck": 0.42, "plane": 0.42, "rocket": 0.54, "bicycle": 0.42, "submarine": 0.42,
         "umbrella": 0.46, "kite": 0.44, "lamp": 0.56, "bench": 0.42, "teapot": 0.44, "chair": 0.46, "clock": 0.42,
         "cake": 0.42, "robot": 0.48, "snowman": 0.5, "mountain": 0.5, "moon": 0.3, "star": 0.3}
WIDTHS = {"boat": 1.3, "house": 1.2, "castle": 1.3, "tree": 0.85, "flower": 0.75, "cat": 0.95, "balloon": 0.75,
          "lighthouse": 0.85, "bird": 1.5, "mushroom": 1.0, "car": 1.42, "fish": 1.32,
          "windmill": 1.0, "church": 1.1, "tent": 1.26, "bridge": 1.75, "fir": 0.75, "palm": 1.0, "cactus": 0.75,
          "pumpkin": 1.1, "apple": 0.9, "dog": 1.4, "rabbit": 0.8, "sheep": 1.15, "duck": 1.2, "owl": 0.8,
          "butterfly": 1.15, "elephant": 1.35, "turtle": 1.45, "whale": 1.4, "snail": 1.35, "train": 1.5,
          "bus": 1.6, "truck": 1.6, "plane": 1.6, "rocket": 0.75, "bicycle": 1.45, "submarine": 1.65,
          "umbrella": 1.2, "kite": 0.66, "lamp": 0.6, "bench": 1.5, "teapot": 1.45, "chair": 0.85, "clock": 0.9,
          "cake": 1.2, "robot": 1.05, "snowman": 0.8, "mountain": 1.75, "moon": 0.85, "star": 1.0}  # in heights
FLYING = {"balloon", "bird", "butterfly", "plane", "kite", "moon", "star"}
AFLOAT = {"boat", "fish", "whale", "submarine"}  # needs water
ISLANDS = {"lighthouse", "castle", "house", "tree", "palm", "windmill", "church"}  # stand on an island at sea
BOTH = {"duck", "turtle"}  # on land and in the water
TALL = {"house", "castle", "tree", "lighthouse", "windmill", "church", "fir", "palm", "mountain"}  # can stand behind something
WATER = {"sea"}


def habitat(noun):
    """The kinds of ground under which a noun is drawn: "land", "water" or both."""
    if noun in AFLOAT:
        return {"water"}
    return {"land", "water"} if noun in FLYING | ISLANDS | BOTH else {"land"}


def fits(noun, place):
    return ("water" if place in WATER else "land") in habitat(noun)


@dataclass
class Item:
    """One drawn thing: which of the scene's things it is, and where."""
    thing: int
    x: float
    y: float
    size: float
    mirror: int


def _item(rng, scene, thing, x, depth, scale):
    """depth: 0 at the horizon, 1 at the lower edge; what flies hangs in the sky instead."""
    noun = scene["things"][thing]["noun"]
    y = scene["horizon"] + depth * (0.97 - scene["horizon"])
    if noun in FLYING:
        y -= 0.22
    return Item(thing, x + rng.uniform(-0.03, 0.03), y + rng.uniform(-0.02, 0.02),
                SIZES[noun] * scale * rng.uniform(0.94, 1.06), int(rng.choice((-1, 1))))


def alone(rng, scene):
    return [_item(rng, scene, 0, rng.uniform(0.4, 0.6), rng.uniform(0.6, 0.85), 1.08)]


def several(rng, scene):
    """One kind of thing, a few times: in a row, alternately nearer and farther."""
    noun, count = scene["things"][0]["noun"], scene["things"][0]["count"]
    scale = min({2: 0.8, 3: 0.62, 4: 0.52, 5: 0.44}[count], 0.86 / (count * WIDTHS[noun] * SIZES[noun]))
    first = int(rng.integers(2))
    return [_item(rng, scene, 0, (k + 0.5) / count * 0.94 + 0.03,
                  0.68 + (0.14 if (k + first) % 2 else -0.1) * (count > 2), scale) for k in range(count)]


def side_by_side(rng, scene):
    """The first thing of the relation on its side; a boat at the same depth as a house."""
    left = scene["relation"]["kind"] == "left"
    xs = (0.26, 0.74) if left else (0.74, 0.26)
    depth = rng.uniform(0.62, 0.8)
    scales = [min(0.8, 0.43 / (WIDTHS[t["noun"]] * SIZES[t["noun"]])) for t in scene["things"]]
    return [_item(rng, scene, k, xs[k], depth, scales[k]) for k in (0, 1)]


def one_above(rng, scene):
    x = rng.uniform(0.4, 0.6)
    upper = _item(rng, scene, 0, x + rng.uniform(-0.1, 0.1), 0, 0.72)
    upper.y = 0.42 + rng.uniform(-0.03, 0.03)
    return [upper, _item(rng, scene, 1, x, 0.85, 0.8)]


def one_behind(rng, scene):
    side = rng.choice((-1, 1))
    behind = _item(rng, scene, 0, 0.5 - 0.13 * side, 0.25, 0.92)
    return [behind, _item(rng, scene, 1, 0.5 + 0.16 * side, 0.85, 0.66)]


PLANS = {"left": side_by_side, "right": side_by_side, "above": one_above, "behind": one_behind}


def arrange(rng, scene):
    """The items of a scene, farthest first."""
    if scene["relation"]:
        items = PLANS[scene["relation"]["kind"]](rng, scene)
    else:
        items = (alone if scene["things"][0]["count"] == 1 else several)(rng, scene)
    return sorted(items, key=lambda item: item.y)


def can_relate(kind, first, second, place):
    """Whether "first KIND second" makes sense in this place."""
    if first == second or not (fits(first, place) and fits(second, place)):
        return False
    if kind == "above":
        return first in FLYING and second not in FLYING
    if kind == "behind":
        return first in TALL and second not in FLYING | TALL
    return (first in FLYING) == (second in FLYING)
