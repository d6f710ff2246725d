/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "nn/attention.h"

G_BEGIN_DECLS

/**
 * SfTransformerBlock:
 *
 * diffusers' BasicTransformerBlock: attention of the picture to itself, then to the text, then a
 * feed-forward block with GEGLU; a layer norm before and a residual around each.
 */
typedef struct
{
  SfNorm norm1, norm2, norm3;
  SfSelfAttention self_attention;
  SfCrossAttention cross_attention;
  SfLinear ff_in, ff_out;
} SfTransformerBlock;

/**
 * SfTransformer:
 *
 * diffusers' Transformer2DModel over pixels: group norm, a projection in, blocks, a projection out,
 * and a residual around it all. The projections are 1×1 convolutions or linear layers: the same
 * thing here.
 */
typedef struct
{
  SfNorm norm;
  SfLinear proj_in, proj_out;
  guint depth;

  /* Owned */
  SfTransformerBlock *blocks;
} SfTransformer;

/**
 * SfTransformerShape:
 * @channels: of x, and within the blocks.
 * @context: of the text.
 * @heads: of both attentions; divides @channels.
 * @depth: blocks.
 * @groups: of the norm at the entry.
 */
typedef struct
{
  guint channels;
  guint context;
  guint heads;
  guint depth;
  guint groups;
} SfTransformerShape;

/* Takes “@name.norm.weight” and so on from @loader, in whose current scope @name is. What is
 * missing is the loader's error, and then it must not be built. sf_transformer_clear() frees the
 * blocks, in either case; the weights belong to the loader's store. */
void sf_transformer_load (SfTransformer *self, SfLoader *loader, const char *name,
                          const SfTransformerShape *shape);
void sf_transformer_clear (SfTransformer *self);

/* Of sf_transformer_build_text()'s results. */
guint sf_transformer_text_channels (const SfTransformer *self);

/**
 * sf_transformer_build_text:
 * @context: [n, 1, tokens, context].
 * @text: [depth] tensors [n, 1, tokens, text channels]: what each block attends to, written here.
 */
void sf_transformer_build_text (const SfTransformer *self, SfGraph *graph, SfTensor *context,
                                SfTensor *const *text);

/**
 * sf_transformer_build:
 * @x: [n, h, w, channels].
 * @text: [depth], filled by sf_transformer_build_text().
 * @merging: share of the tokens that are merged in self-attention, 0 for none: see
 * sf_token_match().
 * @salt: of the first block; the next one's is one more.
 *
 * Returns: like @x.
 */
SfTensor *sf_transformer_build (const SfTransformer *self, SfGraph *graph, SfTensor *x,
                                SfTensor *const *text, double merging, guint salt);

G_END_DECLS
