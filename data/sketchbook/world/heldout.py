# SPDX-License-Identifier: GPL-3.0-or-later
"""Which pairs are kept from training, so that an evaluation can ask for something new.

Every noun lacks one colour in eight of the small world's (two in twelve of the full
one's), and one pair of nouns in six never stands in a relation.
"""

from .nouns import NOUNS
from .palette import COLOURS

_NOUN = {name: i for i, name in enumerate(NOUNS)}
_COLOUR = {name: i for i, name in enumerate(COLOURS)}


def coloured(noun, colour):
    """Whether a noun in this colour is kept from training."""
    i, c = _NOUN[noun], _COLOUR[colour]
    return c == (5 * i + 1) % 8 or c == 8 + i % 4


def related(first, second):
    """Whether these two nouns are never related in training, in either order."""
    return first != second and (_NOUN[first] + _NOUN[second]) % 6 == 0


def parts(scene):
    """For each pair of a scene, whether it is held out."""
    things = scene["things"]
    pairs = [coloured(t["noun"], t["colour"]) for t in things]
    if scene["relation"]:
        pairs.append(related(things[0]["noun"], things[1]["noun"]))
    return pairs


def is_held_out(scene):
    return any(parts(scene))
