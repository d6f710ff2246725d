# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs test programs and counts them: a single test is one subtest of TAP."""
import concurrent.futures
import json
import os
import re
import signal
import subprocess

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
    """A test as Meson describes it (meson introspect --tests)."""

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


class Runner:
    def __init__(self, verbose):
        self.verbose = verbose
        self.total = Counts()

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


def introspect(build, what):
    out = subprocess.run(["meson", "introspect", what, build], check=True,
                         stdout=subprocess.PIPE).stdout
    return json.loads(out)


def load(build, only=None):
    """The tests of a build folder, or those with @only in their names."""
    return [Test(description, build) for description in introspect(build, "--tests")
            if not only or only in description["name"]]


def programs_of(build, tests):
    """What @tests of a build folder start and need, as paths in it."""
    build = os.path.abspath(build)
    files = {target["id"]: target["filename"] for target in introspect(build, "--targets")}
    paths = set()
    for test in tests:
        for target in test.depends:
            paths.update(files.get(target, []))
        paths.update(map(os.path.normpath, test.command))
    inside = [path for path in paths if path.startswith(build + os.sep)]
    return sorted(os.path.relpath(path, build) for path in inside)
