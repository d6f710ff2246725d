# SPDX-License-Identifier: GPL-3.0-or-later
"""What the judge learns from: renderings with their masks, spoilt in many ways, and garbage."""

import functools
import json
import multiprocessing

import cv2
import numpy as np

from world import compose, worlds

IGNORED = 255


def _one(world, seed):
    """A picture with its targets: one in three has only pairs that no model was trained on."""
    cv2.setNumThreads(0)
    rng = np.random.default_rng([77, seed])
    scene = compose.choose(rng, world, held_out=bool(rng.random() < 0.33))
    picture, labels, instances = compose.draw(scene, world.size, masks=True)
    nouns, inside = targets(world, labels, instances)
    return picture, nouns, inside, scene


def targets(world, labels, instances):
    """Classes and insides at half the size."""
    place = np.zeros(len(worlds.FULL.nouns) + 1, np.uint8)
    for index, noun in enumerate(world.nouns):
        place[1 + worlds.FULL.nouns.index(noun)] = 1 + index
    labels, instances = labels[::2, ::2], instances[::2, ::2]
    inside = np.zeros_like(labels)
    for number in range(1, instances.max() + 1):
        inside |= cv2.erode((instances == number).astype(np.uint8), np.ones((3, 3), np.uint8))
    return place[labels], inside


def render(folder, world, count):
    """Writes count pictures with targets; nothing if they are there already."""
    if (folder / "scenes.jsonl").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    size = world.size
    out = [np.memmap(folder / name, np.uint8, "w+", shape=shape) for name, shape in _files(world, count)]
    lines = []
    with multiprocessing.Pool(2) as pool:
        for i, (*parts, scene) in enumerate(pool.imap(functools.partial(_one, world), range(count), chunksize=32)):
            for file, part in zip(out, parts):
                file[i] = part
            lines.append(json.dumps(scene))
    (folder / "scenes.jsonl").write_text("\n".join(lines) + "\n")


def _files(world, count):
    size, half = world.size, world.size // 2
    return (("pictures.u8", (count, size, size, 3)), ("nouns.u8", (count, half, half)), ("inside.u8", (count, half, half)))


class Data:
    """Batches of spoilt pictures with their targets."""

    def __init__(self, folder, world, reconstruct):
        self.scenes = [json.loads(line) for line in open(folder / "scenes.jsonl")]
        self.pictures, self.nouns, self.inside = (
            np.memmap(folder / name, np.uint8, "r", shape=shape) for name, shape in _files(world, len(self.scenes)))
        self.world = world
        self.heads = {"place": world.scenes, "time": world.times, "style": world.styles}
        self.decoded, self.garbage = reconstruct(folder, self.pictures)

    def batch(self, count, rng):
        """Pictures, and a dictionary of targets."""
        index = rng.integers(64, len(self.scenes), count)  # the first ones are for validation
        shown, nouns, inside = [], self.nouns[index].copy(), self.inside[index].copy()
        heads = {name: np.array([choices.index(self.scenes[i][name]) for i in index]) for name, choices in self.heads.items()}
        for k, i in enumerate(index):
            picture = self.decoded[i] if i < len(self.decoded) and rng.random() < 0.5 else self.pictures[i]
            picture = spoil(picture, rng)
            if rng.random() < 0.1:
                picture = self.nonsense(rng)
                nouns[k], inside[k] = len(self.world.nouns) + 1, 0
                for name, choices in self.heads.items():
                    heads[name][k] = len(choices)
            shown.append(picture)
        return np.stack(shown), dict(nouns=nouns, inside=inside, **heads)

    def nonsense(self, rng):
        """Garbage: noise, blobs, shuffled patches, or what a decoder makes of noise."""
        kind, size = rng.integers(4), self.world.size
        if kind == 0:
            return np.clip(rng.normal(rng.uniform(60, 190, 3), rng.uniform(10, 70), (size, size, 3)), 0, 255).astype(np.uint8)
        if kind == 1:
            coarse = rng.uniform(0, 255, (int(rng.integers(2, 17)),) * 2 + (3,)).astype(np.float32)
            return np.clip(cv2.resize(coarse, (size, size), interpolation=cv2.INTER_CUBIC), 0, 255).astype(np.uint8)
        if kind == 2:
            picture, step = self.pictures[rng.integers(len(self.pictures))], size // 16
            cells = picture.reshape(16, step, 16, step, 3).swapaxes(1, 2).reshape(256, step, step, 3)
            return rng.permutation(cells).reshape(16, 16, step, step, 3).swapaxes(1, 2).reshape(size, size, 3)
        return self.garbage[rng.integers(len(self.garbage))]


def spoil(picture, rng):
    """A worse copy: each fault comes by itself with some chance, as decoded pictures have them."""
    x = np.ascontiguousarray(picture)
    if rng.random() < 0.4:
        x = cv2.GaussianBlur(x, (0, 0), rng.uniform(0.4, 2.2))
    if rng.random() < 0.15:
        small = cv2.resize(x, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        x = cv2.resize(small, x.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    if rng.random() < 0.25:
        x = _warp(x, rng)
    x = x.astype(np.float32)
    if rng.random() < 0.5:
        x = x * rng.uniform(0.9, 1.1, 3) + rng.uniform(-10, 10, 3)
    if rng.random() < 0.4:
        x = x + rng.normal(0, rng.uniform(2, 14), x.shape)
    x = np.clip(x, 0, 255).astype(np.uint8)
    if rng.random() < 0.2:
        x = cv2.imdecode(cv2.imencode(".jpg", x, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 80))])[1], cv2.IMREAD_COLOR)
    return x


def _warp(x, rng):
    """Slightly wobbly outlines, by less than the targets' resolution."""
    size = x.shape[0]
    shift = [cv2.resize(rng.normal(0, 1.5, (12, 12)).astype(np.float32), (size, size), interpolation=cv2.INTER_CUBIC) for _ in range(2)]
    ys, xs = np.mgrid[:size, :size].astype(np.float32)
    return cv2.remap(x, xs + shift[0], ys + shift[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
