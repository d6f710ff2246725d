# SPDX-License-Identifier: GPL-3.0-or-later
"""install.py MESON BUILD MODELS INSTALLED: an installation has what comes along, MODELS, in INSTALLED,
where the program looks for it, and the programs."""
import filecmp
import os
import subprocess
import sys
import tempfile

import tap

MESON, BUILD, MODELS, INSTALLED = sys.argv[1:]


def files(top):
    return {os.path.relpath(os.path.join(folder, name), top)
            for folder, _, names in os.walk(top) for name in names}


def install(folder):
    return subprocess.run([MESON, "install", "-C", BUILD, "--no-rebuild", "--quiet", "--destdir", folder],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)


def what_comes_along_is_installed():
    with tempfile.TemporaryDirectory() as folder:
        result = install(folder)
        if result.returncode:
            yield f"meson install failed: {result.stdout.strip()[-500:]}"
            return
        there = folder + INSTALLED
        _, other, missing = filecmp.cmpfiles(MODELS, there, files(MODELS), shallow=False)
        yield from (f"{name} is not in {INSTALLED}" for name in missing)
        yield from (f"{name} is another file in {INSTALLED}" for name in other)
        programs = {os.path.basename(name) for name in files(folder)}
        yield from (f"{name} is not installed" for name in {"sfumato", "sfumato-cli"} - programs)


tap.run(what_comes_along_is_installed)
