# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything behind the things: sky, ground, what stands far away, and the weather."""

from . import grounds, sky, weather
from .grounds import island

__all__ = ["choose_extras", "draw", "draw_weather", "island"]

MOSTLY = {"day": {"sun": 0.5, "clouds": 0.5, "mountains": 0.2}, "dawn": {"sun": 0.6, "clouds": 0.3, "mountains": 0.2},
          "sunset": {"sun": 0.8, "clouds": 0.3, "mountains": 0.2},
          "night": {"moon": 0.7, "stars": 0.85, "mountains": 0.2}, "rain": {"clouds": 1}, "fog": {}}
ALWAYS = {"day": ("clouds",), "sunset": ("sun",), "night": ("moon", "stars")}
HEAVENLY = {"moon", "star"}  # as things; the sky has no other light then


def choose_extras(rng, scene, varied):
    """What else is to be seen: names that captions know."""
    if not varied:
        return list(ALWAYS[scene["time"]])
    left_out = {"sun", "moon"} if HEAVENLY & {t["noun"] for t in scene["things"]} else set()
    extras = [name for name, p in MOSTLY[scene["time"]].items() if rng.random() < p]
    if scene["place"] in ("city", "forest"):
        left_out.add("mountains")
    return [e for e in extras if e not in left_out]


def draw(canvas, scene):
    sky.draw(canvas, scene)
    grounds.draw(canvas, scene)


def draw_weather(canvas, scene):
    """What falls or hangs between the things and the eye."""
    if scene["time"] in weather.WEATHERS:
        weather.WEATHERS[scene["time"]](canvas)
