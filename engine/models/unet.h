/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "models/config.h"
#include "nn/loader.h"

G_BEGIN_DECLS

/* diffusers' UNet2DConditionModel. Its weights belong to the loader's store. */
typedef struct _SfUnet SfUnet;

/* Never fails: what is wrong with the weights is the loader's error, and the U-Net must not be
 * built then. */
SfUnet *sf_unet_load (const SfUnetConfig *config, SfLoader *loader);
void sf_unet_free (SfUnet *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfUnet, sf_unet_free)

/**
 * sf_unet_build:
 * @x: [n, h, w, in_channels], scaled for the model (c_in); any h and w.
 * @time: [n, 1, 1, channels[0]]: sf_unet_time_embedding() of each row's timestep.
 * @context: [n, 1, tokens, context]: the text's vectors.
 *
 * Returns: [n, h, w, out_channels]: the noise or the velocity, as the model was trained.
 */
SfTensor *sf_unet_build (const SfUnet *self, SfGraph *graph, SfTensor *x, SfTensor *time,
                         SfTensor *context);

/**
 * sf_unet_time_embedding:
 * @dst: (out): channels[0] floats.
 * @timestep: training step, may lie between two.
 *
 * Sines and cosines of the timestep at frequencies from 1 to 1/10000. diffusers'
 * get_timestep_embedding().
 */
void sf_unet_time_embedding (const SfUnetConfig *config, double timestep, float *dst);

G_END_DECLS
