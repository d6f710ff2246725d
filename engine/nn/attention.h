/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "nn/layers.h"

G_BEGIN_DECLS

/**
 * SfAttentionNames:
 *
 * What a class calls the four projections. Those that have the same input are stacked to one
 * product; sf_loader_lookup() still finds each by its name, as a run of rows.
 */
typedef struct
{
  const char *q, *k, *v, *out;
} SfAttentionNames;

extern const SfAttentionNames sf_attention_names_diffusers; /* to_q … to_out.0 */
extern const SfAttentionNames sf_attention_names_clip;      /* q_proj … out_proj */

/**
 * SfSelfAttention:
 *
 * Projections to queries, keys and values, attention, and the projection of what comes out:
 * diffusers' Attention without a context, transformers' CLIPAttention.
 */
typedef struct
{
  SfLinear qkv; /* in this order */
  SfLinear out;
  guint heads;
} SfSelfAttention;

/* @bias: of q, k and v; out has one. */
void sf_self_attention_load (SfSelfAttention *self, SfLoader *loader, const SfAttentionNames *names,
                             guint channels, guint heads, SfBias bias);

/**
 * sf_self_attention_build:
 * @x: [n, h, w, channels], normalized.
 * @residual: like @x, added to the result.
 */
SfTensor *sf_self_attention_build (const SfSelfAttention *self, SfGraph *graph, SfTensor *x,
                                   gboolean causal, SfTensor *residual);

/* The same with tokens merged, see sf_token_match(): an approximation, unless @ratio is 0. */
SfTensor *sf_self_attention_build_merging (const SfSelfAttention *self, SfGraph *graph, SfTensor *x,
                                           double ratio, guint salt, SfTensor *residual);

/**
 * SfCrossAttention:
 *
 * diffusers' Attention with a context, here the text: keys and values are made of it alone, so that
 * they are a product of their own, which need not be done again for another picture.
 */
typedef struct
{
  SfLinear q;
  SfLinear kv; /* in this order */
  SfLinear out;
  guint heads;
} SfCrossAttention;

/* @context: channels of the text. q, k and v have no bias. */
void sf_cross_attention_load (SfCrossAttention *self, SfLoader *loader,
                              const SfAttentionNames *names, guint channels, guint context,
                              guint heads);

/* @context: [n, 1, tokens, context]. Returns: keys and values, [n, 1, tokens, 2·channels]. */
SfTensor *sf_cross_attention_build_text (const SfCrossAttention *self, SfGraph *graph,
                                         SfTensor *context);

/**
 * sf_cross_attention_build:
 * @x: [n, h, w, channels], normalized.
 * @text: from sf_cross_attention_build_text().
 * @residual: like @x, added to the result.
 */
SfTensor *sf_cross_attention_build (const SfCrossAttention *self, SfGraph *graph, SfTensor *x,
                                    SfTensor *text, SfTensor *residual);

G_END_DECLS
