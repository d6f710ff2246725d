# SPDX-License-Identifier: GPL-3.0-or-later
"""carried.py SOURCE BUILD: that what on-a-card.py packs is whole, and runs where it was put."""
import json
import os
import re
import subprocess
import sys
import tempfile

import tap

SOURCE, BUILD = sys.argv[1:3]
CARRY = [sys.executable, os.path.join(SOURCE, "tests/on-a-card.py")]


def packed_programs_are_there(folder):
    with open(os.path.join(folder, "tests.json"), encoding="utf-8") as file:
        tests = json.load(file)
    if not tests:
        yield "no tests were packed"
    for test in tests:
        for word in test["cmd"]:
            place = word.replace("@BUILD@", folder).replace("@SOURCE@", SOURCE)
            if "/" in word and not os.path.exists(place):
                yield f"{test['name']}: {word} is not there"
        if re.search(re.escape(BUILD) + "/", json.dumps(test)):
            yield f"{test['name']} is bound to the build folder"


def stages_run(folder):
    results = os.path.join(folder, "results")
    out = subprocess.run([*CARRY, "run", folder, results, "--only", "devices"], text=True,
                         stdout=subprocess.PIPE, check=False).stdout
    if not out.startswith("devices: status "):
        yield f"it said: {out}"
    if not os.path.getsize(os.path.join(results, "devices.txt")):
        yield "the stage's output is not in its file"


def what_is_packed_runs():
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([*CARRY, "pack", BUILD, folder], check=True, stdout=subprocess.DEVNULL)
        yield from packed_programs_are_there(folder)
        yield from stages_run(folder)


def unknown_stages_are_named():
    with tempfile.TemporaryDirectory() as folder:
        run = subprocess.run([*CARRY, "run", folder, folder, "--only", "devcies"], text=True,
                             stdout=subprocess.PIPE, check=False)
    if run.returncode != 2 or "There is no stage “devcies”" not in run.stdout:
        yield f"status {run.returncode}: {run.stdout}"


tap.run(what_is_packed_runs, unknown_stages_are_named)
