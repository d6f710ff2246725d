/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/transformer.h"

#define ENTRY_EPS 1e-6f
#define LAYER_NORM_EPS 1e-5f

/* How much wider the feed-forward block is inside. */
#define WIDTH 4

static void
load_self_attention (SfSelfAttention *attention, SfLoader *loader, const SfTransformerShape *shape)
{
  gsize outer = sf_loader_enter (loader, "attn1.");

  sf_self_attention_load (attention, loader, &sf_attention_names_diffusers, shape->channels,
                          shape->heads, SF_BIAS_NONE);
  sf_loader_leave (loader, outer);
}

static void
load_cross_attention (SfCrossAttention *attention, SfLoader *loader,
                      const SfTransformerShape *shape)
{
  gsize outer = sf_loader_enter (loader, "attn2.");

  sf_cross_attention_load (attention, loader, &sf_attention_names_diffusers, shape->channels,
                           shape->context, shape->heads);
  sf_loader_leave (loader, outer);
}

static void
load_block (SfTransformerBlock *self, SfLoader *loader, guint index,
            const SfTransformerShape *shape)
{
  guint channels = shape->channels;
  gsize outer = sf_loader_enter (loader, "transformer_blocks.%u.", index);

  sf_norm_load (&self->norm1, loader, "norm1", channels, 0, LAYER_NORM_EPS);
  load_self_attention (&self->self_attention, loader, shape);
  sf_norm_load (&self->norm2, loader, "norm2", channels, 0, LAYER_NORM_EPS);
  load_cross_attention (&self->cross_attention, loader, shape);
  sf_norm_load (&self->norm3, loader, "norm3", channels, 0, LAYER_NORM_EPS);
  sf_linear_load_gated (&self->ff_in, loader, "ff.net.0.proj", channels, WIDTH * channels);
  sf_linear_load (&self->ff_out, loader, "ff.net.2", WIDTH * channels, channels, SF_BIAS);
  sf_loader_leave (loader, outer);
}

void
sf_transformer_load (SfTransformer *self, SfLoader *loader, const char *name,
                     const SfTransformerShape *shape)
{
  guint channels = shape->channels;
  gsize outer = sf_loader_enter (loader, "%s.", name);

  self->depth = shape->depth;
  self->blocks = g_new0 (SfTransformerBlock, shape->depth);
  sf_norm_load (&self->norm, loader, "norm", channels, shape->groups, ENTRY_EPS);
  sf_linear_load (&self->proj_in, loader, "proj_in", channels, channels, SF_BIAS);
  for (guint i = 0; i < shape->depth; i++)
    load_block (&self->blocks[i], loader, i, shape);
  sf_linear_load (&self->proj_out, loader, "proj_out", channels, channels, SF_BIAS);
  sf_loader_leave (loader, outer);
}

void
sf_transformer_clear (SfTransformer *self)
{
  g_clear_pointer (&self->blocks, g_free);
}

static SfTensor *
build_block (const SfTransformerBlock *self, SfGraph *graph, SfTensor *x, SfTensor *text,
             double merging, guint salt)
{
  SfTensor *h = sf_norm_build (&self->norm1, graph, x);

  x = sf_self_attention_build_merging (&self->self_attention, graph, h, merging, salt, x);
  h = sf_norm_build (&self->norm2, graph, x);
  x = sf_cross_attention_build (&self->cross_attention, graph, h, text, x);
  h = sf_norm_build (&self->norm3, graph, x);
  h = sf_linear_build (&self->ff_in, graph, h, SF_ACTIVATION_GEGLU);
  return sf_linear_build_residual (&self->ff_out, graph, h, x);
}

guint
sf_transformer_text_channels (const SfTransformer *self)
{
  return self->blocks[0].cross_attention.kv.weight->c;
}

void
sf_transformer_build_text (const SfTransformer *self, SfGraph *graph, SfTensor *context,
                           SfTensor *const *text)
{
  for (guint i = 0; i < self->depth; i++)
    sf_copy (graph,
             sf_cross_attention_build_text (&self->blocks[i].cross_attention, graph, context),
             text[i]);
}

SfTensor *
sf_transformer_build (const SfTransformer *self, SfGraph *graph, SfTensor *x, SfTensor *const *text,
                      double merging, guint salt)
{
  SfTensor *h = sf_norm_build (&self->norm, graph, x);

  h = sf_linear_build (&self->proj_in, graph, h, SF_ACTIVATION_NONE);
  for (guint i = 0; i < self->depth; i++)
    h = build_block (&self->blocks[i], graph, h, text[i], merging, salt + i);
  return sf_linear_build_residual (&self->proj_out, graph, h, x);
}
