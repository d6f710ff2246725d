#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""test-flow.py PROGRAM CLI: the program as a user meets it. With the bundled model and the real
engine, a prompt is typed, the picture is made and saved, and the window is closed, all with keys."""
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import zlib

PROGRAM, CLI = sys.argv[1:3]
# Only to end a run that hangs; nothing is judged by it.
PATIENCE = 300
PROMPT = "a red boat on a calm sea at sunset"


def skip(why):
    print(f"1..0 # SKIP {why}")
    sys.exit(0)


def key(*names):
    subprocess.run(["xdotool", "key", "--clearmodifiers", *names], check=True)


def windows(title):
    found = subprocess.run(["xdotool", "search", "--onlyvisible", "--name", title],
                           stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return found.stdout.split()


def wait(what, condition, again=lambda: None):
    """Until @condition holds; @again is done each second meanwhile."""
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"never: {what}")
        again()
        time.sleep(1)


def chunks(path):
    """Kind and contents of each chunk of a PNG."""
    with open(path, "rb") as file:
        data = file.read()
    assert data[:8] == b"\x89PNG\r\n\x1a\n", "it is no PNG"
    place = 8
    while place < len(data):
        length, kind = struct.unpack(">I4s", data[place:place + 8])
        yield kind, data[place + 8:place + 8 + length]
        place += length + 12


def texts(path):
    """Keyword and text of each tEXt chunk."""
    found = {}
    for kind, data in chunks(path):
        if kind == b"tEXt":
            name, text = data.split(b"\0", 1)
            found[name.decode()] = text.decode("latin-1")
    return found


def pixels(path):
    return zlib.decompress(b"".join(data for kind, data in chunks(path) if kind == b"IDAT"))


class Flow:
    def __init__(self, folder):
        self.folder = folder
        self.path = os.path.join(folder, "flow.png")
        env = dict(os.environ, XDG_CONFIG_HOME=folder, XDG_DATA_HOME=folder)
        self.program = subprocess.Popen([PROGRAM, "--prompt", PROMPT], env=env)

    def the_window_opens(self):
        wait("the window is shown", lambda: windows("^Sfumato$"), self.check_alive)

    def a_picture_can_be_made_and_saved(self):
        # Both keys do nothing until they can: before the model is open, before there is a picture.
        asked = time.monotonic() - 60

        def again():
            nonlocal asked
            self.check_alive()
            if time.monotonic() - asked > 60:
                key("ctrl+Return")
                asked = time.monotonic()
            time.sleep(1)
            key("ctrl+s")

        wait("the dialog for saving is shown", lambda: windows("^Save the Picture$"), again)
        time.sleep(1)
        key("ctrl+a")
        subprocess.run(["xdotool", "type", "--delay", "20", self.path], check=True)
        key("Return")
        wait("the file is there", lambda: os.path.exists(self.path), self.check_alive)

    def the_file_carries_its_settings(self):
        settings = texts(self.path)["parameters"]
        assert settings.startswith(PROMPT + "\n"), settings
        assert "Steps: " in settings and "Seed: " in settings, settings

    def the_command_line_makes_the_same_pixels(self):
        line = texts(self.path)["parameters"].splitlines()[-1]
        settings = dict(part.split(": ", 1) for part in line.split(", "))
        again = os.path.join(self.folder, "again.png")
        subprocess.run([CLI, "generate", "--quiet", "--prompt", PROMPT, "--seed", settings["Seed"],
                        "--output", again], check=True, stdout=subprocess.DEVNULL)
        assert texts(again) == texts(self.path), texts(again)
        assert pixels(again) == pixels(self.path), "other pixels than in the window"

    def the_window_closes(self):
        def again():
            if not windows("^Save the Picture$"):
                key("ctrl+period")
                key("ctrl+q")

        wait("the program ends", lambda: self.program.poll() is not None, again)
        assert self.program.returncode == 0, f"status {self.program.returncode}"

    def check_alive(self):
        assert self.program.poll() is None, f"it ended with status {self.program.returncode}"


def main():
    if shutil.which("xdotool") is None:
        skip("there is no xdotool")
    if subprocess.run([CLI, "devices"], stdout=subprocess.DEVNULL,
                      stderr=subprocess.DEVNULL).returncode != 0:
        skip("there is no Vulkan device")
    # A program that is the first to probe goes on with the vector width that it began with; later
    # ones take the one found best, and the last bits of a picture depend on it.
    subprocess.run([CLI, "probe"], stdout=subprocess.DEVNULL, check=True)
    folder = tempfile.mkdtemp(prefix="sfumato-flow-")
    flow = Flow(folder)
    steps = [flow.the_window_opens, flow.a_picture_can_be_made_and_saved,
             flow.the_file_carries_its_settings, flow.the_command_line_makes_the_same_pixels,
             flow.the_window_closes]
    print(f"1..{len(steps)}")
    try:
        for number, step in enumerate(steps, 1):
            step()
            print(f"ok {number} - {step.__name__.replace('_', ' ')}", flush=True)
    except (AssertionError, KeyError) as error:
        print(f"not ok {number} - {step.__name__.replace('_', ' ')}: {error}")
        print("Bail out!")
        return 1
    finally:
        if flow.program.poll() is None:
            flow.program.kill()
        shutil.rmtree(folder, ignore_errors=True)
    return 0


sys.exit(main())
