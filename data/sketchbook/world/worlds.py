# SPDX-License-Identifier: GPL-3.0-or-later
"""What there is: the full world, and the small one that two processor cores can learn.

The words of both are known to the vocabulary, so a model of the small world can be
trained further on the full one.
"""

from dataclasses import dataclass

from .nouns import NOUNS
from .palette import COLOURS, TIMES

SCENES = ("sea", "meadow", "desert", "snow", "hills", "beach", "forest", "city")
STYLES = ("picture book", "ink", "watercolour", "crayon")
RELATIONS = ("left", "right", "above", "behind")


@dataclass(frozen=True)
class World:
    name: str
    size: int  # pixels
    nouns: tuple
    colours: tuple
    scenes: tuple
    times: tuple
    styles: tuple
    relations: tuple
    most: int  # the largest count
    extras: bool  # whether mountains and clouds come and go


FULL = World("full", 256, tuple(NOUNS), tuple(COLOURS), SCENES, tuple(TIMES), STYLES, RELATIONS, 5, True)
SMALL = World("small", 128, ("boat", "house", "castle", "tree", "flower", "cat", "balloon", "lighthouse",
                             "bird", "mushroom", "car", "fish"),
              tuple(COLOURS)[:8], SCENES[:4], ("day", "sunset", "night"), STYLES[:1], RELATIONS, 3, False)
WORLDS = {world.name: world for world in (SMALL, FULL)}
