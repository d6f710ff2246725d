# SPDX-License-Identifier: GPL-3.0-or-later
"""The few lines of TAP that a test in Python needs."""
import sys


def run(*tests):
    """Runs functions; what one returns are the complaints, none when all is well."""
    print(f"1..{len(tests)}")
    failed = 0
    for number, test in enumerate(tests, 1):
        complaints = list(test() or [])
        failed += bool(complaints)
        print(f"{'not ok' if complaints else 'ok'} {number} - {test.__name__}")
        for complaint in complaints:
            print(f"# {complaint}")
    sys.exit(1 if failed else 0)
