#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""export_names.py CHECKPOINT: writes tests/files/sd15-names.txt, every tensor of Stable Diffusion
1.5 by its name in the single-file layout and its name in diffusers:

    part  name in the file  name in diffusers  shape in diffusers

CHECKPOINT is what make-sd15 writes; only its header is read. Each tensor goes through diffusers'
own single-file conversion carrying a number of its own, and what comes out is held against the
state_dict of the real classes, so that a wrong name on either side cannot pass.
"""
import json
import struct
import sys
from pathlib import Path

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from diffusers.loaders.single_file_utils import (
    convert_ldm_clip_checkpoint,
    convert_ldm_unet_checkpoint,
    convert_ldm_vae_checkpoint,
)
from transformers import CLIPTextModel

from sd15 import TEXT_CONFIG, UNET_CONFIG, VAE_CONFIG

OUT = Path(__file__).resolve().parent.parent / "files" / "sd15-names.txt"


def read_header(path):
    with open(path, "rb") as file:
        (n,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(n))
    header.pop("__metadata__", None)
    return header


def converted(part, tensors):
    if part == "unet":
        return convert_ldm_unet_checkpoint(tensors, {**UNET_CONFIG, "class_embed_type": None,
                                                     "addition_embed_type": None})
    if part == "vae":
        return convert_ldm_vae_checkpoint(tensors, VAE_CONFIG)
    return convert_ldm_clip_checkpoint(tensors)


def real_shapes():
    with torch.device("meta"):
        models = {"unet": UNet2DConditionModel(**UNET_CONFIG), "vae": AutoencoderKL(**VAE_CONFIG),
                  "text_encoder": CLIPTextModel(TEXT_CONFIG)}
    return {part: {name: list(t.shape) for name, t in model.state_dict().items()}
            for part, model in models.items()}


def main():
    header = read_header(sys.argv[1])
    names = list(header)
    # One stored number each, however large the shape.
    tensors = {name: torch.full((), float(i), dtype=torch.float64).expand(header[name]["shape"])
               for i, name in enumerate(names)}
    real = real_shapes()
    lines, seen = [], set()
    for part, shapes in real.items():
        done = converted(part, dict(tensors))
        for name in sorted(done):
            tensor = done[name]
            wanted = name
            if name.endswith("position_ids"):
                continue
            if part == "text_encoder" and name not in shapes:
                wanted = name.removeprefix("text_model.")
            assert shapes[wanted] == list(tensor.shape), (name, shapes.get(wanted), tensor.shape)
            i = int(tensor.flatten()[0]) if tensor.numel() else -1
            seen.add(i)
            lines.append((part, names[i], name, ",".join(map(str, tensor.shape))))
        assert sum(line[0] == part for line in lines) == len(shapes), part
    left = [name for i, name in enumerate(names) if i not in seen]
    assert left == ["cond_stage_model.transformer.text_model.embeddings.position_ids"], left
    OUT.write_text("".join(" ".join(line) + "\n" for line in lines))
    print({part: sum(line[0] == part for line in lines) for part in real})


main()
