/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/attention.h"

const SfAttentionNames sf_attention_names_diffusers = { "to_q", "to_k", "to_v", "to_out.0" };
const SfAttentionNames sf_attention_names_clip = { "q_proj", "k_proj", "v_proj", "out_proj" };

void
sf_self_attention_load (SfSelfAttention *self, SfLoader *loader, const SfAttentionNames *names,
                        guint channels, guint heads, SfBias bias)
{
  const char *const modules[] = { names->q, names->k, names->v };
  const guint outs[] = { channels, channels, channels };
  const SfLoaderStack stack = { G_N_ELEMENTS (outs), modules, outs };

  self->heads = heads;
  sf_linear_load_stack (&self->qkv, loader, &stack, channels, bias);
  sf_linear_load (&self->out, loader, names->out, channels, channels, SF_BIAS);
}

/* All but the last projection. */
static SfTensor *
mix (const SfSelfAttention *self, SfGraph *graph, SfTensor *x, gboolean causal)
{
  SfTensor *qkv = sf_linear_build (&self->qkv, graph, x, SF_ACTIVATION_NONE);
  guint channels = qkv->c / 3;

  return sf_attention_packed (graph, &(SfChannels){ qkv, 0 }, &(SfChannels){ qkv, channels },
                              &(SfChannels){ qkv, 2 * channels }, channels, self->heads, causal);
}

SfTensor *
sf_self_attention_build (const SfSelfAttention *self, SfGraph *graph, SfTensor *x, gboolean causal,
                         SfTensor *residual)
{
  return sf_linear_build_residual (&self->out, graph, mix (self, graph, x, causal), residual);
}

SfTensor *
sf_self_attention_build_merging (const SfSelfAttention *self, SfGraph *graph, SfTensor *x,
                                 double ratio, guint salt, SfTensor *residual)
{
  SfTokenMatch match;

  if (!sf_token_match (graph, x, ratio, salt, &match))
    return sf_self_attention_build (self, graph, x, FALSE, residual);
  x = mix (self, graph, sf_token_merge (graph, x, &match), FALSE);
  x = sf_linear_build (&self->out, graph, x, SF_ACTIVATION_NONE);
  return sf_token_unmerge (graph, x, &match, residual);
}

void
sf_cross_attention_load (SfCrossAttention *self, SfLoader *loader, const SfAttentionNames *names,
                         guint channels, guint context, guint heads)
{
  const char *const modules[] = { names->k, names->v };
  const guint outs[] = { channels, channels };
  const SfLoaderStack stack = { G_N_ELEMENTS (outs), modules, outs };

  self->heads = heads;
  sf_linear_load (&self->q, loader, names->q, channels, channels, SF_BIAS_NONE);
  sf_linear_load_stack (&self->kv, loader, &stack, context, SF_BIAS_NONE);
  sf_linear_load (&self->out, loader, names->out, channels, channels, SF_BIAS);
}

SfTensor *
sf_cross_attention_build_text (const SfCrossAttention *self, SfGraph *graph, SfTensor *context)
{
  return sf_linear_build (&self->kv, graph, context, SF_ACTIVATION_NONE);
}

SfTensor *
sf_cross_attention_build (const SfCrossAttention *self, SfGraph *graph, SfTensor *x, SfTensor *text,
                          SfTensor *residual)
{
  SfTensor *q = sf_linear_build (&self->q, graph, x, SF_ACTIVATION_NONE);
  SfTensor *mixed = sf_attention_packed (graph, &(SfChannels){ q, 0 }, &(SfChannels){ text, 0 },
                                         &(SfChannels){ text, q->c }, q->c, self->heads, FALSE);

  return sf_linear_build_residual (&self->out, graph, mixed, residual);
}
