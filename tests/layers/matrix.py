#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The compiled shaders in shaders/matrix are those of their sources.

    matrix.py SOURCE_ROOT GLSLANG            tests it, with the compiler if it can
    matrix.py --write [GLSLANG]              makes them again"""
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile

import tap

OPS = ["attention", "conv2d", "matmul"]
PARAMS = "params.h"
STRUCTS = [b"SfAttentionParams", b"SfProductParams"]


def sha256(path):
    with open(path, "rb") as file:
        data = file.read()
    return hashlib.sha256(used(data) if path.endswith(PARAMS) else data).hexdigest()


def used(params):
    """Of the push constants of all shaders, those of these."""
    return b"".join(re.search(rb"^struct " + name + rb"\n\{.*?^\};", params, re.M | re.S)[0]
                    for name in STRUCTS)


def sources(shaders, op):
    """A shader and all that it includes, by way of what it includes."""
    found, left = [], [f"{op}/{op}.matrix.comp"]
    while left:
        name = left.pop()
        if name not in found:
            found.append(name)
            with open(os.path.join(shaders, name), encoding="utf-8") as file:
                left += re.findall(r'^#include "(.+)"', file.read(), re.M)
    return sorted(found)


def sums(shaders):
    names = {name for op in OPS for name in sources(shaders, op)}
    names |= {f"matrix/{op}.matrix.spv" for op in OPS}
    return [f"{sha256(os.path.join(shaders, name))}  {name}" for name in sorted(names)]


def version(glslang):
    out = subprocess.run([glslang, "--version"], stdout=subprocess.PIPE, text=True, check=False)
    return out.stdout.splitlines()[0].split(":")[-1]


def compile_shader(glslang, shaders, source, output):
    return subprocess.run([glslang, "-V", "--target-env", "vulkan1.2", "--quiet", f"-I{shaders}",
                           "-o", output, os.path.join(shaders, source)],
                          stdout=subprocess.DEVNULL, check=False).returncode == 0


def validate(glslang, path):
    """By spirv-val of the same age, as Debian 12's does not know the extension either. glslang has
    been seen to use a constant before it is defined, which one driver refused and another took."""
    folders = [os.path.dirname(os.path.abspath(glslang)), os.environ["PATH"]]
    validator = shutil.which("spirv-val", path=os.pathsep.join(folders))
    if validator is None:
        print("There is no spirv-val (spirv-tools), so nobody has looked at what was made.")
    elif subprocess.run([validator, "--target-env", "vulkan1.2", path], check=False).returncode:
        sys.exit(f"{path} is not valid.")


def write(shaders, glslang):
    for op in OPS:
        path = f"{shaders}/matrix/{op}.matrix.spv"
        if not compile_shader(glslang, shaders, f"{op}/{op}.matrix.comp", path):
            sys.exit(f"{glslang} cannot compile {op}.")
        validate(glslang, path)
    with open(f"{shaders}/matrix/sums", "w", encoding="utf-8") as file:
        file.write("\n".join([f"glslang {version(glslang)}", *sums(shaders)]) + "\n")


def recorded(shaders):
    with open(f"{shaders}/matrix/sums", encoding="utf-8") as file:
        return file.read().splitlines()


def can_compile(shaders, glslang):
    with tempfile.TemporaryDirectory() as folder:
        return compile_shader(glslang, shaders, "matrix/feature-test.comp", f"{folder}/test.spv")


def each_file_is_of_the_sources_as_they_are():
    if recorded(SHADERS)[1:] != sums(SHADERS):
        yield "shaders/matrix is out of date: run python3 tests/layers/matrix.py --write"


def each_file_is_what_the_compiler_makes():
    """Another version may make other code, but it has to make some."""
    same = recorded(SHADERS)[0] == f"glslang {version(GLSLANG)}"
    for op in OPS if can_compile(SHADERS, GLSLANG) else []:
        with tempfile.TemporaryDirectory() as folder:
            made = os.path.join(folder, "made.spv")
            if not compile_shader(GLSLANG, SHADERS, f"{op}/{op}.matrix.comp", made):
                yield f"{op}.matrix.comp does not compile"
            elif same and sha256(made) != sha256(f"{SHADERS}/matrix/{op}.matrix.spv"):
                yield f"{op}.matrix.spv is not what the compiler makes of its source"


if sys.argv[1] == "--write":
    ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
    write(os.path.normpath(f"{ROOT}/shaders"), *(sys.argv[2:] or ["glslangValidator"]))
else:
    SHADERS, GLSLANG = os.path.join(sys.argv[1], "shaders"), sys.argv[2]
    tap.run(each_file_is_of_the_sources_as_they_are, each_file_is_what_the_compiler_makes)
