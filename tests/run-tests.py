# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the tests of a build and counts them: each suite where it belongs (see tests/meson.build),
the suites for a Vulkan device once for every driver that can be had, and one line of counts for
each. The last line is "N passed, N failed, N skipped"; a single test is one subtest of TAP.

    run-tests.py [--asan DIR] [--fast] [--slow] [--only NAME] [--verbose] BUILD
    run-tests.py --list SUITE,SUITE BUILD       names their programs, to build them
"""
import argparse
import concurrent.futures
import json
import os
import re
import shutil
import signal
import subprocess
import sys

import drivers

SUITES_OF_EVERY_DEVICE = {"gpu", "gpu-small"}
# How much longer than its own limit a test may take there.
PATIENCE = {"plain": 4, "sanitizers": 8, "driver": 10, "slow driver": 20}
# Variables of the user's that would change what a test sees.
FOREIGN = re.compile(r"^(VK_|LP_|GALLIUM_|MESA_|G_DEBUG|G_MESSAGES|GTK_|GSK_|GDK_|SFUMATO_)")
LINE = re.compile(r"^(\s*)(not )?ok\b[ \d]*(?:- )?(.*)$")


# What is to be ended with the runner.
RUNNING = set()


class Counts:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped

    def __str__(self):
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.passed} passed, {self.failed} failed{skipped}"


class Tap:
    """Counts the lines of one program's output. A subtest's indented lines count; the line of the
    whole that follows them repeats them and does not."""

    def __init__(self):
        self.counts = Counts()
        self.seen = 0
        self.plan = None
        self.failures = []
        self._inside = Counts()

    def feed(self, line):
        plan = re.match(r"^1\.\.(\d+)(.*)", line)
        if plan:
            self.plan = int(plan[1])
            if self.plan == 0:
                self.counts.skipped += 1
        elif line.startswith("Bail out!"):
            self.failures.append(line)
        match = LINE.match(line)
        if match:
            self._count(match[1] != "", match[2] is not None, match[3])

    def _count(self, indented, not_ok, title):
        if not indented:
            self.seen += 1
            inside, self._inside = self._inside, Counts()
            if inside.failed or (inside.passed + inside.skipped and not not_ok):
                return
        counts = Counts()
        if re.search(r"#\s*(SKIP|TODO)", title, re.I):
            counts.skipped = 1
        elif not_ok:
            counts.failed = 1
            self.failures.append(title)
        else:
            counts.passed = 1
        self.counts.add(counts)
        if indented:
            self._inside.add(counts)

    def finish(self, status, timed_out):
        """A program that ended badly or too early has failed, whatever it printed. GLib's tests end
        with the first failure, which is not counted twice."""
        if self.counts.failed and not timed_out:
            return
        if timed_out:
            self._fail(f"took longer than {timed_out} s and was stopped")
        elif status < 0:
            self._fail(f"died of {signal.Signals(-status).name} after {self.seen} tests")
        elif self.plan is None:
            self._fail(f"printed no plan (status {status})")
        elif self.seen < self.plan:
            self._fail(f"ended after {self.seen} of {self.plan} tests (status {status})")
        elif status != 0:
            self._fail(f"ended with status {status}")
        elif self.failures:
            self._fail(self.failures[0])

    def _fail(self, why):
        self.counts.failed += 1
        self.failures.append(why)


class Test:
    def __init__(self, description, build):
        self.name = description["name"]
        self.command = description["cmd"]
        self.env = description["env"]
        self.depends = description.get("depends", [])
        self.workdir = description.get("workdir") or build
        self.timeout = description["timeout"] or 30
        self.suites = {suite.split(":")[-1] for suite in description["suite"]}
        self.tap = description.get("protocol") == "tap"

    def run(self, env, patience, wrapper=()):
        """Returns the Tap and the whole output."""
        try:
            return self._run(env, self.timeout * patience, wrapper)
        except OSError as error:
            return self._judge(f"Bail out! {error}", 0, 0), str(error)

    def _run(self, env, limit, wrapper):
        own = {key: value for key, value in os.environ.items() if not FOREIGN.match(key)}
        process = subprocess.Popen([*wrapper, *self.command], cwd=self.workdir,
                                   env={**own, **env, **self.env}, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                   start_new_session=True)
        timed_out = 0
        RUNNING.add(process)
        try:
            output, _ = process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            timed_out = limit
            output = stop(process)
        finally:
            RUNNING.discard(process)
        output = output.decode(errors="replace")
        return self._judge(output, process.returncode, timed_out), output

    def _judge(self, output, status, timed_out):
        tap = Tap()
        if self.tap:
            for line in output.splitlines():
                tap.feed(line)
        else:
            tap.feed("1..1")
            tap.feed("ok" if status == 0 else "not ok - ended with status %d" % status)
        tap.finish(status, timed_out)
        return tap


def stop(process):
    """Ends a test that hangs, with everything that it started."""
    for kind in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, kind)
            return process.communicate(timeout=10)[0]
        except ProcessLookupError:
            return process.communicate()[0]
        except subprocess.TimeoutExpired:
            pass
    return b""


def end_all(signal_number, frame):
    """Tests have process groups of their own, which a Ctrl+C does not reach."""
    for process in list(RUNNING):
        os.killpg(process.pid, signal.SIGKILL)
    os._exit(128 + signal_number)


def introspect(build, what):
    out = subprocess.run(["meson", "introspect", what, build], check=True,
                         stdout=subprocess.PIPE).stdout
    return json.loads(out)


class Runner:
    def __init__(self, arguments):
        self.verbose = arguments.verbose
        self.only = arguments.only
        self.total = Counts()

    def load(self, build):
        """The tests of a build folder."""
        return [Test(description, build) for description in introspect(build, "--tests")
                if not self.only or self.only in description["name"]]

    def run(self, title, tests, env=None, patience="plain", wrapper=(), jobs=None):
        """Runs tests and prints what failed and the line of counts."""
        counts = Counts()
        if not tests:
            return
        with concurrent.futures.ThreadPoolExecutor(jobs or os.cpu_count()) as pool:
            futures = [pool.submit(test.run, env or {}, PATIENCE[patience], wrapper)
                       for test in tests]
            for test, future in zip(tests, futures):
                tap, output = future.result()
                counts.add(tap.counts)
                self.report(title, test, tap, output)
        self.total.add(counts)
        print(f"{title}: {counts}", flush=True)

    def report(self, title, test, tap, output):
        if tap.counts.failed:
            print(f"--- {title}: {test.name} failed: {'; '.join(tap.failures[:5])}")
            print(output[-4000:].rstrip())
            print("---", flush=True)
        elif self.verbose:
            print(f"    {test.name}: {tap.counts}", flush=True)


def in_suites(tests, *suites):
    return [test for test in tests if test.suites & set(suites)]


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


def run_sanitized(runner, build):
    tests = in_suites(runner.load(build), "cpu", "fuzz")
    env = {"ASAN_OPTIONS": "allocator_may_return_null=1:quarantine_size_mb=64",
           "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1"}
    for test in tests:
        test.env.pop("MALLOC_PERTURB_", None)
    runner.run("sanitizers", tests, env, "sanitizers")


def list_programs(runner, build, suites):
    """Prints what ninja has to build for some suites: their programs and what those start."""
    build = os.path.abspath(build)
    files = {target["id"]: target["filename"] for target in introspect(build, "--targets")}
    paths = set()
    for test in in_suites(runner.load(build), *suites):
        for target in test.depends:
            paths.update(files.get(target, []))
        paths.update(map(os.path.normpath, test.command))
    inside = [path for path in paths if path.startswith(build + os.sep)]
    print("\n".join(sorted(os.path.relpath(path, build) for path in inside)))
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
    runner = Runner(arguments)
    if arguments.list:
        return list_programs(runner, arguments.build, arguments.list.split(","))
    tests = runner.load(arguments.build)
    runner.run("tree", in_suites(tests, "tree"))
    runner.run("cpu", in_suites(tests, "cpu"))
    if arguments.asan:
        run_sanitized(runner, arguments.asan)
    run_drivers(runner, tests, arguments.fast, arguments.slow)
    run_ui(runner, tests)

    print(runner.total)
    return 1 if runner.total.failed or not runner.total.passed else 0


if __name__ == "__main__":
    sys.exit(main())
