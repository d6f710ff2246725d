#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""time_diffusers.py [--size N …] [--no-compile] [--bench FILE]: how long diffusers takes for a U-Net
evaluation and a VAE decode of Stable Diffusion 1.5 in F16 on the graphics card, eager (with PyTorch's
scaled-dot-product attention) and through torch.compile, for random weights: time does not depend on
them. Both run on the same card one after the other:

    sfumato-cli bench --only unet,vae --size 512 --json bench.json
    tests/reference/time_diffusers.py --size 512 --bench bench.json

With --bench it says for each row how many times as quick as diffusers Sfumato is (above 1 is
quicker). Each figure is the shortest of several runs between two synchronisations; compiling and a
first run do not count.
"""
import argparse
import json
import time

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel

from sd15 import UNET_CONFIG, VAE_CONFIG

TOKENS, CONTEXT = 77, 768
SECONDS, LEAST_RUNS = 3.0, 5


def half(*shape):
    return torch.randn(*shape, device="cuda", dtype=torch.float16)


def unet_call(unet, size, branches):
    latent, text = half(branches, 4, size // 8, size // 8), half(branches, TOKENS, CONTEXT)
    step = torch.tensor(500, device="cuda")
    return lambda: unet(latent, step, encoder_hidden_states=text, return_dict=False)


def vae_call(vae, size):
    latent = half(1, 4, size // 8, size // 8)
    return lambda: vae.decode(latent, return_dict=False)


def shortest(call):
    """Seconds."""
    for _ in range(2):
        call()
    torch.cuda.synchronize()
    best, total, runs = float("inf"), 0.0, 0
    while runs < LEAST_RUNS or total < SECONDS:
        start = time.perf_counter()
        call()
        torch.cuda.synchronize()
        seconds = time.perf_counter() - start
        best, total, runs = min(best, seconds), total + seconds, runs + 1
    return best


def rows(unet, vae, size):
    """Names as sfumato-cli bench has them, and what to time."""
    yield "U-Net evaluation", f"{size}², one branch", unet_call(unet, size, 1)
    yield "U-Net evaluation", f"{size}², two branches", unet_call(unet, size, 2)
    yield "VAE decode", f"{size}²", vae_call(vae, size)


def bench_seconds(path):
    if path is None:
        return {}
    with open(path, encoding="utf-8") as file:
        return {(row["name"], row["shape"]): row["seconds"] for row in json.load(file)["rows"]
                if row["part"] in ("unet", "vae")}


def report(mode, unet, vae, sizes, ours):
    for size in sizes:
        for name, shape, call in rows(unet, vae, size):
            seconds = shortest(call)
            own = ours.get((name, shape))
            ratio = f"  Sfumato {own * 1e3:9.2f} ms, {seconds / own:.2f} ×" if own else ""
            print(f"{mode:8} {name:18} {shape:20} {seconds * 1e3:9.2f} ms{ratio}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, nargs="+", default=[256, 512])
    parser.add_argument("--no-compile", action="store_true")
    parser.add_argument("--bench", metavar="FILE")
    args = parser.parse_args()
    if not torch.cuda.is_available():
        parser.error("PyTorch finds no graphics card.")

    torch.manual_seed(1)
    unet = UNet2DConditionModel(**UNET_CONFIG).half().cuda().eval()
    vae = AutoencoderKL(**VAE_CONFIG).half().cuda().eval()
    ours = bench_seconds(args.bench)
    print(torch.cuda.get_device_name(), "PyTorch", torch.__version__)
    with torch.inference_mode():
        report("eager", unet, vae, args.size, ours)
        if not args.no_compile:
            unet = torch.compile(unet, mode="max-autotune", dynamic=False)
            vae.decode = torch.compile(vae.decode, mode="max-autotune", dynamic=False)
            report("compiled", unet, vae, args.size, ours)


if __name__ == "__main__":
    main()
