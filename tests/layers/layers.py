# SPDX-License-Identifier: GPL-3.0-or-later
"""layers.py ROOT COMPILER ARGUMENT...: what the source files may and must have.

The compiler with its arguments is for the headers: each compiles alone."""
import concurrent.futures
import os
import re
import subprocess
import sys

import tap

ROOT = sys.argv[1]
COMPILE = sys.argv[2:]

# What a folder of the engine may include beside itself.
ALONE = {"base"}
CHAIN = ["base", "gpu", "graph", "ops", "nn", "models", "pipeline"]
# Which kernels a device runs right and how quickly is known without a model.
PROBE = {"base", "gpu", "graph", "ops"}
SIDE = ["files", "text", "sampling", "image"]
ALLOWED = {name: {"base"} for name in SIDE}
ALLOWED.update({name: set(CHAIN[:i]) for i, name in enumerate(CHAIN)})
for name in ("nn", "models"):
    ALLOWED[name].add("files")
# A loaded model comes with its tokenizer and its noise schedule.
ALLOWED["models"].update({"text", "sampling"})
ALLOWED["pipeline"].update(SIDE + ["probe"])
ALLOWED["probe"] = PROBE
ALLOWED["bench"] = ALLOWED["pipeline"] | {"pipeline"}
# The program sees the public header, and pictures as files.
ALLOWED["app"] = {"base", "image"}
# It is implemented by three folders of the engine.
PUBLIC = "sfumato.h"
PUBLIC_IN = {"probe", "pipeline", "bench", "app"}

# Only these folders may include headers that start so.
SYSTEM = {"vulkan/": {"gpu"}, "gtk/": {"app"}, "adwaita.h": {"app"}, "png.h": {"image"},
          "json-glib/": {"files", "text", "models", "pipeline", "app"}}

COMMENTS = {".c": "/*", ".h": "/*", ".comp": "/*", ".glsl": "/*", ".py": "#", ".build": "#",
            ".sh": "#"}
SKIPPED = re.compile(r"(^|/)(\.git|build[^/]*|fixtures|corpus)(/|$)")


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8", errors="replace") as file:
        return file.read()


def files(top, *endings):
    found = []
    for folder, folders, names in os.walk(os.path.join(ROOT, top)):
        here = os.path.relpath(folder, ROOT)
        folders[:] = [f for f in folders if not SKIPPED.search(os.path.join(here, f))
                      or os.path.exists(os.path.join(folder, f, "packages"))]
        found += [os.path.normpath(os.path.join(here, name)) for name in names
                  if name.endswith(endings)]
    return sorted(found)


def layer_of(path):
    parts = path.split(os.sep)
    return "app" if parts[0] == "app" else parts[1] if len(parts) > 2 else "public"


def includes(path):
    return re.findall(r'^[ \t]*#[ \t]*include[ \t]+(["<])([^">]+)[">]', read(path), re.M)


def each_folder_includes_only_what_is_below_it():
    for path in files("engine", ".c", ".h") + files("app", ".c", ".h"):
        layer = layer_of(path)
        allowed = ALLOWED.get(layer, {"base", "image"}) | {layer}
        for kind, name in includes(path):
            folder = name.split("/")[0] if "/" in name else None
            if kind == '"' and folder in ALLOWED and folder not in allowed:
                yield f"{path} includes {name}"
            if kind == '"' and name == PUBLIC and layer not in PUBLIC_IN:
                yield f"{path} includes {name}"


def system_headers_stay_in_their_folder():
    for path in files("engine", ".c", ".h") + files("app", ".c", ".h"):
        for kind, name in includes(path):
            for start, folders in SYSTEM.items():
                if kind == "<" and name.startswith(start) and layer_of(path) not in folders:
                    yield f"{path} includes <{name}>"


def every_folder_of_the_engine_is_known():
    for name in sorted(os.listdir(os.path.join(ROOT, "engine"))):
        if os.path.isdir(os.path.join(ROOT, "engine", name)) and name not in ALLOWED:
            yield f"engine/{name} has no place in the order of layers"


def every_source_names_its_licence():
    for path in files(".", *COMMENTS):
        lines = read(path).splitlines()[:3]
        if not any("SPDX-License-Identifier: GPL-3.0-or-later" in line for line in lines):
            yield f"{path} has no SPDX line on top"


def every_header_guards_itself():
    for path in files("engine", ".h") + files("app", ".h"):
        if "#pragma once" not in read(path):
            yield f"{path} has no #pragma once"


def compile_alone(path):
    # An empty source before it, so that the compiler treats it as part of a program.
    result = subprocess.run([*COMPILE, "-x", "c", "-include", os.path.join(ROOT, path), os.devnull],
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return None if result.returncode == 0 else f"{path}: {result.stdout.strip()[:500]}"


def every_header_compiles_alone():
    paths = files("engine", ".h")
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return [complaint for complaint in pool.map(compile_alone, paths) if complaint]


tap.run(each_folder_includes_only_what_is_below_it, system_headers_stay_in_their_folder,
        every_folder_of_the_engine_is_known, every_source_names_its_licence,
        every_header_guards_itself, every_header_compiles_alone)
