#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Draws what the trainings printed as loss curves: curves.py OUT.svg "TITLE=WORD:LOG" …

WORD is what stands before the value in a line of the LOG, such as L1 or error. A
training that was continued begins again at step 0 or goes on; its lines are taken in
the order of the file. The loss is on a logarithmic scale.
"""

import argparse
import math
import pathlib
import re

WIDTH, HEIGHT, LEFT, TOP, GAP = 260, 150, 46, 24, 40


def read(path, word):
    """(step, loss) for each line that has both."""
    found = re.findall(rf"step (\d+) .*?\b{re.escape(word)} ([\d.]+)", path.read_text())
    return [(int(step), float(loss)) for step, loss in found]


def ticks(low, high):
    """Round values within a range."""
    return [d * 10.0 ** e for e in range(-4, 3) for d in (1, 1.5, 2, 3, 4, 6) if low <= d * 10.0 ** e <= high]


def plot(title, points, x0, y0):
    """One curve as SVG elements, its upper left corner at x0, y0."""
    last = points[-1][0]
    low, high = min(p[1] for p in points), max(p[1] for p in points)
    top = y0 + TOP
    y = lambda loss: top + HEIGHT * (1 - math.log(loss / low) / math.log(high / low))
    x = lambda step: x0 + LEFT + WIDTH * step / last
    line = " ".join(f"{x(step):.1f},{y(loss):.1f}" for step, loss in points)
    out = [f'<text x="{x0 + LEFT}" y="{top - 9}" font-weight="bold">{title}</text>',
           f'<polyline points="{line}" fill="none" stroke="#3465a4" stroke-width="1.5"/>',
           f'<path d="M{x0 + LEFT} {top}v{HEIGHT}h{WIDTH}" fill="none" stroke="#888"/>',
           f'<text x="{x(last):.0f}" y="{top + HEIGHT + 14}" text-anchor="end">{last} steps</text>']
    for value in ticks(low, high):
        out.append(f'<path d="M{x0 + LEFT} {y(value):.1f}h{WIDTH}" stroke="#ddd"/>')
        out.append(f'<text x="{x0 + LEFT - 5}" y="{y(value) + 4:.1f}" text-anchor="end">{value:g}</text>')
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("curves", nargs="+")
    args = parser.parse_args()
    body = []
    for i, curve in enumerate(args.curves):
        title, _, rest = curve.partition("=")
        word, _, path = rest.partition(":")
        body += plot(title, read(pathlib.Path(path), word), i % 2 * (LEFT + WIDTH + GAP), i // 2 * (TOP + HEIGHT + GAP))
    width = min(len(args.curves), 2) * (LEFT + WIDTH + GAP)
    height = (len(args.curves) + 1) // 2 * (TOP + HEIGHT + GAP)
    args.out.write_text(f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
                        'font-family="sans-serif" font-size="11">\n<rect width="100%" height="100%" fill="#fff"/>\n'
                        + "\n".join(body) + "\n</svg>\n")


if __name__ == "__main__":
    main()
