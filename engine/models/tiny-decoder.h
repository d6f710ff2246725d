/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "graph/graph.h"

G_BEGIN_DECLS

/**
 * SfTinyDecoder:
 *
 * The decoder of diffusers' AutoencoderTiny: TAESD (https://github.com/madebyollin/taesd), a
 * twentieth of the work of the VAE's, and a picture that differs in small things. A decoder is
 * trained for the latents of one family of models; another's come out as noise.
 */
typedef struct _SfTinyDecoder SfTinyDecoder;

/* Pixels for each pixel of a latent, in each direction. */
#define SF_TINY_DECODER_FACTOR 8

/**
 * sf_tiny_decoder_load:
 * @path: a .safetensors file with "decoder.layers.…", or a folder with one.
 * @latent_channels: that it must take.
 *
 * Errors: SF_ERROR_MODEL where the file is none or takes other latents, SF_ERROR_MEMORY,
 * G_FILE_ERROR.
 */
SfTinyDecoder *sf_tiny_decoder_load (SfDevice *device, const char *path, guint latent_channels,
                                     GError **error);
void sf_tiny_decoder_free (SfTinyDecoder *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfTinyDecoder, sf_tiny_decoder_free)

/* For people: the file's name without its suffix. */
const char *sf_tiny_decoder_name (const SfTinyDecoder *self);
guint64 sf_tiny_decoder_bytes (const SfTinyDecoder *self);

/* What comes before the first layer: 3·tanh (x/3), in place. */
void sf_tiny_decoder_squash (float *latent, gsize n);

/**
 * sf_tiny_decoder_build:
 * @z: [n, h, w, latent_channels]: the latent as the U-Net has it, squashed.
 *
 * Returns: [n, 8·h, 8·w, 3], the picture from −1 to 1, not clamped.
 */
SfTensor *sf_tiny_decoder_build (const SfTinyDecoder *self, SfGraph *graph, SfTensor *z);

G_END_DECLS
