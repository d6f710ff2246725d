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
 * SfUnetCache:
 * @features: [n, h, w, channels[0]], a STATE tensor of the graph: what the deep layers gave last.
 *
 * Features of the deep layers change little from one step to the next. DeepCache (Ma, Fang and Wang
 * 2023, https://arxiv.org/abs/2312.00858) evaluates the whole U-Net only at every few steps and
 * between them the shallow layers alone, here the first convolution and the last stage of the way
 * up with what follows (the paper's branch 1, diffusers' cache_branch_id 0).
 */
typedef struct
{
  /* Borrowed: the graph's */
  SfTensor *features;
} SfUnetCache;

/* Makes a cache's tensor for inputs like @x. */
void sf_unet_cache_init (SfUnetCache *cache, const SfUnet *self, SfGraph *graph, const SfTensor *x);

/* As sf_unet_build(), and fills @cache. */
SfTensor *sf_unet_build_caching (const SfUnet *self, SfGraph *graph, SfTensor *x, SfTensor *time,
                                 SfTensor *context, const SfUnetCache *cache);

/* The shallow layers alone, over what @cache holds. Returns: as sf_unet_build(). */
SfTensor *sf_unet_build_shallow (const SfUnet *self, SfGraph *graph, SfTensor *x, SfTensor *time,
                                 SfTensor *context, const SfUnetCache *cache);

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
