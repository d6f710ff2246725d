/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/attention.h"

const SfAttentionNames sf_attention_names_diffusers = { "to_q", "to_k", "to_v", "to_out.0" };
const SfAttentionNames sf_attention_names_clip = { "q_proj", "k_proj", "v_proj", "out_proj" };

void
sf_attention_layer_load (SfAttentionLayer *self, SfLoader *loader, const SfAttentionNames *names,
                         guint channels, guint context, guint heads, SfBias bias)
{
  self->heads = heads;
  sf_linear_load (&self->q, loader, names->q, channels, channels, bias);
  sf_linear_load (&self->k, loader, names->k, context, channels, bias);
  sf_linear_load (&self->v, loader, names->v, context, channels, bias);
  sf_linear_load (&self->out, loader, names->out, channels, channels, SF_BIAS);
}

SfTensor *
sf_attention_layer_build (const SfAttentionLayer *self, SfGraph *graph, SfTensor *x,
                          SfTensor *context, gboolean causal, SfTensor *residual)
{
  SfTensor *q = sf_linear_build (&self->q, graph, x, SF_ACTIVATION_NONE);
  SfTensor *k = sf_linear_build (&self->k, graph, context, SF_ACTIVATION_NONE);
  SfTensor *v = sf_linear_build (&self->v, graph, context, SF_ACTIVATION_NONE);
  SfTensor *mixed = sf_attention (graph, q, k, v, self->heads, causal);

  return sf_linear_build_residual (&self->out, graph, mixed, residual);
}
