# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the PNG files in fixtures/ by hand, from the PNG specification (RFC 2083 and its third
edition), so that the reader is not tested with what its own library wrote. Every picture shows the
pattern that test-png.c computes. Run in this folder: python3 make-fixtures.py"""
import os
import struct
import zlib

WIDTH, HEIGHT = 11, 7
GREY, RGB, PALETTE, GREY_ALPHA = 0, 2, 3, 4
# Adam7: first column and row, steps.
PASSES = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
TEXT = "a boat\nSteps: 5, Sampler: Euler"


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def header(color, depth, interlaced=0, width=WIDTH, height=HEIGHT):
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, interlaced))


def row(samples, depth):
    if depth == 16:
        return b"".join(struct.pack(">H", s) for s in samples)
    bits = "".join(format(s, f"0{depth}b") for s in samples)
    bits += "0" * (-len(bits) % 8)
    return bytes(int(bits[i:i + 8], 2) for i in range(0, len(bits), 8))


def pixels(pattern, depth, passes=((0, 0, 1, 1),)):
    raw = b""
    for x0, y0, dx, dy in passes:
        for y in range(y0, HEIGHT, dy):
            samples = [s for x in range(x0, WIDTH, dx) for s in pattern(x, y)]
            if samples:
                raw += b"\0" + row(samples, depth)
    return chunk(b"IDAT", zlib.compress(raw))


def level(x, y):
    return x * 20 + y


def rgb(x, y):
    return (level(x, y), x * 10, y * 30)


def save(name, *chunks):
    with open(os.path.join("fixtures", name), "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + b"".join(chunks) + chunk(b"IEND", b""))


def main():
    os.makedirs("fixtures", exist_ok=True)
    plain = (header(RGB, 8), pixels(rgb, 8))
    latin1 = TEXT.replace("boat", "bo\xeet").encode("latin-1")
    utf8 = TEXT.replace("boat", "bo\xeet \u2014 \u6d77").encode()

    save("grey1.png", header(GREY, 1), pixels(lambda x, y: [(x + y) & 1], 1))
    save("grey16-interlaced.png", header(GREY, 16, 1), pixels(lambda x, y: [level(x, y) * 257], 16, PASSES))
    save("rgb16.png", header(RGB, 16), pixels(lambda x, y: [c * 257 for c in rgb(x, y)], 16))
    save("rgb8-interlaced.png", header(RGB, 8, 1), pixels(rgb, 8, PASSES))
    save("grey-alpha.png", header(GREY_ALPHA, 8), pixels(lambda x, y: [level(x, y), 255 - x], 8))
    save("palette.png", header(PALETTE, 4), chunk(b"PLTE", bytes([255, 0, 0, 0, 255, 0, 0, 0, 255])),
         chunk(b"tRNS", bytes([255, 128])), pixels(lambda x, y: [(x + y) % 3], 4))

    save("text.png", plain[0], chunk(b"tEXt", b"Title\0x"), chunk(b"tEXt", b"parameters\0" + latin1), plain[1])
    save("text-utf8.png", plain[0], chunk(b"tEXt", b"parameters\0" + utf8), plain[1])
    save("text-late.png", *plain, chunk(b"tEXt", b"parameters\0" + latin1))
    save("ztxt.png", plain[0], chunk(b"zTXt", b"parameters\0\0" + zlib.compress(latin1)), plain[1])
    save("itxt.png", plain[0], chunk(b"iTXt", b"parameters\0\0\0\0\0" + utf8), plain[1])
    save("itxt-packed.png", plain[0], chunk(b"iTXt", b"parameters\0\1\0\0\0" + zlib.compress(utf8)), plain[1])

    save("bad-bomb.png", plain[0], chunk(b"zTXt", b"parameters\0\0" + zlib.compress(bytes(32 << 20), 9)), plain[1])
    save("bad-crc.png", header(RGB, 8), pixels(rgb, 8)[:-1] + b"x")
    save("bad-huge.png", header(RGB, 8, 0, 0x7fffffff, 0x7fffffff), pixels(rgb, 8))
    save("bad-large.png", header(RGB, 8, 0, 16384, 16384), pixels(rgb, 8))
    save("bad-short.png", header(RGB, 8), chunk(b"IDAT", zlib.compress(b"\0" * 40)))
    save("bad-palette.png", header(PALETTE, 8), pixels(lambda x, y: [200], 8))
    with open("fixtures/rgb16.png", "rb") as whole, open("fixtures/bad-truncated.png", "wb") as file:
        file.write(whole.read()[:100])


main()
