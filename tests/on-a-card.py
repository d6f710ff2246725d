#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests and measures on a machine that has a graphics card and nothing to build with.

    meson setup build-card --buildtype=release -Dtests=true && ninja -C build-card
    tests/on-a-card.py pack build-card FOLDER          here
    tests/on-a-card.py run FOLDER RESULTS              there, in a copy of the source tree

FOLDER gets the programs, stripped, and the libraries that they need, but for the C library's and
Vulkan's loader: 54 MB, or 4 in a .tar.xz. The other machine needs those, the card's driver and Python,
and finds the bundled model where the source tree was here (a link to it will do). With PyTorch and
diffusers there, these are timed on the same card. Each stage writes RESULTS/STAGE.txt as it goes and
has a limit of its own, so that one which hangs costs the others nothing; `--only STAGE …` runs some of
them. What they are is in STAGES, those first that are worth most.
"""
import argparse
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

import programs

SOURCE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SUITES = ("gpu", "gpu-small", "slow")
CLI, MAKE_SD15 = "app/cli/sfumato-cli", "tests/tools/make-sd15"
# Belongs to the machine that it runs on.
SYSTEM = re.compile(r"/(ld-linux|libc|libm|libdl|librt|libpthread|libresolv|libvulkan)[-.]")
# Tests at a time: a card's compiler keeps one core busy for each.
JOBS = 4


def bench(*arguments):
    return [CLI, "bench", *arguments]


def diffusers(*arguments):
    return [sys.executable, os.path.join(SOURCE, "tests/reference/time_diffusers.py"), "--size", "512",
            "--bench", "@RESULTS@/networks.json", *arguments]


def load(picture):
    return [CLI, "generate", "--model", "@WORK@/sd15.safetensors", "--prompt", "a boat", "--steps", "1",
            "--width", "64", "--height", "64", "--output", f"@WORK@/{picture}.png"]


# Name, seconds at most, command. The model file is of Stable Diffusion 1.5's size.
STAGES = [
    ("devices", 30, [CLI, "devices"]),
    ("probe", 240, [CLI, "probe"]),
    ("networks", 180, bench("--only", "text,unet,vae", "--size", "512", "--profile", "--json",
                            "@RESULTS@/networks.json")),
    ("eager", 120, diffusers("--no-compile")),
    ("tests", 420, [sys.executable, os.path.abspath(__file__), "tests", "@BUILD@"]),
    ("picture", 60, bench("--only", "picture", "--size", "512", "--json", "@RESULTS@/picture.json")),
    ("model", 60, [MAKE_SD15, "@WORK@/sd15.safetensors"]),
    ("load", 60, load("first")),
    ("load-again", 60, load("second")),
    ("ops", 120, bench("--only", "ops", "--json", "@RESULTS@/ops.json")),
    ("compiled", 420, diffusers()),
]


# --- Packing ---------------------------------------------------------------------------------------

def libraries(program):
    """What the loader finds for a program, but for what belongs to the system."""
    out = subprocess.run(["ldd", program], check=True, stdout=subprocess.PIPE, text=True).stdout
    return {path for path in re.findall(r"=> (/\S+)", out) if not SYSTEM.search(path)}


def copy_stripped(path, target):
    os.makedirs(os.path.dirname(target), exist_ok=True)
    subprocess.run(["strip", "-o", target, path], check=True)


def placed(described, build):
    """Tests' descriptions with places for the folders, and for Python, which are others there."""
    for test in described:
        # Meson runs them in the build folder.
        test["cmd"] = [os.path.normpath(os.path.join(build, word)) if "/" in word else word
                       for word in test["cmd"]]
        if os.path.basename(test["cmd"][0]).startswith("python3"):
            test["cmd"][0] = "@PYTHON@"
    text = json.dumps(described)
    for folder, place in ((build, "@BUILD@"), (SOURCE, "@SOURCE@")):
        text = text.replace(folder, place)
    return text


def pack(arguments):
    build = os.path.abspath(arguments.build)
    tests = programs.in_suites(programs.load(build), *SUITES)
    names = {test.name for test in tests}
    needed = set()
    for path in {*programs.programs_of(build, tests), CLI, MAKE_SD15}:
        copy_stripped(os.path.join(build, path), os.path.join(arguments.folder, path))
        needed |= libraries(os.path.join(build, path))
    for path in needed:
        copy_stripped(os.path.realpath(path),
                      os.path.join(arguments.folder, "lib", os.path.basename(path)))
    described = [each for each in programs.introspect(build, "--tests") if each["name"] in names]
    with open(os.path.join(arguments.folder, "tests.json"), "w", encoding="utf-8") as file:
        file.write(placed(described, build))
    print(f"{len(described)} tests and {len(needed)} libraries are in {arguments.folder}.")
    return 0


# --- Running ---------------------------------------------------------------------------------------

class Place:
    """Where the programs, the results and what is thrown away lie."""

    def __init__(self, folder, results="", work=""):
        self.folder = os.path.abspath(folder)
        self.results = os.path.abspath(results)
        self.work = work

    def libraries(self):
        """The variable for the loader; Python would not like other libraries than its own."""
        paths = [f"{self.folder}/lib", os.environ.get("LD_LIBRARY_PATH")]
        return {"LD_LIBRARY_PATH": ":".join(filter(None, paths))}

    def fill(self, text):
        for place, folder in (("@BUILD@", self.folder), ("@SOURCE@", SOURCE), ("@PYTHON@", sys.executable),
                              ("@RESULTS@", self.results), ("@WORK@", self.work)):
            text = text.replace(place, folder)
        return text

    def start(self, command, log):
        own = command[0] in (CLI, MAKE_SD15)
        first = os.path.join(self.folder, command[0]) if own else command[0]
        env = {**os.environ, "XDG_CACHE_HOME": f"{self.work}/cache",
               **(self.libraries() if own else {})}
        return subprocess.Popen([first, *map(self.fill, command[1:])], cwd=self.work, env=env,
                                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                                start_new_session=True)


def run_tests(arguments):
    place = Place(arguments.folder)
    with open(os.path.join(arguments.folder, "tests.json"), encoding="utf-8") as file:
        described = json.loads(place.fill(file.read()))
    tests = [programs.Test(each, arguments.folder) for each in described]
    env = {key: value for key, value in os.environ.items() if key.startswith("VK_")}
    runner = programs.Runner(verbose=True)
    runner.run("tests", tests, {**env, **place.libraries()}, "driver", jobs=JOBS)
    return 1 if runner.total.failed or not runner.total.passed else 0


def run_stage(place, name, limit, command):
    """Prints how it ended; returns whether it went well."""
    start = time.monotonic()
    with open(os.path.join(place.results, name + ".txt"), "w", encoding="utf-8") as log:
        process = place.start(command, log)
        try:
            how = f"status {process.wait(timeout=limit)}"
        except subprocess.TimeoutExpired:
            programs.stop(process)
            how = f"stopped after {limit} s"
    print(f"{name}: {how}, {time.monotonic() - start:.1f} s", flush=True)
    return how == "status 0"


def run(arguments):
    os.makedirs(arguments.results, exist_ok=True)
    known = [stage[0] for stage in STAGES]
    unknown = set(arguments.only or []) - set(known)
    if unknown:
        print(f"There is no stage “{unknown.pop()}”. The stages are: {', '.join(known)}.")
        return 2
    with tempfile.TemporaryDirectory() as work:
        place = Place(arguments.folder, arguments.results, work)
        went_well = [run_stage(place, *stage) for stage in STAGES
                     if not arguments.only or stage[0] in arguments.only]
    return 0 if all(went_well) else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("pack", help="gather the programs of a build")
    command.add_argument("build")
    command.add_argument("folder")
    command.set_defaults(run=pack)
    command = commands.add_parser("run", help="test and measure on this machine")
    command.add_argument("folder")
    command.add_argument("results")
    command.add_argument("--only", nargs="+", metavar="STAGE")
    command.set_defaults(run=run)
    command = commands.add_parser("tests", help="run the tests alone")
    command.add_argument("folder")
    command.set_defaults(run=run_tests)
    arguments = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, programs.end_all)
    return arguments.run(arguments)


if __name__ == "__main__":
    sys.exit(main())
