# SPDX-License-Identifier: GPL-3.0-or-later
"""A start for the autoencoder that already carries colour.

From random weights colour is learned last, for the group norms at the ends of encoder
and decoder take away what is the same all over a picture. Here three channels carry
red, green and blue along the shortcuts, and two carry a large constant of either sign,
which fixes the mean and spread that the group norms measure. The rest stays random.
"""

import torch

CARRIED = 5  # red, green, blue, +LEVEL, -LEVEL
LEVEL = 8.0
LIFT = 3.0  # where SiLU is nearly straight, with this value and slope:
LIFTED, SLOPE = 2.858, 1.088


def _quieten(resnet):
    resnet.conv2.weight *= 0.2
    resnet.conv2.weight[:CARRIED] = 0
    resnet.conv2.bias[:CARRIED] = 0
    if resnet.conv_shortcut is not None:
        _carry(resnet.conv_shortcut, torch.ones(1, 1), torch.ones(1, 1))


def _carry(conv, colour, constant):
    """Each carried channel from itself alone, by the kernels given."""
    conv.weight[:CARRIED] = 0
    conv.bias[:CARRIED] = 0
    for k in range(CARRIED):
        conv.weight[k, k] = colour if k < 3 else constant


def _enter(conv):
    conv.weight[:CARRIED] = 0
    conv.bias[:CARRIED] = torch.tensor([0, 0, 0, LEVEL, -LEVEL])
    for k in range(3):
        conv.weight[k, k, 1, 1] = 1


def _leave(norm, conv, gain):
    """Three outputs from the normed colours; undoes what the norm does to them."""
    group = norm.num_channels // norm.num_groups
    spread = LEVEL * (2 / group) ** 0.5
    norm.bias[:3] = LIFT
    conv.weight[:3] *= 0.1
    for k in range(3):
        conv.weight[k, :CARRIED] = 0
        conv.weight[k, k, 1, 1] = gain * spread / SLOPE
        conv.bias[k] = -LIFTED * gain * spread / SLOPE


@torch.no_grad()
def carry_colour(vae):
    half = torch.zeros(3, 3)
    half[:2, :2] = 0.25
    point = torch.zeros(3, 3)
    point[1, 1] = 1
    line = torch.tensor([0.25, 0.5, 0.25])
    for coder in (vae.encoder, vae.decoder):
        for part in coder.modules():
            if type(part).__name__ == "ResnetBlock2D":
                _quieten(part)
            elif type(part).__name__ == "Attention":
                part.to_out[0].weight[:CARRIED] = 0
            elif type(part).__name__ == "Downsample2D":
                _carry(part.conv, half, half)
            elif type(part).__name__ == "Upsample2D":
                _carry(part.conv, torch.outer(line, line), point)
        _enter(coder.conv_in)
    _leave(vae.encoder.conv_norm_out, vae.encoder.conv_out, 2.0)
    vae.encoder.conv_out.weight[4:] *= 0.1
    vae.encoder.conv_out.bias[4:] = -4
    for conv in (vae.quant_conv, vae.post_quant_conv):
        torch.nn.init.eye_(conv.weight[:, :, 0, 0])
        conv.bias.zero_()
    for k in range(3):
        vae.decoder.conv_in.weight[k, k, 1, 1] = 0.5
    _leave(vae.decoder.conv_norm_out, vae.decoder.conv_out, 1.0)


@torch.no_grad()
def calibrate(vae, real):
    """Makes mean and spread of each colour in the output those of the pictures."""
    made = vae.decode(vae.encode(real).latent_dist.mode()).sample
    out = vae.decoder.conv_out
    gain = real.std((0, 2, 3)) / made.std((0, 2, 3))
    out.weight *= gain[:, None, None, None]
    out.bias *= gain
    out.bias += real.mean((0, 2, 3)) - made.mean((0, 2, 3)) * gain
