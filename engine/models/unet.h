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
 * SfUnetText:
 *
 * Keys and values of the text for each of the transformers' blocks, in STATE tensors of a graph.
 * They depend on the text alone, so that a picture needs them once and not at every step.
 */
typedef struct _SfUnetText SfUnetText;

/* For @n branches of @tokens each. */
SfUnetText *sf_unet_text_new (const SfUnet *self, SfGraph *graph, guint n, guint tokens);
void sf_unet_text_free (SfUnetText *text);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfUnetText, sf_unet_text_free)

/* Fills @text: @context: [n, 1, tokens, context], the text's vectors. In the part of the U-Net,
 * before it, or in one of its own. */
void sf_unet_build_text (const SfUnet *self, SfGraph *graph, SfTensor *context,
                         const SfUnetText *text);

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

/**
 * sf_unet_build:
 * @x: [n, h, w, in_channels], scaled for the model (c_in); any h and w.
 * @time: [n, 1, 1, channels[0]]: sf_unet_time_embedding() of each row's timestep.
 * @text: filled before this runs.
 * @merging: share of the tokens that are merged in the self-attention of the topmost level that has
 *   one, where almost all of the time goes that merging can save: an approximation, see
 *   sf_token_match(). 0 for none.
 * @cache: (nullable): is filled, for sf_unet_build_shallow().
 *
 * Returns: [n, h, w, out_channels]: the noise or the velocity, as the model was trained.
 */
SfTensor *sf_unet_build (const SfUnet *self, SfGraph *graph, SfTensor *x, SfTensor *time,
                         const SfUnetText *text, double merging, const SfUnetCache *cache);

/* The shallow layers alone, over what @cache holds. Returns: as sf_unet_build(). */
SfTensor *sf_unet_build_shallow (const SfUnet *self, SfGraph *graph, SfTensor *x, SfTensor *time,
                                 const SfUnetText *text, double merging, const SfUnetCache *cache);

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
