# SPDX-License-Identifier: GPL-3.0-or-later
"""That the runner of the tests counts what it should: a failure that it overlooks hides all others."""
import os
import sys

import tap

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import programs


def count(text, status=0, timed_out=0):
    parser = programs.Tap()
    for line in text.splitlines():
        parser.feed(line)
    parser.finish(status, timed_out)
    return parser.counts.passed, parser.counts.failed, parser.counts.skipped


def expect(*cases):
    for text, status, timed_out, expected in cases:
        counted = count(text, status, timed_out)
        if counted != expected:
            yield f"{text!r} (status {status}) counts {counted}, expected {expected}"


def outcomes_are_counted():
    return expect(
        ("1..2\nok 1 /a\nok 2 /b", 0, 0, (2, 0, 0)),
        ("1..2\nok 1 /a\nnot ok 2 /b", 1, 0, (1, 1, 0)),
        ("1..2\nok 1 /a # SKIP no device\nok 2 - b", 0, 0, (1, 0, 1)),
        ("1..1\nnot ok 1 /a # TODO later", 0, 0, (0, 0, 1)),
        ("ok 1 /a\nok 2 /b\n1..2", 0, 0, (2, 0, 0)),
        ("1..0 # SKIP nothing", 0, 0, (0, 0, 1)))


def an_early_end_is_a_failure():
    return expect(
        ("1..2\nok 1 /a", 0, 0, (1, 1, 0)),
        ("1..2\nok 1 /a\nBail out! broken", -6, 0, (1, 1, 0)),
        ("1..1\nok 1 /a", -11, 0, (1, 1, 0)),
        ("1..1\nok 1 /a", 1, 0, (1, 1, 0)),
        ("1..2\nok 1 /a", -15, 30, (1, 1, 0)),
        ("1..3\nok 1 /a\nnot ok 2 /b\nBail out!", -6, 0, (1, 1, 0)),
        ("Bail out! nothing", 0, 0, (0, 1, 0)),
        ("", 0, 0, (0, 1, 0)))


def subtests_are_counted_once():
    return expect(
        ("1..1\n    ok 1 a\n    ok 2 b\n    1..2\nok 1 both", 0, 0, (2, 0, 0)),
        ("1..1\n    ok 1 a\n    not ok 2 b\n    1..2\nnot ok 1 both", 1, 0, (1, 1, 0)),
        ("1..1\n    ok 1 a\n    1..1\nnot ok 1 the frame", 1, 0, (1, 1, 0)))


def words_that_look_like_results_are_not():
    return expect(("1..1\n# ok so far\nokay\nnot okay\nok 1 /a", 0, 0, (1, 0, 0)))


tap.run(outcomes_are_counted, an_early_end_is_a_failure, subtests_are_counted_once,
        words_that_look_like_results_are_not)
