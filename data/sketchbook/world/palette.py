# SPDX-License-Identifier: GPL-3.0-or-later
"""Colours of things and the light of each time."""

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
    "black": rgb("2e2c34"),
    "brown": rgb("7d4f2d"),
    "grey": rgb("8d9096"),
    "turquoise": rgb("35bdb2"),
}

BROWN = rgb("6d4a30")
CREAM = rgb("fbf0d4")
DARK = rgb("2b2a33")
GOLD = rgb("ffd76a")
GLASS = rgb("bfe2ee")
LEAF = rgb("3f8f3d")
PINK = rgb("f2b5b0")
SILVER = rgb("c8c8cc")
STONE = rgb("77757c")
WHITE = rgb("fbfbf8")


@dataclass(frozen=True)
class Time:
    """How a time of day or a weather colours sky and things."""
    zenith: np.ndarray
    horizon: np.ndarray
    tint: np.ndarray
    far: np.ndarray  # colour that distant things fade to
    dark: bool = False  # lamps and windows are lit


def _tint(*values):
    return np.array(values, np.float32)


TIMES = {
    "day": Time(rgb("4a9be8"), rgb("cfeafb"), _tint(1, 1, 1), rgb("b9d7ec")),
    "sunset": Time(rgb("5b4a8c"), rgb("ffab5c"), _tint(0.98, 0.84, 0.78), rgb("d98a76")),
    "night": Time(rgb("0b1233"), rgb("2f4379"), _tint(0.68, 0.7, 0.84), rgb("27365f"), True),
    "dawn": Time(rgb("8fb6e6"), rgb("ffd7c9"), _tint(1, 0.93, 0.92), rgb("e7bfc4")),
    "rain": Time(rgb("6d7a8a"), rgb("a9b4bd"), _tint(0.82, 0.86, 0.9), rgb("98a4ae")),
    "fog": Time(rgb("ccd3d6"), rgb("e6e9e8"), _tint(0.95, 0.96, 0.97), rgb("dde2e2")),
}
