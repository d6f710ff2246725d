/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/unet.h"

#include <math.h>

#include "nn/resblock.h"
#include "nn/transformer.h"

#define MAX_PERIOD 10000.0

/* The time embedding is this many times as wide as the first level. */
#define TIME_WIDTH 4

/* What runs at one resolution, down or up: diffusers' CrossAttnDownBlock2D and its like. */
typedef struct
{
  guint n;         /* resnets */
  gboolean merges; /* tokens, if asked to */
  SfConv sampler;  /* no weight at the end */

  /* Owned */
  SfResblock *resnets;
  SfTransformer *transformers; /* (nullable) */
} Level;

struct _SfUnet
{
  SfUnetConfig config;
  SfLinear time1, time2;
  SfTimeStack time_blocks;
  SfConv conv_in;
  SfNorm norm_out;
  SfConv conv_out;
  SfResblock mid[2];

  /* Owned */
  SfTransformer mid_transformer;
  Level down[SF_MAX_LEVELS];
  Level up[SF_MAX_LEVELS]; /* in the order in which they run */
};

struct _SfUnetText
{
  /* Owned */
  GPtrArray *blocks; /* the graph's tensors, in the order in which the blocks run */
};

/* "Skips" below are what the way down leaves for the way up, or the channels of it: one from the
 * first convolution, from each resnet, from each downsampling. */

/* --- Loading ---------------------------------------------------------------------------------- */

static guint
pop_channels (GPtrArray *skips)
{
  return GPOINTER_TO_UINT (g_ptr_array_steal_index (skips, skips->len - 1));
}

static void
push_channels (GPtrArray *skips, guint channels)
{
  g_ptr_array_add (skips, GUINT_TO_POINTER (channels));
}

static void
load_resnet (SfResblock *resnet, SfUnet *unet, SfLoader *loader, guint index, guint in, guint skip,
             guint out)
{
  const SfUnetConfig *config = &unet->config;
  const SfResblockShape shape = {
    .in = in,
    .skip = skip,
    .out = out,
    .time = &unet->time_blocks,
    .groups = config->groups,
    .eps = config->eps,
  };
  g_autofree char *name = g_strdup_printf ("resnets.%u", index);

  sf_resblock_load (resnet, loader, name, &shape);
}

static void
load_transformer (SfTransformer *transformer, const SfUnetConfig *config, SfLoader *loader,
                  guint index, guint level)
{
  const SfTransformerShape shape = {
    .channels = config->channels[level],
    .context = config->context,
    .heads = config->heads[level],
    .depth = config->depth,
    .groups = config->groups,
  };
  g_autofree char *name = g_strdup_printf ("attentions.%u", index);

  sf_transformer_load (transformer, loader, name, &shape);
}

static guint
topmost_attention (const SfUnetConfig *config)
{
  guint level = 0;

  while (level < config->n_levels && !config->attention[level])
    level++;
  return level;
}

/* @in: channels that come from the level before. @skips: (nullable): on the way up. */
static void
load_level (Level *self, SfUnet *unet, SfLoader *loader, guint level, guint in, GPtrArray *skips)
{
  const SfUnetConfig *config = &unet->config;
  guint out = config->channels[level];

  self->n = skips ? config->resnets + 1 : config->resnets;
  self->merges = level == topmost_attention (config);
  self->resnets = g_new0 (SfResblock, self->n);
  self->transformers = config->attention[level] ? g_new0 (SfTransformer, self->n) : NULL;
  for (guint i = 0; i < self->n; i++)
    {
      load_resnet (&self->resnets[i], unet, loader, i, i == 0 ? in : out,
                   skips ? pop_channels (skips) : 0, out);
      if (self->transformers)
        load_transformer (&self->transformers[i], config, loader, i, level);
    }
}

static void
load_down (SfUnet *self, SfLoader *loader, GPtrArray *skips)
{
  const SfUnetConfig *config = &self->config;
  guint in = config->channels[0];

  push_channels (skips, in);
  for (guint i = 0; i < config->n_levels; i++)
    {
      gsize outer = sf_loader_enter (loader, "down_blocks.%u.", i);
      guint out = config->channels[i];
      gboolean last = i + 1 == config->n_levels;
      load_level (&self->down[i], self, loader, i, in, NULL);
      if (!last)
        sf_conv_load_downsample (&self->down[i].sampler, loader, "downsamplers.0.conv", out, out);
      for (guint j = 0; j < config->resnets + !last; j++)
        push_channels (skips, out);
      sf_loader_leave (loader, outer);
      in = out;
    }
}

static void
load_mid (SfUnet *self, SfLoader *loader)
{
  guint last = self->config.n_levels - 1;
  guint channels = self->config.channels[last];
  gsize outer = sf_loader_enter (loader, "mid_block.");

  for (guint i = 0; i < G_N_ELEMENTS (self->mid); i++)
    load_resnet (&self->mid[i], self, loader, i, channels, 0, channels);
  load_transformer (&self->mid_transformer, &self->config, loader, 0, last);
  sf_loader_leave (loader, outer);
}

static void
load_up (SfUnet *self, SfLoader *loader, GPtrArray *skips)
{
  const SfUnetConfig *config = &self->config;
  guint in = config->channels[config->n_levels - 1];

  for (guint i = 0; i < config->n_levels; i++)
    {
      guint level = config->n_levels - 1 - i;
      gsize outer = sf_loader_enter (loader, "up_blocks.%u.", i);
      load_level (&self->up[i], self, loader, level, in, skips);
      in = config->channels[level];
      if (level > 0)
        sf_conv_load_upsample (&self->up[i].sampler, loader, "upsamplers.0.conv", in, in, SF_BIAS);
      sf_loader_leave (loader, outer);
    }
}

SfUnet *
sf_unet_load (const SfUnetConfig *config, SfLoader *loader)
{
  SfUnet *self = g_new0 (SfUnet, 1);
  g_autoptr (GPtrArray) skips = g_ptr_array_new ();
  guint first = config->channels[0];
  guint time = TIME_WIDTH * first;

  self->config = *config;
  sf_loader_begin_part (loader, SF_PART_UNET);
  sf_linear_load (&self->time1, loader, "time_embedding.linear_1", first, time, SF_BIAS);
  sf_linear_load (&self->time2, loader, "time_embedding.linear_2", time, time, SF_BIAS);
  sf_conv_load (&self->conv_in, loader, "conv_in", config->in_channels, first);
  sf_time_stack_begin (&self->time_blocks);
  load_down (self, loader, skips);
  load_mid (self, loader);
  load_up (self, loader, skips);
  sf_time_stack_load (&self->time_blocks, loader, time);
  sf_norm_load (&self->norm_out, loader, "conv_norm_out", first, config->groups, config->eps);
  sf_conv_load (&self->conv_out, loader, "conv_out", first, config->out_channels);
  return self;
}

static void
clear_level (Level *self)
{
  for (guint i = 0; i < self->n && self->transformers; i++)
    sf_transformer_clear (&self->transformers[i]);
  g_free (self->transformers);
  g_free (self->resnets);
}

void
sf_unet_free (SfUnet *self)
{
  if (!self)
    return;
  for (guint i = 0; i < self->config.n_levels; i++)
    {
      clear_level (&self->down[i]);
      clear_level (&self->up[i]);
    }
  sf_transformer_clear (&self->mid_transformer);
  g_free (self);
}

/* --- Text ------------------------------------------------------------------------------------- */

/* Calls @func for each transformer, in the order in which they run. */
static void
foreach_transformer (const SfUnet *self, GFunc func, gpointer data)
{
  const Level *const ways[] = { self->down, self->up };

  for (guint way = 0; way < G_N_ELEMENTS (ways); way++)
    {
      for (guint i = 0; i < self->config.n_levels; i++)
        for (guint j = 0; j < ways[way][i].n && ways[way][i].transformers; j++)
          func (&ways[way][i].transformers[j], data);
      if (way == 0)
        func ((gpointer)&self->mid_transformer, data);
    }
}

typedef struct
{
  SfGraph *graph;
  SfTensor *context;
  guint n, tokens;
  GPtrArray *blocks;
  guint next; /* block */
} TextPass;

static void
create_text (gpointer transformer, gpointer data)
{
  const SfTransformer *self = transformer;
  const TextPass *pass = data;

  for (guint i = 0; i < self->depth; i++)
    g_ptr_array_add (pass->blocks,
                     sf_graph_tensor (pass->graph, SF_TENSOR_STATE, pass->n, 1, pass->tokens,
                                      sf_transformer_text_channels (self)));
}

static void
build_text (gpointer transformer, gpointer data)
{
  const SfTransformer *self = transformer;
  TextPass *pass = data;
  gpointer *first = pass->blocks->pdata + pass->next;

  sf_transformer_build_text (self, pass->graph, pass->context, (SfTensor *const *)first);
  pass->next += self->depth;
}

SfUnetText *
sf_unet_text_new (const SfUnet *self, SfGraph *graph, guint n, guint tokens)
{
  SfUnetText *text = g_new0 (SfUnetText, 1);
  TextPass pass = { .graph = graph, .n = n, .tokens = tokens };

  pass.blocks = text->blocks = g_ptr_array_new ();
  foreach_transformer (self, create_text, &pass);
  return text;
}

void
sf_unet_text_free (SfUnetText *text)
{
  g_ptr_array_unref (text->blocks);
  g_free (text);
}

void
sf_unet_build_text (const SfUnet *self, SfGraph *graph, SfTensor *context, const SfUnetText *text)
{
  TextPass pass = { .graph = graph, .context = context, .blocks = text->blocks };

  foreach_transformer (self, build_text, &pass);
}

/* --- Building --------------------------------------------------------------------------------- */

/* What every stage of an evaluation gets beside its input. */
typedef struct
{
  SfGraph *graph;
  SfTensor *time; /* what the time stack gives */
  const SfUnetText *text;
  guint block; /* the next transformer's first */
  double merging;
  GPtrArray *skips;
} Pass;

static SfTensor *
build_transformer (const SfTransformer *transformer, Pass *pass, SfTensor *x, double merging)
{
  SfTensor *const *text = (SfTensor *const *)pass->text->blocks->pdata + pass->block;

  x = sf_transformer_build (transformer, pass->graph, x, text, merging, pass->block);
  pass->block += transformer->depth;
  return x;
}

static SfTensor *
build_stage (const Level *level, guint i, Pass *pass, SfTensor *x, SfTensor *skip)
{
  x = sf_resblock_build (&level->resnets[i], pass->graph, x, skip, pass->time);
  if (!level->transformers)
    return x;
  return build_transformer (&level->transformers[i], pass, x, level->merges ? pass->merging : 0);
}

static SfTensor *
build_down (const Level *level, Pass *pass, SfTensor *x)
{
  for (guint i = 0; i < level->n; i++)
    {
      x = build_stage (level, i, pass, x, NULL);
      g_ptr_array_add (pass->skips, x);
    }
  if (!level->sampler.weight)
    return x;
  x = sf_conv_build_downsample (&level->sampler, pass->graph, x);
  g_ptr_array_add (pass->skips, x);
  return x;
}

static SfTensor *
build_mid (const SfUnet *self, Pass *pass, SfTensor *x)
{
  x = sf_resblock_build (&self->mid[0], pass->graph, x, NULL, pass->time);
  x = build_transformer (&self->mid_transformer, pass, x, 0);
  return sf_resblock_build (&self->mid[1], pass->graph, x, NULL, pass->time);
}

static SfTensor *
pop_skip (const Pass *pass)
{
  return g_ptr_array_steal_index (pass->skips, pass->skips->len - 1);
}

/* @cache: (nullable): filled by what the last level gives before its last stage. */
static SfTensor *
build_up (const Level *level, Pass *pass, SfTensor *x, const SfUnetCache *cache)
{
  SfTensor *next;

  for (guint i = 0; i < level->n; i++)
    {
      if (cache && i + 1 == level->n)
        sf_copy (pass->graph, x, cache->features);
      x = build_stage (level, i, pass, x, pop_skip (pass));
    }
  if (!level->sampler.weight)
    return x;
  next = g_ptr_array_index (pass->skips, pass->skips->len - 1);
  return sf_conv_build_upsample (&level->sampler, pass->graph, x, next->h, next->w);
}

static SfTensor *
build_time (const SfUnet *self, SfGraph *graph, SfTensor *time)
{
  time = sf_linear_build (&self->time1, graph, time, SF_ACTIVATION_SILU);
  /* Each use of it begins with SiLU. */
  time = sf_linear_build (&self->time2, graph, time, SF_ACTIVATION_SILU);
  return sf_linear_build (&self->time_blocks.linear, graph, time, SF_ACTIVATION_NONE);
}

static SfTensor *
build_end (const SfUnet *self, SfGraph *graph, SfTensor *x)
{
  x = sf_norm_build_silu (&self->norm_out, graph, x, NULL);
  return sf_conv_build (&self->conv_out, graph, x);
}

SfTensor *
sf_unet_build (const SfUnet *self, SfGraph *graph, SfTensor *x, SfTensor *time,
               const SfUnetText *text, double merging, const SfUnetCache *cache)
{
  g_autoptr (GPtrArray) skips = g_ptr_array_new ();
  Pass pass = { graph, build_time (self, graph, time), text, 0, merging, skips };
  guint n = self->config.n_levels;

  x = sf_conv_build (&self->conv_in, graph, x);
  g_ptr_array_add (skips, x);
  for (guint i = 0; i < n; i++)
    x = build_down (&self->down[i], &pass, x);
  x = build_mid (self, &pass, x);
  for (guint i = 0; i < n; i++)
    x = build_up (&self->up[i], &pass, x, i + 1 == n ? cache : NULL);
  return build_end (self, graph, x);
}

void
sf_unet_cache_init (SfUnetCache *cache, const SfUnet *self, SfGraph *graph, const SfTensor *x)
{
  cache->features
      = sf_graph_tensor (graph, SF_TENSOR_STATE, x->n, x->h, x->w, self->config.channels[0]);
}

SfTensor *
sf_unet_build_shallow (const SfUnet *self, SfGraph *graph, SfTensor *x, SfTensor *time,
                       const SfUnetText *text, double merging, const SfUnetCache *cache)
{
  const Level *last = &self->up[self->config.n_levels - 1];
  guint depth = last->transformers ? last->transformers[last->n - 1].depth : 0;
  guint block = text->blocks->len - depth;
  Pass pass = { graph, build_time (self, graph, time), text, block, merging, NULL };
  SfTensor *skip = sf_conv_build (&self->conv_in, graph, x);

  x = build_stage (last, last->n - 1, &pass, cache->features, skip);
  return build_end (self, graph, x);
}

void
sf_unet_time_embedding (const SfUnetConfig *config, double timestep, float *dst)
{
  guint half = config->channels[0] / 2;
  float *cosines = config->sine_first ? dst + half : dst;
  float *sines = config->sine_first ? dst : dst + half;

  for (guint i = 0; i < half; i++)
    {
      double angle = timestep * exp (-log (MAX_PERIOD) * i / (half - config->freq_shift));
      cosines[i] = cos (angle);
      sines[i] = sin (angle);
    }
}
