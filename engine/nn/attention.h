/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "nn/layers.h"

G_BEGIN_DECLS

/**
 * SfAttentionLayer:
 *
 * Projections to queries, keys and values, attention, and the projection of what comes out:
 * diffusers' Attention, transformers' CLIPAttention.
 */
typedef struct
{
  SfLinear q, k, v, out;
  guint heads;
} SfAttentionLayer;

/**
 * SfAttentionNames:
 *
 * What a class calls the four projections.
 */
typedef struct
{
  const char *q, *k, *v, *out;
} SfAttentionNames;

extern const SfAttentionNames sf_attention_names_diffusers; /* to_q … to_out.0 */
extern const SfAttentionNames sf_attention_names_clip;      /* q_proj … out_proj */

/* @context: channels of what keys and values are made of. @bias: of q, k and v; out has one. */
void sf_attention_layer_load (SfAttentionLayer *self, SfLoader *loader,
                              const SfAttentionNames *names, guint channels, guint context,
                              guint heads, SfBias bias);

/**
 * sf_attention_layer_build:
 * @x: [n, h, w, channels], normalized.
 * @context: [n, 1, tokens, context], or @x for self-attention.
 * @residual: like @x, added to the result.
 */
SfTensor *sf_attention_layer_build (const SfAttentionLayer *self, SfGraph *graph, SfTensor *x,
                                    SfTensor *context, gboolean causal, SfTensor *residual);

G_END_DECLS
