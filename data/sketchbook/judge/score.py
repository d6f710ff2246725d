# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether an observation is what a scene asked for, kind by kind."""

KINDS = ("noun", "colour", "scene", "time", "style", "count", "relation")


def score(scene, seen, eye):
    """A list of (kind, right) for everything that the scene's full caption says.

    A colour needs its noun to be found. Counts are asked for where there are several;
    relations need both nouns.
    """
    verdicts = [("scene", seen["place"] == scene["place"]), ("time", seen["time"] == scene["time"])]
    if len(eye.world.styles) > 1:
        verdicts.append(("style", seen["style"] == scene["style"]))
    for thing in scene["things"]:
        parts = seen["things"].get(thing["noun"])
        verdicts.append(("noun", bool(parts)))
        named = parts and eye.name(seen["time"] or scene["time"], thing["noun"], parts)
        verdicts.append(("colour", named == thing["colour"]))
        if thing["count"] > 1:
            verdicts.append(("count", len(parts or ()) == thing["count"]))
    if scene["relation"]:
        verdicts.append(("relation", related(scene, seen)))
    return verdicts


def related(scene, seen):
    first, second = (seen["things"].get(thing["noun"]) for thing in scene["things"])
    return bool(first and second) and RULES[scene["relation"]["kind"]](first[0], second[0])


RULES = {
    "left": lambda a, b: a["x"] < b["x"] - 0.08,
    "right": lambda a, b: a["x"] > b["x"] + 0.08,
    "above": lambda a, b: a["y"] < b["y"] - 0.08 and abs(a["x"] - b["x"]) < 0.35,
    "behind": lambda a, b: a["foot"] < b["foot"] - 0.03 and abs(a["x"] - b["x"]) < 0.5,
}
