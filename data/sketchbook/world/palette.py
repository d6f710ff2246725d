# SPDX-License-Identifier: GPL-3.0-or-later
"""Colours of things and the light of each hour."""

from dataclasses import dataclass

import numpy as np


def rgb(code):
    return np.array([int(code[i:i + 2], 16) / 255 for i in (0, 2, 4)], np.float32)


COLOURS = {
    "red": rgb("d8262b"),
    "orange": rgb("f08a1d"),
    "yellow": rgb("f7d63b"),
    "green": rgb("3a9d44"),
    "blue": rgb("2b62cf"),
    "purple": rgb("8440b4"),
    "pink": rgb("f490b4"),
    "white": rgb("f6f3ea"),
}

BROWN = rgb("6d4a30")
CREAM = rgb("fbf0d4")
DARK = rgb("2b2a33")
GOLD = rgb("ffd76a")
STONE = rgb("77757c")


@dataclass(frozen=True)
class Hour:
    """How a time of day colours sky and things."""
    zenith: np.ndarray
    horizon: np.ndarray
    tint: np.ndarray
    far: np.ndarray  # colour that distant things fade to


HOURS = {
    "day": Hour(rgb("4a9be8"), rgb("cfeafb"), np.array([1, 1, 1], np.float32), rgb("b9d7ec")),
    "sunset": Hour(rgb("5b4a8c"), rgb("ffab5c"), np.array([0.98, 0.84, 0.78], np.float32), rgb("d98a76")),
    "night": Hour(rgb("0b1233"), rgb("2f4379"), np.array([0.62, 0.64, 0.8], np.float32), rgb("27365f")),
}
