/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "models/config.h"
#include "nn/loader.h"

G_BEGIN_DECLS

/* diffusers' AutoencoderKL. Its weights belong to the loader's store. */
typedef struct _SfVae SfVae;

/* Never fails: what is wrong with the weights is the loader's error, and nothing must be built
 * then. @encoder: whether to load that too; a model without one (some files leave it out) loads all
 * the same. */
SfVae *sf_vae_load (const SfVaeConfig *config, gboolean encoder, SfLoader *loader);
void sf_vae_free (SfVae *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfVae, sf_vae_free)

gboolean sf_vae_has_encoder (const SfVae *self);

/**
 * SfVaeStrips:
 * @levels: of the decoder, the last ones, that are decoded in strips; 0 for none.
 * @n: strips of the picture, at most.
 *
 * How to decode with less memory: the first levels, which have the attention over all pixels, as a
 * whole, the rest in strips of the picture's whole width. The picture is the same, bit for bit;
 * what it costs is time, since strips are made anew for each group norm, see SfStrip.
 */
typedef struct
{
  guint levels;
  guint n;
} SfVaeStrips;

/* The levels that strips can be made of. */
guint sf_vae_max_strip_levels (const SfVae *self);

/**
 * sf_vae_build_decoder:
 * @z: [n, h, w, latent_channels]: the latent as the U-Net has it, /scale + shift.
 * @strips: (inout) (nullable): with @levels > 0 only of n = 1; @n is set to what they are in fact,
 *   for they begin where a group norm's chunk does.
 *
 * Returns: [n, factor·h, factor·w, image_channels], the picture from −1 to 1, not clamped.
 */
SfTensor *sf_vae_build_decoder (const SfVae *self, SfGraph *graph, SfTensor *z,
                                SfVaeStrips *strips);

/**
 * sf_vae_build_encoder:
 * @image: [n, h, w, image_channels] from −1 to 1; h and w are multiples of the factor.
 *
 * Returns: [n, h/factor, w/factor, 2·latent_channels]: mean and log variance, not clamped; see
 * sf_latent_sample().
 */
SfTensor *sf_vae_build_encoder (const SfVae *self, SfGraph *graph, SfTensor *image);

G_END_DECLS
