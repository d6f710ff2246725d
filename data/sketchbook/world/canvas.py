# SPDX-License-Identifier: GPL-3.0-or-later
"""A supersampled canvas and a pen that draws in an object's own coordinates."""

import cv2
import numpy as np

SHIFT = 4  # fractional bits of OpenCV's polygon coordinates


class Canvas:
    """RGB floats in [0, 1], `scale` times larger than the finished picture."""

    def __init__(self, size, scale, rng):
        self.size = size
        self.side = size * scale
        self.rng = rng
        self.pixels = np.zeros((self.side, self.side, 3), np.float32)
        self.grain = _grain(self.side, rng)
        self.labels = None  # side × side × 2 once marked: what is drawn, and which of them
        self.mark = (0, 0)

    def keep_labels(self):
        """From now on remembers what covers each pixel; `mark` says what is being drawn."""
        self.labels = np.zeros((self.side, self.side, 2), np.uint8)

    def fill(self, points, top, bottom=None, grain=0.03, light=0.0, alpha=1.0):
        """Fills a polygon (N×2, pixels) with a vertical gradient.

        light lightens the right side and darkens the left by that fraction.
        """
        points = np.asarray(points, np.float32)
        x0, y0 = np.maximum(np.floor(points.min(0)).astype(int) - 1, 0)
        x1, y1 = np.minimum(np.ceil(points.max(0)).astype(int) + 2, self.side)
        if x1 <= x0 or y1 <= y0:
            return
        mask = np.zeros((y1 - y0, x1 - x0), np.uint8)
        fixed = np.round((points - (x0, y0)) * (1 << SHIFT)).astype(np.int32)
        cv2.fillPoly(mask, [fixed], 255, cv2.LINE_AA, SHIFT)
        self._blend((y0, y1, x0, x1), mask, top, bottom, grain, light, alpha)
        if self.labels is not None and alpha > 0.5:
            self.labels[y0:y1, x0:x1][mask > 127] = self.mark

    def _blend(self, box, mask, top, bottom, grain, light, alpha):
        y0, y1, x0, x1 = box
        top = np.asarray(top, np.float32)
        bottom = top if bottom is None else np.asarray(bottom, np.float32)
        down = np.linspace(0, 1, y1 - y0, dtype=np.float32)[:, None, None]
        colour = top * (1 - down) + bottom * down
        across = np.linspace(-light, light, x1 - x0, dtype=np.float32)[None, :, None]
        texture = 1 + grain * self.grain[y0:y1, x0:x1, None]
        cover = mask[..., None].astype(np.float32) * (alpha / 255)
        part = self.pixels[y0:y1, x0:x1]
        part += cover * (colour * (1 + across) * texture - part)

    def glow(self, x, y, radius, colour, strength):
        """Adds light that falls off smoothly around a point."""
        ys, xs = np.ogrid[: self.side, : self.side]
        far = ((xs - x) ** 2 + (ys - y) ** 2) / (radius * radius)
        light = (strength * np.exp(-far)).astype(np.float32)[..., None]
        self.pixels += light * (np.asarray(colour, np.float32) - self.pixels)

    def finish(self):
        """The picture: size × size × 3, uint8."""
        small = cv2.resize(self.pixels, (self.size, self.size), interpolation=cv2.INTER_AREA)
        return np.clip(small * 255 + 0.5, 0, 255).astype(np.uint8)

    def finish_labels(self):
        """Noun and instance of each pixel of the picture: two arrays size × size, uint8."""
        step = self.side // self.size
        small = self.labels[step // 2::step, step // 2::step]
        return small[..., 0].copy(), small[..., 1].copy()


class Pen:
    """Draws in an object's coordinates: base at (0, 0), y up, height about 1."""

    def __init__(self, canvas, x, y, size, tint, light=0.1, mirror=1):
        self.canvas = canvas
        self.origin = np.array([x, y], np.float32)
        self.axes = np.array([size * mirror, -size], np.float32)
        self.tint = np.asarray(tint, np.float32)
        self.light = light

    def poly(self, points, colour, shade=0.88, lit=False, alpha=1.0):
        """A filled polygon, darker by `shade` at its foot; lit ignores the hour."""
        points = np.asarray(points, np.float32) * self.axes + self.origin
        colour = np.asarray(colour, np.float32) * (1 if lit else self.tint)
        side = 0 if lit else self.light
        self.canvas.fill(points, colour, colour * shade, light=side, alpha=alpha)

    def rect(self, x0, y0, x1, y1, colour, **how):
        self.poly([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], colour, **how)

    def oval(self, x, y, rx, ry, colour, turn=0.0, **how):
        self.poly(oval(x, y, rx, ry, turn), colour, **how)

    def curve(self, points, colour, **how):
        self.poly(smooth(points), colour, **how)

    def stroke(self, points, width, colour, **how):
        """A line of constant width through smoothed points."""
        path = smooth(points, closed=False)
        along = np.gradient(path, axis=0)
        across = np.stack([-along[:, 1], along[:, 0]], 1)
        across *= width / 2 / np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-6)
        self.poly(np.concatenate([path + across, (path - across)[::-1]]), colour, **how)


def oval(x, y, rx, ry, turn=0.0):
    angle = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    px, py = rx * np.cos(angle), ry * np.sin(angle)
    c, s = np.cos(turn), np.sin(turn)
    return np.stack([x + c * px - s * py, y + s * px + c * py], 1)


def smooth(points, closed=True, steps=8):
    """Catmull-Rom curve through the points."""
    p = np.asarray(points, np.float32)
    if closed:
        p = np.concatenate([p[-1:], p, p[:2]])
    else:
        p = np.concatenate([2 * p[:1] - p[1:2], p, 2 * p[-1:] - p[-2:-1]])
    t = np.linspace(0, 1, steps, endpoint=False, dtype=np.float32)[:, None]
    parts = []
    for a, b, c, d in zip(p[:-3], p[1:-2], p[2:-1], p[3:]):
        parts.append(0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t
                            + (3 * b - a - 3 * c + d) * t ** 3))
    if not closed:
        parts.append(p[-2:-1])
    return np.concatenate(parts)


def _grain(side, rng):
    """Paper texture: soft blotches and a little fine noise, about ±1."""
    fine = rng.standard_normal((side // 2, side // 2)).astype(np.float32)
    coarse = rng.standard_normal((side // 16, side // 16)).astype(np.float32)
    size = (side, side)
    return 0.5 * cv2.resize(fine, size) + 0.7 * cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC)
