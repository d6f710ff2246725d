/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/clip-text.h"

#include "nn/attention.h"

/* transformers' CLIPEncoderLayer. */
typedef struct
{
  SfNorm norm1, norm2;
  SfSelfAttention attention;
  SfLinear fc1, fc2;
} Layer;

struct _SfClipText
{
  SfClipTextConfig config;
  SfTensor *tokens;
  SfTensor *positions;
  SfNorm final_norm;

  /* Owned */
  Layer *layers;
};

static void
load_layer (Layer *layer, SfLoader *loader, const SfClipTextConfig *config)
{
  guint channels = config->channels;
  gsize outer;

  sf_norm_load (&layer->norm1, loader, "layer_norm1", channels, 0, config->eps);
  outer = sf_loader_enter (loader, "self_attn.");
  sf_self_attention_load (&layer->attention, loader, &sf_attention_names_clip, channels,
                          config->heads, SF_BIAS);
  sf_loader_leave (loader, outer);
  sf_norm_load (&layer->norm2, loader, "layer_norm2", channels, 0, config->eps);
  sf_linear_load (&layer->fc1, loader, "mlp.fc1", channels, config->inner, SF_BIAS);
  sf_linear_load (&layer->fc2, loader, "mlp.fc2", config->inner, channels, SF_BIAS);
}

SfClipText *
sf_clip_text_load (const SfClipTextConfig *config, SfLoader *loader)
{
  SfClipText *self = g_new0 (SfClipText, 1);

  self->config = *config;
  self->layers = g_new0 (Layer, config->layers);
  sf_loader_begin_part (loader, SF_PART_TEXT_ENCODER);
  sf_loader_enter (loader, "text_model.");
  self->tokens = sf_loader_table (loader, "embeddings.token_embedding.weight", config->vocab,
                                  config->channels);
  self->positions = sf_loader_table (loader, "embeddings.position_embedding.weight", config->places,
                                     config->channels);
  for (guint i = 0; i < config->layers; i++)
    {
      gsize outer = sf_loader_enter (loader, "encoder.layers.%u.", i);
      load_layer (&self->layers[i], loader, config);
      sf_loader_leave (loader, outer);
    }
  sf_norm_load (&self->final_norm, loader, "final_layer_norm", config->channels, 0, config->eps);
  return self;
}

void
sf_clip_text_free (SfClipText *self)
{
  if (!self)
    return;
  g_free (self->layers);
  g_free (self);
}

static SfTensor *
build_layer (const Layer *layer, const SfClipTextConfig *config, SfGraph *graph, SfTensor *x)
{
  SfTensor *h = sf_norm_build (&layer->norm1, graph, x);

  x = sf_self_attention_build (&layer->attention, graph, h, TRUE, x);
  h = sf_norm_build (&layer->norm2, graph, x);
  h = sf_linear_build (&layer->fc1, graph, h, config->activation);
  return sf_linear_build_residual (&layer->fc2, graph, h, x);
}

SfTensor *
sf_clip_text_build (const SfClipText *self, SfGraph *graph, SfTensor *ids)
{
  SfTensor *x = sf_embed (graph, ids, self->tokens, self->positions);

  for (guint i = 0; i < self->config.layers; i++)
    x = build_layer (&self->layers[i], &self->config, graph, x);
  return sf_norm_build (&self->final_norm, graph, x);
}
