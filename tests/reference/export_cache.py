#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes fixtures/plain-cache.safetensors: the run of plain-run.safetensors with cached features.

DeepCache as its authors' helper does it (https://github.com/horseee/DeepCache, cache_branch_id 0):
at each second step every layer but the first convolution, the last resnet and transformer of the
way up and what follows them gives what it gave the step before. Needs diffusers.
"""
import pathlib

import torch
from diffusers import EulerDiscreteScheduler, UNet2DConditionModel
from safetensors.torch import load_file, save_file

FIXTURES = pathlib.Path(__file__).parent.parent / "fixtures"
INTERVAL, GUIDANCE = 2, 7.0


def deep_layers(unet):
    for block in unet.down_blocks:
        yield from [*block.resnets, *getattr(block, "attentions", []), *(block.downsamplers or [])]
    yield unet.mid_block
    for block in unet.up_blocks:
        for layers in (block.resnets, getattr(block, "attentions", [])):
            yield from layers[:-1] if block is unet.up_blocks[-1] else layers
        yield from block.upsamplers or []


class Cache:
    """Has a layer give its last result while it is replayed."""

    replay = False

    def wrap(self, layer):
        forward, kept = layer.forward, {}

        def replayed(*args, **options):
            if not self.replay:
                kept["result"] = forward(*args, **options)
            return kept["result"]

        layer.forward = replayed


def main():
    torch.set_num_threads(1)
    unet = UNet2DConditionModel.from_pretrained(FIXTURES / "plain/unet", torch_dtype=torch.float32)
    scheduler = EulerDiscreteScheduler.from_pretrained(FIXTURES / "plain/scheduler")
    run = load_file(FIXTURES / "plain-run.safetensors")
    cache = Cache()
    for layer in deep_layers(unet):
        cache.wrap(layer)
    scheduler.set_timesteps(len(run["timesteps"]))
    x, out = run["noise"].permute(0, 3, 1, 2) * scheduler.init_noise_sigma, {}
    with torch.no_grad():
        for i, t in enumerate(scheduler.timesteps):
            cache.replay = i % INTERVAL != 0
            scaled = scheduler.scale_model_input(x, t)
            eps = unet(torch.cat([scaled, scaled]), t, run["hidden"]).sample
            x = scheduler.step(eps[:1] + GUIDANCE * (eps[1:] - eps[:1]), t, x).prev_sample
            out[f"cached.{i}"] = x.permute(0, 2, 3, 1).contiguous()
            print(i, (out[f"cached.{i}"] - run[f"latent.{i}"]).abs().max().item())
    save_file(out, FIXTURES / "plain-cache.safetensors")


main()
