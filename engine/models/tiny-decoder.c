/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/tiny-decoder.h"

#include <math.h>

#include "base/error.h"
#include "nn/layers.h"

#define N_LEVELS 4
#define MAX_BLOCKS 3
#define MAX_CHANNELS 1024
#define IMAGE_CHANNELS 3

/* Of each level, from the latent's size to the picture's. */
static const guint n_blocks[N_LEVELS] = { 3, 3, 3, 1 };

/* diffusers' AutoencoderTinyBlock: relu (x + conv (relu (conv (relu (conv (x)))))). */
typedef struct
{
  SfConv convs[3];
} Block;

/* Blocks, then doubled pixels and a convolution, which at the last level gives the picture. */
typedef struct
{
  Block blocks[MAX_BLOCKS];
  SfConv out;
} Level;

struct _SfTinyDecoder
{
  SfConv conv_in;
  Level levels[N_LEVELS];

  /* Owned */
  char *name;
  SfWeightStore *weights;
};

/* --- Loading ---------------------------------------------------------------------------------- */

static void
load_block (Block *self, SfLoader *loader, guint layer, guint channels)
{
  gsize outer = sf_loader_enter (loader, "%u.conv.", layer);

  sf_conv_load (&self->convs[0], loader, "0", channels, channels);
  sf_conv_load (&self->convs[1], loader, "2", channels, channels);
  sf_conv_load (&self->convs[2], loader, "4", channels, channels);
  sf_loader_leave (loader, outer);
}

/* Layers without weights count as well: the first ReLU and the doublings. */
static void
load_layers (SfTinyDecoder *self, SfLoader *loader, guint latent, guint channels)
{
  guint layer = 2;

  sf_loader_begin_part (loader, SF_PART_VAE);
  sf_loader_enter (loader, "decoder.layers.");
  sf_conv_load (&self->conv_in, loader, "0", latent, channels);
  for (guint i = 0; i < N_LEVELS; i++)
    {
      gboolean last = i + 1 == N_LEVELS;
      for (guint j = 0; j < n_blocks[i]; j++)
        load_block (&self->levels[i].blocks[j], loader, layer++, channels);
      layer += !last;
      g_autofree char *name = g_strdup_printf ("%u", layer++);
      if (last)
        sf_conv_load (&self->levels[i].out, loader, name, channels, IMAGE_CHANNELS);
      else
        sf_conv_load_upsample (&self->levels[i].out, loader, name, channels, channels,
                               SF_BIAS_NONE);
    }
}

/* 0 where the file is no tiny decoder, or one that is too wide to be true. */
static guint
find_channels (SfCheckpoint *checkpoint)
{
  const SfTensorInfo *info
      = sf_checkpoint_find (checkpoint, SF_PART_VAE, "decoder.layers.0.weight");

  return info && info->n_dims == 4 && info->dims[0] <= MAX_CHANNELS ? info->dims[0] : 0;
}

SfTinyDecoder *
sf_tiny_decoder_load (SfDevice *device, const char *path, guint latent_channels, GError **error)
{
  g_autoptr (SfCheckpoint) checkpoint = sf_checkpoint_open (path, error);
  g_autoptr (SfTinyDecoder) self = g_new0 (SfTinyDecoder, 1);
  g_autoptr (SfLoader) loader = NULL;
  guint channels = checkpoint ? find_channels (checkpoint) : 0;

  if (!checkpoint)
    return NULL;
  if (channels == 0)
    {
      g_set_error (error, SF_ERROR, SF_ERROR_MODEL,
                   "“%s” is no tiny decoder: it must be a file of diffusers' AutoencoderTiny, such "
                   "as TAESD's diffusion_pytorch_model.safetensors.",
                   sf_checkpoint_display_name (checkpoint));
      return NULL;
    }
  self->name = g_strdup (sf_checkpoint_display_name (checkpoint));
  self->weights = sf_weight_store_new (device);
  loader = sf_loader_new (checkpoint, self->weights, FALSE, NULL);
  load_layers (self, loader, latent_channels, channels);
  return sf_loader_finish (loader, error) ? g_steal_pointer (&self) : NULL;
}

void
sf_tiny_decoder_free (SfTinyDecoder *self)
{
  if (!self)
    return;
  g_clear_pointer (&self->weights, sf_weight_store_unref);
  g_free (self->name);
  g_free (self);
}

const char *
sf_tiny_decoder_name (const SfTinyDecoder *self)
{
  return self->name;
}

guint64
sf_tiny_decoder_bytes (const SfTinyDecoder *self)
{
  return sf_weight_store_bytes (self->weights);
}

/* --- Building --------------------------------------------------------------------------------- */

void
sf_tiny_decoder_squash (float *latent, gsize n)
{
  for (gsize i = 0; i < n; i++)
    latent[i] = 3 * tanhf (latent[i] / 3);
}

static SfTensor *
build_block (const Block *self, SfGraph *graph, SfTensor *x)
{
  SfTensor *h = sf_conv_build_relu (&self->convs[0], graph, x, NULL);

  h = sf_conv_build_relu (&self->convs[1], graph, h, NULL);
  return sf_conv_build_relu (&self->convs[2], graph, h, x);
}

SfTensor *
sf_tiny_decoder_build (const SfTinyDecoder *self, SfGraph *graph, SfTensor *z)
{
  SfTensor *x = sf_conv_build_relu (&self->conv_in, graph, z, NULL);

  for (guint i = 0; i < N_LEVELS; i++)
    {
      const Level *level = &self->levels[i];
      for (guint j = 0; j < n_blocks[i]; j++)
        x = build_block (&level->blocks[j], graph, x);
      x = i + 1 < N_LEVELS ? sf_conv_build_upsample (&level->out, graph, x, 2 * x->h, 2 * x->w)
                           : sf_conv_build (&level->out, graph, x);
    }
  /* It was trained for pictures from 0 to 1. */
  return sf_affine (graph, x, 2, -1);
}
