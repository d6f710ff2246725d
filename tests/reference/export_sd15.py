#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""export_sd15.py CHECKPOINT: one step of the real Stable Diffusion 1.5 classes on the random
weights that make-sd15 writes (f16, cast to f32), and what came of it as
tests/models/sd15-first-step.safetensors:

    ids           [2, 77]        token ids, without a prompt and with one
    rows          [9]            the places of text_hidden in the sequence
    text_hidden   [2, 9, 768]    last_hidden_state at those places
    noise         [1, 4, 32, 32] seed 42, "GPU" kind, in this order of elements
    latent_in     [1, 4, 32, 32] noise times sigma
    model_in      [1, 4, 32, 32] latent_in / sqrt(sigma^2 + 1): what the U-Net is given
    eps           [2, 4, 32, 32] the U-Net's answers for both rows of ids
    latent_out    [1, 4, 32, 32] after the Euler step with guidance
    denoised      [1, 4, 32, 32] the estimate of the picture's latent at this step
    decoded       [1, 3, 64, 64] the VAE's picture of it, every fourth pixel of every fourth row
    moments       [1, 8, 8, 8]   the VAE encoder's mean and log variance (before the clamp) of the
                                 64x64 picture that `decoded` is
    timestep, sigma, sigma_next, guidance  [1]

The metadata has the SHA-256 of the checkpoint. Needs about 6 GB of memory.
"""
import hashlib
import json
import struct
import sys
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL, EulerDiscreteScheduler, UNet2DConditionModel
from diffusers.loaders.single_file_utils import (
    convert_ldm_clip_checkpoint,
    convert_ldm_unet_checkpoint,
    convert_ldm_vae_checkpoint,
)
from safetensors.torch import load_file, save_file
from transformers import CLIPTextModel

from philox import philox_normal
from sd15 import SCHEDULER_CONFIG, TEXT_CONFIG, UNET_CONFIG, VAE_CONFIG

OUT = Path(__file__).resolve().parent.parent / "models" / "sd15-first-step.safetensors"
SEED = 15
BOS, EOS = 49406, 49407
ROWS = [0, 1, 2, 3, 4, 8, 9, 40, 76]


def mix(z):
    with np.errstate(over="ignore"):
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def generated(place, name, shape):
    """What make-sd15 has to have written as its tensor number `place`."""
    n = int(np.prod(shape))
    norm = len(shape) == 1 and name.endswith(".weight")
    if name.endswith("token_embedding.weight"):
        center, scale = 0.0, 0.5
    elif name.endswith("position_embedding.weight"):
        center, scale = 0.0, 0.25
    elif len(shape) == 1:
        center, scale = (1.0, 0.25) if norm else (0.0, 0.125)
    else:
        center, scale = 0.0, np.sqrt(3.0 / int(np.prod(shape[1:])))
    key = mix(np.array([SEED ^ (place << 32)], dtype=np.uint64))
    with np.errstate(over="ignore"):
        counter = np.arange(1, n + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15) + key
    u = (mix(counter) >> np.uint64(40)).astype(np.float64) * 2.0**-23 - 1
    return (center + scale * u).astype(np.float32).astype(np.float16).reshape(shape)


def check_generator(path, tensors):
    with open(path, "rb") as file:
        (n,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(n))
    names = [name for name in header if header[name].get("dtype") == "F16"]
    for place in [*range(0, len(names), 97), len(names) - 1]:
        made = generated(place, names[place], header[names[place]]["shape"])
        assert np.array_equal(made, tensors[names[place]].numpy()), names[place]


def load(model, tensors):
    shapes = model.state_dict()
    tensors = {name if name in shapes else name.removeprefix("text_model."): t.float()
               for name, t in tensors.items() if not name.endswith("position_ids")}
    model.load_state_dict(tensors, strict=True, assign=True)
    return model.eval()


def encode(tensors, ids):
    with torch.device("meta"):
        model = CLIPTextModel(TEXT_CONFIG)
    model = load(model, convert_ldm_clip_checkpoint(tensors))
    # Buffers are no part of the state dict and were made on the meta device.
    for module in model.modules():
        if "position_ids" in module._buffers:
            module.position_ids = torch.arange(77)[None]
    return model(ids).last_hidden_state


def unet_eps(tensors, model_in, timestep, hidden):
    with torch.device("meta"):
        model = UNet2DConditionModel(**UNET_CONFIG)
    config = {**UNET_CONFIG, "class_embed_type": None, "addition_embed_type": None}
    model = load(model, convert_ldm_unet_checkpoint(tensors, config))
    return torch.cat([model(model_in, timestep, hidden[i : i + 1]).sample for i in (0, 1)])


def main():
    torch.set_num_threads(2)
    path = sys.argv[1]
    digest = hashlib.file_digest(open(path, "rb"), "sha256").hexdigest()
    tensors = load_file(path)
    check_generator(path, tensors)

    prompt = [BOS, 320, 736, 4440, 525, 320, 7048, 2102, 536, 3424, EOS]
    ids = torch.tensor([[BOS] + [EOS] * 76, prompt + [EOS] * (77 - len(prompt))])
    noise = torch.from_numpy(philox_normal(42, 4096)).reshape(1, 4, 32, 32)
    assert torch.allclose(noise.flatten()[:4], torch.tensor([0.194019, 2.161374, -0.172051, 0.849060]),
                          atol=2e-6)
    scheduler = EulerDiscreteScheduler(**SCHEDULER_CONFIG)
    scheduler.set_timesteps(20)
    t, guidance = scheduler.timesteps[0], 7.0
    sigma, sigma_next = scheduler.sigmas[0], scheduler.sigmas[1]

    with torch.no_grad():
        hidden = encode(tensors, ids)
        latent_in = noise * scheduler.init_noise_sigma
        model_in = scheduler.scale_model_input(latent_in, t)
        eps = unet_eps(tensors, model_in, t, hidden)
        guided = eps[:1] + guidance * (eps[1:] - eps[:1])
        step = scheduler.step(guided, t, latent_in)
        vae = AutoencoderKL(**VAE_CONFIG)
        load(vae, convert_ldm_vae_checkpoint(tensors, VAE_CONFIG))
        picture = vae.decode(step.pred_original_sample / 0.18215).sample
        small = picture[:, :, ::4, ::4].contiguous()
        moments = vae.quant_conv(vae.encoder(small))

    out = dict(ids=ids, rows=torch.tensor(ROWS), text_hidden=hidden[:, ROWS], noise=noise,
               latent_in=latent_in, model_in=model_in, eps=eps, latent_out=step.prev_sample,
               denoised=step.pred_original_sample, decoded=small, moments=moments,
               timestep=t.float().reshape(1), sigma=sigma.float().reshape(1),
               sigma_next=sigma_next.float().reshape(1), guidance=torch.tensor([guidance]))
    OUT.parent.mkdir(exist_ok=True)
    save_file({name: x.contiguous() for name, x in out.items()}, OUT,
              {"checkpoint_sha256": digest})
    for name, x in out.items():
        print(name, list(x.shape), f"{x.float().min():.4f} {x.float().max():.4f} std {x.float().std():.4f}")


main()
