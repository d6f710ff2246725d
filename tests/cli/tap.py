# SPDX-License-Identifier: GPL-3.0-or-later
"""The test anything protocol for functions named test_..., in the order of the file.

A function gets an empty folder, which goes away afterwards. It fails by an AssertionError.
"""
import pathlib
import sys
import tempfile
import traceback


class Skip(Exception):
    """Raised with the reason by a test that cannot run here."""


def run_all(functions):
    tests = [f for name, f in functions.items() if name.startswith('test_')]
    print(f'1..{len(tests)}', flush=True)
    failed = 0
    for number, test in enumerate(tests, 1):
        name = test.__name__.removeprefix('test_').replace('_', '-')
        with tempfile.TemporaryDirectory() as folder:
            try:
                test(pathlib.Path(folder))
                print(f'ok {number} {name}', flush=True)
            except Skip as reason:
                print(f'ok {number} {name} # SKIP {reason}', flush=True)
            except Exception:
                failed += 1
                for line in traceback.format_exc().splitlines():
                    print(f'# {line}')
                print(f'not ok {number} {name}', flush=True)
    sys.exit(1 if failed else 0)
