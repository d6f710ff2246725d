# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the tests of a build and counts them: each suite where it belongs (see tests/meson.build),
the suites for a Vulkan device once for every driver that can be had, and one line of counts for
each. The last line is "N passed, N failed, N skipped".

    run-tests.py [--asan DIR] [--fast] [--slow] [--only NAME] [--verbose] BUILD
    run-tests.py --list SUITE,SUITE BUILD       names their programs, to build them
"""
import argparse
import os
import shutil
import signal
import sys

import drivers
from programs import Runner, end_all, in_suites, load, programs_of

SUITES_OF_EVERY_DEVICE = {"gpu", "gpu-small"}


def run_ui(runner, tests):
    tests = in_suites(tests, "ui")
    if not tests:
        return
    if not shutil.which("xvfb-run") or not shutil.which("dbus-run-session"):
        print("ui: not run, xvfb-run or dbus-run-session is missing")
        return
    here = os.path.dirname(os.path.abspath(__file__))
    wrapper = ["xvfb-run", "-a", "-s", "-screen 0 1280x1024x24", "dbus-run-session", "--",
               os.path.join(here, "on-a-desktop")]
    env = {"GDK_BACKEND": "x11", "GSK_RENDERER": "cairo", "GTK_A11Y": "none",
           "WAYLAND_DISPLAY": ""}
    runner.run("ui", tests, env, "driver", wrapper, jobs=1)


def run_drivers(runner, tests, fast, slow):
    for place, driver in enumerate(drivers.find(fast)):
        if driver.missing:
            print(f"{driver.name}: not run, {driver.missing}", flush=True)
            continue
        suites = {"gpu-small"} if driver.small_only else SUITES_OF_EVERY_DEVICE
        if driver.validated:
            suites = suites | {"validated"}
        if slow and place == 0:
            suites = suites | {"slow"}
        runner.run(driver.name, in_suites(tests, *suites), driver.env,
                   "slow driver" if driver.small_only else "driver", jobs=1)


def run_sanitized(runner, tests):
    tests = in_suites(tests, "cpu", "fuzz")
    env = {"ASAN_OPTIONS": "allocator_may_return_null=1:quarantine_size_mb=64",
           "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1"}
    for test in tests:
        test.env.pop("MALLOC_PERTURB_", None)
    runner.run("sanitizers", tests, env, "sanitizers")


def list_programs(build, suites):
    """Prints what ninja has to build for some suites."""
    print("\n".join(programs_of(build, in_suites(load(build), *suites))))
    return 0


def main():
    parser = argparse.ArgumentParser(description="Runs the tests of a build and counts them.")
    parser.add_argument("build", help="the build folder")
    parser.add_argument("--asan", help="a build folder with sanitizers, for the suites cpu and fuzz")
    parser.add_argument("--fast", action="store_true", help="one driver, no sanitizers")
    parser.add_argument("--slow", action="store_true", help="the suite slow as well, on one driver")
    parser.add_argument("--only", help="only tests with this in their name")
    parser.add_argument("--verbose", action="store_true", help="one line for each test program")
    parser.add_argument("--list", metavar="SUITES", help="only name these suites' programs")
    arguments = parser.parse_args()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end_all)
    if arguments.list:
        return list_programs(arguments.build, arguments.list.split(","))
    runner = Runner(arguments.verbose)
    tests = load(arguments.build, arguments.only)
    runner.run("tree", in_suites(tests, "tree"))
    runner.run("cpu", in_suites(tests, "cpu"))
    if arguments.asan:
        run_sanitized(runner, load(arguments.asan, arguments.only))
    run_drivers(runner, tests, arguments.fast, arguments.slow)
    run_ui(runner, tests)

    print(runner.total)
    return 1 if runner.total.failed or not runner.total.passed else 0


if __name__ == "__main__":
    sys.exit(main())
