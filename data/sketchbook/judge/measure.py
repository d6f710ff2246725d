# SPDX-License-Identifier: GPL-3.0-or-later
"""What is to be seen in pictures, in the judge's eyes.

An observation is a dictionary: "place", "time" and "style" (None for a picture that is
none), and "things", for each noun that was found its parts: connected components with
their area (share of the picture), centre, foot (y of the lowest row) and mean colour in
CIE Lab. Components that stand one above the other are one part: a sail and its hull, a
balloon and its basket, a tree and its reflection; the world's things of a kind stand side
by side.
"""

import json

import cv2
import numpy as np
import torch

LEAST = 0.006  # of the picture: smaller components are dropped


def to_input(pictures):
    """Bytes [n, h, w, 3] to [n, 3, h, w] in [-1, 1]."""
    return torch.from_numpy(np.ascontiguousarray(pictures)).permute(0, 3, 1, 2).float() / 127.5 - 1


@torch.no_grad()
def look(judge, pictures):
    """The judge's answer as numbers: classes, inside and the heads' choices."""
    parts = []
    for first in range(0, len(pictures), 50):
        said = judge(to_input(pictures[first:first + 50]).contiguous(memory_format=torch.channels_last))
        parts.append({name: (value > 0 if name == "inside" else value.argmax(1)).numpy() for name, value in said.items()})
    return {name: np.concatenate([p[name] for p in parts]) for name in parts[0]}


def observe(judge, world, pictures):
    """One observation for each picture."""
    said = look(judge, pictures)
    return [_observation(world, picture, {name: value[i] for name, value in said.items()}) for i, picture in enumerate(pictures)]


def _observation(world, picture, said):
    lab = cv2.cvtColor(picture[:].astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    lab = cv2.resize(lab, said["nouns"].shape[::-1], interpolation=cv2.INTER_AREA)
    seen = {name: _choice(choices, said[name]) for name, choices in
            (("place", world.scenes), ("time", world.times), ("style", world.styles))}
    things = {noun: _parts(said["nouns"] == 1 + i, said["inside"], lab) for i, noun in enumerate(world.nouns)}
    return dict(seen, things={noun: parts for noun, parts in things.items() if parts})


def _choice(choices, index):
    return choices[index] if index < len(choices) else None


def _parts(mask, inside, lab):
    """Components of what is inside instances, joined, the largest first."""
    least = LEAST * mask.size
    if mask.sum() < least:
        return []
    number, labels, stats, _ = cv2.connectedComponentsWithStats((mask & inside).astype(np.uint8), connectivity=4)
    large = [k for k in range(1, number) if stats[k, cv2.CC_STAT_AREA] >= least / 2]
    parts = [_part(np.isin(labels, group), lab) for group in _stacks(large, stats)]
    return sorted(parts, key=lambda part: -part["area"])


def _stacks(components, stats):
    """Groups of components, each with more than half of its columns above or below the group's widest."""
    groups = []
    for k in sorted(components, key=lambda k: -stats[k, cv2.CC_STAT_WIDTH]):
        left, width = stats[k, cv2.CC_STAT_LEFT], stats[k, cv2.CC_STAT_WIDTH]
        for group in groups:
            first = stats[group[0], cv2.CC_STAT_LEFT]
            shared = min(left + width, first + stats[group[0], cv2.CC_STAT_WIDTH]) - max(left, first)
            if shared > width / 2:
                group.append(k)
                break
        else:
            groups.append([k])
    return groups


def _part(where, lab):
    rows, columns = np.nonzero(where)
    return {"area": float(where.mean()), "x": float(columns.mean() / where.shape[1]), "y": float(rows.mean() / where.shape[0]),
            "foot": float((rows.max() + 1) / where.shape[0]), "lab": lab[where].mean(0).round(2).tolist()}


def colour_of(parts):
    """The mean Lab of a noun's parts, by area."""
    areas = np.array([p["area"] for p in parts])
    return (np.array([p["lab"] for p in parts]) * areas[:, None]).sum(0) / areas.sum()


def calibrate(judge, world, data, path, count=4000):
    """Learns what each noun in each colour looks like by each time's light, sails and roofs included."""
    seen = {}
    for first in range(0, min(count, len(data.scenes)), 200):
        pictures, scenes = data.pictures[first:first + 200], data.scenes[first:first + 200]
        for scene, observation in zip(scenes, observe(judge, world, pictures)):
            for thing in scene["things"]:
                parts = observation["things"].get(thing["noun"])
                if parts:
                    key = (scene["time"], thing["noun"], thing["colour"])
                    seen.setdefault(key, []).append(colour_of(parts))
    means = {"|".join(key): np.median(values, 0).round(2).tolist() for key, values in seen.items()}
    path.write_text(json.dumps(means, indent=0))


class Eye:
    """Names the colour of a thing: the nearest of those that the noun has in this light."""

    def __init__(self, world, path):
        self.means = {tuple(key.split("|")): np.array(value) for key, value in json.loads(path.read_text()).items()}
        self.world = world

    def name(self, time, noun, parts):
        found, best = colour_of(parts), None
        for colour in self.world.colours:
            mean = self.means.get((time, noun, colour))
            if mean is not None:
                distance = np.linalg.norm((found - mean) * (0.6, 1, 1))  # less for brightness, which light changes
                if best is None or distance < best[0]:
                    best = (distance, colour)
        return best and best[1]
