/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/vae.h"

#include "graph/view.h"
#include "nn/attention.h"
#include "nn/resblock.h"

/* Of every norm, unlike the U-Net's. */
#define EPS 1e-6f

/* diffusers' UNetMidBlock2D: one head of attention over all pixels between two resnets. */
typedef struct
{
  SfResblock resnets[2];
  SfNorm norm;
  SfSelfAttention attention;
} Mid;

/* diffusers' DownEncoderBlock2D, UpDecoderBlock2D. */
typedef struct
{
  guint n;
  SfConv sampler; /* no weight at the end */

  /* Owned */
  SfResblock *resnets;
} Level;

/* The encoder or the decoder. */
typedef struct
{
  SfConv conv_in;
  Mid mid;
  SfNorm norm_out;
  SfConv conv_out;
  SfLinear quant; /* after the encoder, before the decoder */

  /* Owned */
  Level levels[SF_MAX_LEVELS]; /* in the order in which they run */
} Coder;

struct _SfVae
{
  SfVaeConfig config;
  gboolean has_encoder;

  /* Owned */
  Coder encoder, decoder;
};

/* --- Loading ---------------------------------------------------------------------------------- */

static void
load_resnet (SfResblock *resnet, const SfVaeConfig *config, SfLoader *loader, guint index, guint in,
             guint out)
{
  const SfResblockShape shape = { .in = in, .out = out, .groups = config->groups, .eps = EPS };
  g_autofree char *name = g_strdup_printf ("resnets.%u", index);

  sf_resblock_load (resnet, loader, name, &shape);
}

static void
load_mid (Mid *self, const SfVaeConfig *config, SfLoader *loader)
{
  guint channels = config->channels[config->n_levels - 1];
  gsize outer = sf_loader_enter (loader, "mid_block."), inner;

  for (guint i = 0; i < G_N_ELEMENTS (self->resnets); i++)
    load_resnet (&self->resnets[i], config, loader, i, channels, channels);
  inner = sf_loader_enter (loader, "attentions.0.");
  sf_norm_load (&self->norm, loader, "group_norm", channels, config->groups, EPS);
  sf_self_attention_load (&self->attention, loader, &sf_attention_names_diffusers, channels, 1,
                          SF_BIAS);
  sf_loader_leave (loader, inner);
  sf_loader_leave (loader, outer);
}

static void
load_level (Level *self, const SfVaeConfig *config, SfLoader *loader, guint n, guint in, guint out)
{
  self->n = n;
  self->resnets = g_new0 (SfResblock, n);
  for (guint i = 0; i < n; i++)
    load_resnet (&self->resnets[i], config, loader, i, i == 0 ? in : out, out);
}

static void
load_encoder (Coder *self, const SfVaeConfig *config, SfLoader *loader)
{
  guint moments = 2 * config->latent_channels;
  guint in = config->channels[0];
  gsize outer = sf_loader_enter (loader, "encoder.");

  sf_conv_load (&self->conv_in, loader, "conv_in", config->image_channels, in);
  for (guint i = 0; i < config->n_levels; i++)
    {
      gsize inner = sf_loader_enter (loader, "down_blocks.%u.", i);
      guint out = config->channels[i];
      load_level (&self->levels[i], config, loader, config->resnets, in, out);
      if (i + 1 < config->n_levels)
        sf_conv_load_downsample (&self->levels[i].sampler, loader, "downsamplers.0.conv", out, out);
      sf_loader_leave (loader, inner);
      in = out;
    }
  load_mid (&self->mid, config, loader);
  sf_norm_load (&self->norm_out, loader, "conv_norm_out", in, config->groups, EPS);
  sf_conv_load (&self->conv_out, loader, "conv_out", in, moments);
  sf_loader_leave (loader, outer);
  sf_linear_load (&self->quant, loader, "quant_conv", moments, moments, SF_BIAS);
}

static void
load_decoder (Coder *self, const SfVaeConfig *config, SfLoader *loader)
{
  guint latent = config->latent_channels;
  guint in = config->channels[config->n_levels - 1];
  gsize outer;

  sf_linear_load (&self->quant, loader, "post_quant_conv", latent, latent, SF_BIAS);
  outer = sf_loader_enter (loader, "decoder.");
  sf_conv_load (&self->conv_in, loader, "conv_in", latent, in);
  load_mid (&self->mid, config, loader);
  for (guint i = 0; i < config->n_levels; i++)
    {
      guint level = config->n_levels - 1 - i;
      gsize inner = sf_loader_enter (loader, "up_blocks.%u.", i);
      guint out = config->channels[level];
      load_level (&self->levels[i], config, loader, config->resnets + 1, in, out);
      if (level > 0)
        sf_conv_load_upsample (&self->levels[i].sampler, loader, "upsamplers.0.conv", out, out,
                               SF_BIAS);
      sf_loader_leave (loader, inner);
      in = out;
    }
  sf_norm_load (&self->norm_out, loader, "conv_norm_out", in, config->groups, EPS);
  sf_conv_load (&self->conv_out, loader, "conv_out", in, config->image_channels);
  sf_loader_leave (loader, outer);
}

SfVae *
sf_vae_load (const SfVaeConfig *config, gboolean encoder, SfLoader *loader)
{
  SfVae *self = g_new0 (SfVae, 1);

  self->config = *config;
  sf_loader_begin_part (loader, SF_PART_VAE);
  self->has_encoder = encoder && sf_loader_has (loader, "encoder.conv_in.weight");
  if (self->has_encoder)
    load_encoder (&self->encoder, config, loader);
  load_decoder (&self->decoder, config, loader);
  return self;
}

void
sf_vae_free (SfVae *self)
{
  if (!self)
    return;
  for (guint i = 0; i < self->config.n_levels; i++)
    {
      g_free (self->encoder.levels[i].resnets);
      g_free (self->decoder.levels[i].resnets);
    }
  g_free (self);
}

gboolean
sf_vae_has_encoder (const SfVae *self)
{
  return self->has_encoder;
}

/* --- Building --------------------------------------------------------------------------------- */

static SfTensor *
build_mid (const Mid *self, SfGraph *graph, SfTensor *x)
{
  SfTensor *h;

  x = sf_resblock_build (&self->resnets[0], graph, x, NULL, NULL);
  h = sf_norm_build (&self->norm, graph, x);
  x = sf_self_attention_build (&self->attention, graph, h, FALSE, x);
  return sf_resblock_build (&self->resnets[1], graph, x, NULL, NULL);
}

static SfTensor *
build_level (const Level *self, SfGraph *graph, SfTensor *x)
{
  for (guint i = 0; i < self->n; i++)
    x = sf_resblock_build (&self->resnets[i], graph, x, NULL, NULL);
  return x;
}

static SfTensor *
build_up (const SfConv *sampler, SfGraph *graph, SfTensor *x)
{
  return sf_conv_build_upsample (sampler, graph, x, 2 * x->lines, 2 * x->w);
}

static SfTensor *
build_end (const Coder *self, SfGraph *graph, SfTensor *x)
{
  return sf_norm_conv_build (&self->norm_out, &self->conv_out, graph, x, NULL, &(SfEpilogue){ 0 },
                             NULL);
}

/* --- Strips ----------------------------------------------------------------------------------- */

typedef struct
{
  const Coder *coder;
  SfGraph *graph;
  SfTensor *source;  /* what the level before the strips' gives, whole */
  SfTensor *picture; /* [1, h, w, image_channels] */
  guint first, n_levels;
  guint unit; /* strips begin at multiples of so many lines of the picture */
  guint lines;
} Tail;

static guint
common_divisor (guint a, guint b)
{
  return b == 0 ? a : common_divisor (b, a % b);
}

/* Lines of the picture from which on all levels' images begin with a chunk of their group norms. */
static guint
find_unit (const Tail *self)
{
  guint unit = 1 << (self->n_levels - self->first);
  guint h = self->source->h, w = self->source->w;

  for (guint level = self->first; level < self->n_levels; level++)
    {
      h *= 2;
      w *= 2;
      guint chunk = sf_group_norm_chunk_rows (h * w);
      guint lines = chunk / common_divisor (chunk, w) * (self->picture->h / h);
      unit = unit / common_divisor (unit, lines) * lines;
    }
  return unit;
}

/* The lines of the source that some of the picture look at beyond their own: each convolution one
 * more. */
static guint
find_margin (const Tail *self)
{
  guint margin = 1;

  for (guint level = self->n_levels; level > self->first; level--)
    margin = (margin + 2 * self->coder->levels[level - 1].n + 2) / 2;
  return margin;
}

static SfTensor *
cut_source (const Tail *self, const SfStrip *strip)
{
  guint scale = strip->of / self->source->h, margin = find_margin (self);
  guint first = strip->first / scale, end = first + strip->n / scale;
  guint from = MAX (first, margin) - margin, to = MIN (end + margin, self->source->h);

  return sf_graph_lines (self->graph, self->source, from, to - from);
}

/* One strip from the source to the norm that is not known yet, or to the picture. */
static void
build_strip (const Tail *self, SfStrip *strip)
{
  const Coder *coder = self->coder;
  SfTensor *x = cut_source (self, strip);
  const SfEpilogue end
      = { .into = sf_graph_lines (self->graph, self->picture, strip->first, strip->n) };

  strip->met = 0;
  for (guint i = self->first; i < self->n_levels; i++)
    {
      const Level *level = &coder->levels[i];
      x = build_up (&coder->levels[i - 1].sampler, self->graph, x);
      for (guint j = 0; x && j < level->n; j++)
        x = sf_resblock_build_strip (&level->resnets[j], self->graph, x, strip);
      if (!x)
        return;
    }
  sf_norm_conv_build (&coder->norm_out, &coder->conv_out, self->graph, x, NULL, &end, strip);
}

/* @known grows by a norm with each round, until a round reaches the picture. */
static void
build_rounds (const Tail *self)
{
  guint h = self->picture->h;
  g_autoptr (GPtrArray) known = g_ptr_array_new ();
  SfStrip strip = { .of = h, .known = known };

  do
    {
      if (strip.unknown)
        sf_strip_learn (&strip, self->graph);
      for (strip.first = 0; strip.first < h; strip.first += strip.n)
        {
          strip.n = MIN (self->lines, h - strip.first);
          build_strip (self, &strip);
        }
    }
  while (strip.unknown);
}

static SfTensor *
build_tail (const SfVae *self, SfGraph *graph, SfTensor *x, SfVaeStrips *strips)
{
  guint n = self->config.n_levels, scale = 1 << strips->levels;
  Tail tail = { .coder = &self->decoder, .graph = graph, .source = x, .n_levels = n };

  tail.first = n - strips->levels;
  tail.picture = sf_graph_tensor (graph, SF_TENSOR_WORK, 1, x->h * scale, x->w * scale,
                                  self->config.image_channels);
  tail.unit = find_unit (&tail);
  tail.lines = (tail.picture->h + strips->n - 1) / strips->n;
  tail.lines = (tail.lines + tail.unit - 1) / tail.unit * tail.unit;
  strips->n = (tail.picture->h + tail.lines - 1) / tail.lines;
  build_rounds (&tail);
  return tail.picture;
}

guint
sf_vae_max_strip_levels (const SfVae *self)
{
  return self->config.n_levels - 1;
}

SfTensor *
sf_vae_build_decoder (const SfVae *self, SfGraph *graph, SfTensor *z, SfVaeStrips *strips)
{
  const Coder *decoder = &self->decoder;
  guint whole = self->config.n_levels - (strips ? strips->levels : 0);
  SfTensor *x = sf_linear_build (&decoder->quant, graph, z, SF_ACTIVATION_NONE);

  x = sf_conv_build (&decoder->conv_in, graph, x);
  x = build_mid (&decoder->mid, graph, x);
  for (guint i = 0; i < whole; i++)
    {
      x = build_level (&decoder->levels[i], graph, x);
      if (i + 1 < whole)
        x = build_up (&decoder->levels[i].sampler, graph, x);
    }
  return whole == self->config.n_levels ? build_end (decoder, graph, x)
                                        : build_tail (self, graph, x, strips);
}

SfTensor *
sf_vae_build_encoder (const SfVae *self, SfGraph *graph, SfTensor *image)
{
  const Coder *encoder = &self->encoder;
  SfTensor *x = sf_conv_build (&encoder->conv_in, graph, image);

  for (guint i = 0; i < self->config.n_levels; i++)
    {
      const Level *level = &encoder->levels[i];
      x = build_level (level, graph, x);
      if (level->sampler.weight)
        x = sf_conv_build_downsample_end (&level->sampler, graph, x);
    }
  x = build_mid (&encoder->mid, graph, x);
  x = build_end (encoder, graph, x);
  return sf_linear_build (&encoder->quant, graph, x, SF_ACTIVATION_NONE);
}
