/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench/parts.h"

/* As the files text_encoder/config.json, unet/config.json and vae/config.json of Stable Diffusion
 * 1.5 in the layout of diffusers have it. */
const SfModelConfig sf_bench_sd15 = {
  .text = { .vocab = 49408,
            .places = 77,
            .channels = 768,
            .inner = 3072,
            .layers = 12,
            .heads = 12,
            .pad = 49407,
            .activation = SF_ACTIVATION_QUICK_GELU,
            .eps = 1e-5f },
  .unet = { .in_channels = 4,
            .out_channels = 4,
            .context = 768,
            .n_levels = 4,
            .channels = { 320, 640, 1280, 1280 },
            .attention = { TRUE, TRUE, TRUE, FALSE },
            .heads = { 8, 8, 8, 8 },
            .resnets = 2,
            .depth = 1,
            .groups = 32,
            .eps = 1e-5f },
  .vae = { .image_channels = 3,
           .latent_channels = 4,
           .n_levels = 4,
           .channels = { 128, 256, 512, 512 },
           .resnets = 2,
           .groups = 32,
           .scale = 0.18215f },
  .schedule = { .beta_start = 0.00085, .beta_end = 0.012, .n_train = 1000 },
};
