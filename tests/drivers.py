# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the Vulkan drivers that the tests run on, beside the system's and never in its place:

- lavapipe as the system has it, with its usual vectors and with those of 512 bits, which other
  shaders are compiled for; a processor without them takes two instructions for one;
- the same as on a desktop's CPU without AVX2 and AVX-512;
- on Debian 12, the newer lavapipe of its backports;
- SwiftShader, which Debian's chromium packages carry;
- every real GPU.

Packages are downloaded with a configuration of apt of our own and unpacked into the user's cache,
nothing is installed. What cannot be had is named and is no failure."""
import glob
import json
import os
import re
import shutil
import subprocess

CACHE = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"),
                     "sfumato-check", "drivers")
ICD_FOLDERS = ["/usr/share/vulkan/icd.d", "/etc/vulkan/icd.d", "/usr/local/share/vulkan/icd.d"]
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


class Driver:
    """What chooses one driver: variables for the loader. `missing` says why there is none. A slow one,
    and one that differs from another in its vectors alone, runs tests that are `small_only`; the
    validation layer watches what is `validated`."""

    def __init__(self, name, env=None, missing=None, small_only=False, validated=False):
        self.name = name
        self.env = env or {}
        self.missing = missing
        self.small_only = small_only
        self.validated = validated


class Unavailable(Exception):
    """A driver that cannot be had here, and why."""


def choose(icd, **more):
    # Older loaders know only the second name.
    return {"VK_DRIVER_FILES": icd, "VK_ICD_FILENAMES": icd, **more}


def devices(env):
    """(device's name, driver's version, is a CPU) for each device with these variables."""
    try:
        out = subprocess.run(["vulkaninfo", "--summary"], env={**os.environ, **env}, timeout=60,
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
    except (OSError, subprocess.TimeoutExpired):
        return []
    found = []
    for block in out.split("GPU")[1:]:
        field = dict(re.findall(r"^\s*(\w+)\s*=\s*(.+?)\s*$", block, re.M))
        if "deviceName" in field:
            version = re.search(r"[\d.]+\d", field.get("driverInfo", ""))
            found.append((field["deviceName"], version[0] if version else "",
                          "TYPE_CPU" in field.get("deviceType", "")))
    return found


def named(name, env, small_only=False, validated=False):
    """The driver with its version in the name, or what is wrong with it."""
    found = devices(env)
    if not found:
        return Driver(name, missing="it does not start here")
    return Driver(f"{name} {found[0][1]}".strip(), env, small_only=small_only, validated=validated)


def system_icds():
    return sorted(path for folder in ICD_FOLDERS for path in glob.glob(folder + "/*.json"))


def system_lavapipe():
    for path in system_icds():
        if os.path.basename(path).startswith("lvp_icd"):
            return choose(path)
    return None


def real_gpus():
    for path in system_icds():
        env = choose(path)
        for name, version, is_cpu in devices(env):
            if not is_cpu:
                yield Driver(f"{name} {version}".strip(), env, validated=True)
                break


# --- Downloading -----------------------------------------------------------------------------------

def run(*command):
    result = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True)
    if result.returncode != 0:
        raise Unavailable(f"“{command[0]}” failed: {result.stdout.strip().splitlines()[-1:]}")
    return result.stdout


def os_release(key):
    try:
        with open("/etc/os-release", encoding="utf-8") as file:
            return dict(re.findall(r'^(\w+)="?(.*?)"?$', file.read(), re.M)).get(key, "")
    except OSError:
        return ""


def archive(codename):
    """Where this Debian takes its own release from, and how that is signed."""
    option = f"[signed-by={KEYRING}] " if os.path.exists(KEYRING) else ""
    form = "$(REPO_URI)|$(CODENAME)|$(COMPONENT)|$(CREATED_BY)"
    for line in run("apt-get", "indextargets", "--format", form).splitlines():
        if line.split("|")[1:] == [codename, "main", "Packages"]:
            return option + line.split("|")[0]
    raise Unavailable(f"apt has no lists of {codename}; “apt-get update” gets them")


def private_apt(folder, codename, *more_suites):
    """An apt-get with lists and a cache of its own, that only looks at the system's."""
    for sub in ("state/lists/partial", "cache/archives/partial"):
        os.makedirs(os.path.join(folder, sub), exist_ok=True)
    sources = os.path.join(folder, "sources.list")
    with open(sources, "w", encoding="utf-8") as file:
        file.writelines(f"deb {archive(codename)} {suite} main\n"
                        for suite in (codename, *more_suites))
    values = {"Dir::Etc::sourcelist": sources, "Dir::Etc::sourceparts": "-",
              "Dir::State": f"{folder}/state", "Dir::State::status": "/var/lib/dpkg/status",
              "Dir::Cache": f"{folder}/cache", "Debug::NoLocking": "1", "APT::Sandbox::User": "",
              "Acquire::http::Timeout": "20", "Acquire::https::Timeout": "20"}
    options = [word for key, value in values.items() for word in ("-o", f"{key}={value}")]
    command = ["apt-get", *options]
    run(*command, "update")
    return command


def newer_lavapipe(folder):
    if os_release("VERSION_CODENAME") != "bookworm":
        raise Unavailable("there are backports of it for Debian 12 only")
    work = os.path.join(folder, "apt")
    apt = private_apt(work, "bookworm", "bookworm-backports")
    # With what it needs that the system has in an older version or not at all.
    run(*apt, "install", "--yes", "--download-only", "--reinstall", "--no-install-recommends",
        "--target-release", "bookworm-backports", "mesa-vulkan-drivers")
    for deb in glob.glob(f"{work}/cache/archives/*.deb"):
        run("dpkg", "--extract", deb, f"{folder}/root")
    library = glob.glob(f"{folder}/root/usr/lib/*/libvulkan_lvp.so")
    if not library:
        raise Unavailable("the package has no lavapipe")
    return library[0]


def swiftshader(folder):
    if os_release("ID") != "debian":
        raise Unavailable("Debian's chromium carries it, which there is not here")
    work = os.path.join(folder, "apt")
    apt = private_apt(work, os_release("VERSION_CODENAME"))
    library = os.path.join(folder, "libvk_swiftshader.so")
    # It moved from one package to the other.
    for package in ("chromium-common", "chromium"):
        run("env", "--chdir", work, *apt, "download", package)
        for deb in glob.glob(f"{work}/{package}_*.deb"):
            run("dpkg", "--extract", deb, f"{work}/root")
        for found in glob.glob(f"{work}/root/usr/lib/*/libvk_swiftshader.so"):
            shutil.move(found, library)
            return library
    raise Unavailable("Debian's chromium does not carry it any more")


def fetched(name, fetch):
    """The folder of a driver that was unpacked once, with an ICD file that names the library."""
    folder = os.path.join(CACHE, name)
    icd = os.path.join(folder, "icd.json")
    if not os.path.exists(icd):
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        print(f"Downloading the driver {name}…", flush=True)
        library = fetch(folder)
        shutil.rmtree(os.path.join(folder, "apt"), ignore_errors=True)
        with open(icd, "w", encoding="utf-8") as file:
            json.dump({"file_format_version": "1.0.0",
                       "ICD": {"library_path": library, "api_version": "1.3.0"}}, file)
    with open(icd, encoding="utf-8") as file:
        library = json.load(file)["ICD"]["library_path"]
    return choose(icd, LD_LIBRARY_PATH=os.path.dirname(library))


def extra(name, folder, fetch, small_only=False):
    try:
        return named(name, fetched(folder, fetch), small_only)
    except (Unavailable, OSError) as reason:
        return Driver(name, missing=str(reason))


def find(fast=False):
    """The drivers to run on, one after the other; with @fast the system's lavapipe alone."""
    lavapipe = system_lavapipe()
    if lavapipe is None:
        yield Driver("lavapipe", missing="the system has none")
    else:
        yield named("lavapipe", lavapipe, validated=True)
    if fast:
        return
    if lavapipe is not None:
        yield named("lavapipe with 512-bit vectors,", {**lavapipe, "LP_NATIVE_VECTOR_WIDTH": "512"},
                    small_only=True)
        yield named("lavapipe on a CPU with AVX only,",
                    {**lavapipe, "GALLIUM_OVERRIDE_CPU_CAPS": "avx"}, small_only=True)
    yield extra("newer lavapipe", "lavapipe-backports", newer_lavapipe)
    yield extra("SwiftShader", "swiftshader", swiftshader, small_only=True)
    yield from real_gpus()
