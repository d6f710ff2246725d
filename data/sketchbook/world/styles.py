# SPDX-License-Identifier: GPL-3.0-or-later
"""The drawing styles: how the finished canvas is put on paper.

Each takes a Canvas and returns the picture, size × size × 3, uint8.
"""

import cv2
import numpy as np

from .palette import rgb


def picture_book(canvas):
    """As drawn: clean gradients with a little grain."""
    return canvas.finish()


def ink(canvas):
    """Dark outlines around everything that is a thing, and thin ones inside it."""
    number = canvas.labels[..., 1].astype(np.float32)
    grey = cv2.cvtColor(np.clip(canvas.pixels, 0, 1), cv2.COLOR_RGB2GRAY)
    thick = max(2, canvas.side // 128)
    around = (np.abs(cv2.Laplacian(number, cv2.CV_32F)) > 0).astype(np.float32)
    around = cv2.dilate(around, np.ones((thick, thick), np.uint8))
    inside = np.clip((np.abs(cv2.Laplacian(cv2.GaussianBlur(grey, (0, 0), 1.2), cv2.CV_32F)) - 0.03) * 14, 0, 0.8)
    line = np.maximum(around, inside * (number > 0))[..., None]
    canvas.pixels += cv2.GaussianBlur(line, (3, 3), 0)[..., None] * 0.9 * (rgb("1d1b22") - canvas.pixels)
    return canvas.finish()


def watercolour(canvas):
    """Runny edges that dry darker, pale washes, white paper around."""
    side = canvas.side
    wobble = [cv2.GaussianBlur(canvas.rng.standard_normal((side, side)).astype(np.float32), (0, 0), side / 40) for _ in range(2)]
    ys, xs = np.mgrid[:side, :side].astype(np.float32)
    reach = side / 90
    runny = cv2.remap(canvas.pixels, xs + wobble[0] * reach * 20, ys + wobble[1] * reach * 20, cv2.INTER_LINEAR,
                      borderMode=cv2.BORDER_REFLECT)
    soft = cv2.bilateralFilter(runny, 5, 0.15, side / 60)
    dried = soft + 0.8 * (soft - cv2.GaussianBlur(soft, (0, 0), side / 80))
    washed = 1 - (1 - np.clip(dried, 0, 1)) * (0.82 + 0.1 * canvas.grain[..., None])
    edge = np.minimum(np.minimum(xs, side - 1 - xs), np.minimum(ys, side - 1 - ys)) / side + wobble[0] * 0.12
    paper = np.clip((edge - 0.015) * 60, 0, 1)[..., None]
    canvas.pixels = washed * paper + rgb("fdfbf5") * (1 - paper)
    return canvas.finish()


def crayon(canvas):
    """Slanting strokes of wax that leave the paper's grain white."""
    side = canvas.side
    noise = canvas.rng.standard_normal((side, side)).astype(np.float32)
    length = max(9, side // 16) | 1
    stroke = np.eye(length, dtype=np.float32)[::-1] / length ** 0.5
    streaks = cv2.filter2D(noise, -1, stroke)
    bare = np.clip(0.28 + 0.3 * streaks + 0.15 * canvas.grain, 0, 0.75)[..., None]
    canvas.pixels += bare * (rgb("f8f4ea") - canvas.pixels)
    return canvas.finish()


STYLES = {"picture book": picture_book, "ink": ink, "watercolour": watercolour, "crayon": crayon}
