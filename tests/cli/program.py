# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs sfumato-cli and looks at what it made."""
import os
import struct
import subprocess
import zlib


class Result:
    def __init__(self, done):
        self.status = done.returncode
        self.out = done.stdout
        self.err = done.stderr

    def __repr__(self):
        return f'status {self.status}\nstdout: {self.out}\nstderr: {self.err}'


def run(program, *args, cwd=None, timeout=300, **env):
    done = subprocess.run([program, *map(os.fspath, args)], cwd=cwd, timeout=timeout,
                          env={**os.environ, **env}, stdin=subprocess.DEVNULL,
                          capture_output=True, encoding='utf-8', errors='surrogateescape')
    return Result(done)


def assert_error(result, status, *words):
    """One sentence on standard error, nothing on standard output."""
    assert result.status == status, result
    assert result.out == '', result
    lines = [line for line in result.err.splitlines() if line.startswith('sfumato-cli: ')]
    assert len(lines) == 1 and result.err.endswith(lines[0] + '\n'), result
    assert lines[0].endswith('.'), result
    for word in words:
        assert word in lines[0], (word, result)


def read_png(path):
    """Width, height, the unpacked rows (bytes) and the text chunks."""
    data = path.read_bytes()
    assert data[:8] == b'\x89PNG\r\n\x1a\n', path
    place, rows, text, size = 8, b'', {}, None
    while place < len(data):
        length, kind = struct.unpack('>I4s', data[place:place + 8])
        body = data[place + 8:place + 8 + length]
        if kind == b'IHDR':
            size = struct.unpack('>II', body[:8])
        elif kind == b'IDAT':
            rows += body
        elif kind == b'tEXt':
            key, value = body.split(b'\0', 1)
            text[key.decode('latin-1')] = value.decode('latin-1')
        elif kind == b'iTXt':
            key, rest = body.split(b'\0', 1)
            text[key.decode('latin-1')] = rest.split(b'\0', 3)[3].decode('utf-8')
        place += 12 + length
    return *size, zlib.decompress(rows), text
