# SPDX-License-Identifier: GPL-3.0-or-later
"""That build-aux/install-packages asks apt for what is missing and for nothing else, with a dpkg and
an apt that only write down what they are told."""
import os
import stat
import subprocess
import sys
import tempfile

import tap

SCRIPT = os.path.join(sys.argv[1], "build-aux", "install-packages")
LIST = os.path.join(sys.argv[1], "build-aux", "packages")

DPKG = "#!/bin/sh\nsed 's/^/installed /' \"$FAKE/installed\"\n"
POLICY = '#!/bin/sh\ngrep -qx "$2" "$FAKE/unknown" || echo "  Candidate: 1.0"\n'
APT = '#!/bin/sh\necho "$@" >> "$FAKE/said"\n[ ! -e "$FAKE/broken" ] || { echo "E: broken"; exit 100; }\n'
SUDO = '#!/bin/sh\necho sudo >> "$FAKE/said"\nexec "$@"\n'


def choices(*groups):
    with open(LIST, encoding="utf-8") as file:
        words = [line.split("#")[0].split() for line in file]
    return [word[1] for word in words if word and word[0] in groups]


def write(folder, name, text, executable=False):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    if executable:
        os.chmod(path, stat.S_IRWXU)


def install(installed, *groups, unknown=(), broken=False):
    """(status, what apt was told, what was printed) with these packages there."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in {"dpkg-query": DPKG, "apt-cache": POLICY, "apt-get": APT, "sudo": SUDO}.items():
            write(folder, name, text, executable=True)
        write(folder, "installed", "".join(name + "\n" for name in installed))
        write(folder, "unknown", "".join(name + "\n" for name in unknown))
        if broken:
            write(folder, "broken", "")
        env = {**os.environ, "PATH": folder + ":/usr/bin:/bin", "FAKE": folder, "TMPDIR": folder}
        result = subprocess.run([SCRIPT, *groups], env=env, stdin=subprocess.DEVNULL, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        try:
            with open(os.path.join(folder, "said"), encoding="utf-8") as file:
                said = file.read()
        except FileNotFoundError:
            said = ""
        return result.returncode, said, result.stdout


def first_of(choice):
    return choice.split("|")[0]


def nothing_missing_leaves_apt_alone():
    for pick in (0, -1):
        everything = [choice.split("|")[pick] for choice in choices("run", "check")]
        status, said, printed = install(everything, "run", "check")
        if status or said or printed:
            yield f"status {status}, apt was told {said!r}, printed {printed!r}"


def what_is_missing_is_installed_and_named():
    everything = choices("run")
    missing = everything[:2]
    status, said, printed = install([first_of(c) for c in everything[2:]], "run")
    for choice in missing:
        if first_of(choice) not in said.split() or first_of(choice) not in printed:
            yield f"{choice} is missing but apt was told {said!r}, printed {printed!r}"
    for choice in everything[2:]:
        if first_of(choice) in said.split():
            yield f"{choice} is there but apt was told {said!r}"
    if status:
        yield f"status {status}"


def other_groups_are_left_out():
    _, said, _ = install([], "run")
    for choice in choices("check"):
        if first_of(choice) in said.split():
            yield f"{choice} is of another group, apt was told {said!r}"


def an_unknown_name_gives_way_to_the_next():
    double = [choice for choice in choices("run") if "|" in choice]
    for choice in double:
        first, second = choice.split("|")
        _, said, _ = install([], "run", unknown=[first])
        if first in said.split() or second not in said.split():
            yield f"{first} is unknown, apt was told {said!r}"


def a_failure_is_a_failure():
    status, _, printed = install([], "run", broken=True)
    if status != 1 or "E: broken" not in printed:
        yield f"status {status}, printed {printed!r}"


tap.run(nothing_missing_leaves_apt_alone, what_is_missing_is_installed_and_named,
        other_groups_are_left_out, an_unknown_name_gives_way_to_the_next, a_failure_is_a_failure)
