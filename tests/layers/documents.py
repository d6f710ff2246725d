# SPDX-License-Identifier: GPL-3.0-or-later
"""That what the documents lead to is there: files, and headings within them."""
import glob
import os
import re
import sys

import tap

ROOT = sys.argv[1]
FOLDERS = ["app", "data", "docs", "engine", "shaders", "tests"]


def documents():
    yield from glob.glob(os.path.join(ROOT, "*.md"))
    for folder in FOLDERS:
        yield from glob.glob(os.path.join(ROOT, folder, "**", "*.md"), recursive=True)


def read(path):
    with open(path, encoding="utf-8") as file:
        return re.sub(r"```.*?```", "", file.read(), flags=re.S)


def anchors(path):
    """As the headings are called that a link can lead to."""
    for heading in re.findall(r"^#+ (.*)$", read(path), flags=re.M):
        words = re.sub(r"[^\w\- ]", "", heading.lower())
        yield words.replace(" ", "-")


def complaint(path, link):
    name, _, anchor = link.partition("#")
    target = os.path.normpath(os.path.join(os.path.dirname(path), name)) if name else path
    if not os.path.exists(target):
        return "there is no such file"
    if anchor and anchor not in anchors(target):
        return "there is no such heading"
    return None


def links_lead_somewhere():
    for path in documents():
        for link in re.findall(r"\]\(([^)\s]+)\)", read(path)):
            problem = None if re.match("[a-z]+:", link) else complaint(path, link)
            if problem:
                yield f"{os.path.relpath(path, ROOT)}: {link}: {problem}"


tap.run(links_lead_somewhere)
