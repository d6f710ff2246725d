#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes fixtures/tiny, a diffusers AutoencoderTiny with random weights of 12 channels in F16, and
fixtures/tiny-decoded.safetensors, a latent and what its decoder makes of it. Needs diffusers."""
import pathlib
import shutil

import torch
from diffusers import AutoencoderTiny
from safetensors.torch import save_file

FIXTURES = pathlib.Path(__file__).parent.parent / "fixtures"
CHANNELS = (12, 12, 12, 12)


def main():
    torch.set_num_threads(1)
    torch.manual_seed(7)
    tiny = AutoencoderTiny(encoder_block_out_channels=CHANNELS, decoder_block_out_channels=CHANNELS,
                           num_encoder_blocks=(1, 1, 1, 1))
    for parameter in tiny.parameters():
        fan = parameter[0].numel() if parameter.dim() > 1 else 4
        parameter.data = torch.randn_like(parameter).mul_(fan ** -0.5).half().float()
    z = torch.randn(1, 4, 5, 7) * 3
    with torch.no_grad():
        picture = tiny.decode(z).sample
    shutil.rmtree(FIXTURES / "tiny", ignore_errors=True)
    tiny.half().save_pretrained(FIXTURES / "tiny")
    (FIXTURES / "tiny/diffusion_pytorch_model.safetensors").chmod(0o644)
    out = {"z": z.permute(0, 2, 3, 1).contiguous(), "picture": picture.permute(0, 2, 3, 1).contiguous()}
    save_file(out, FIXTURES / "tiny-decoded.safetensors")
    (FIXTURES / "tiny-decoded.safetensors").chmod(0o644)
    print(picture.shape, picture.min().item(), picture.max().item(), picture.std().item())


main()
