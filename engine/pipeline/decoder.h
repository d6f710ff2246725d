/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "image/image.h"
#include "models/model.h"
#include "models/tiny-decoder.h"

G_BEGIN_DECLS

/* The VAE decoder's graph for one size: latent in, picture out. */
typedef struct _SfDecoder SfDecoder;

/**
 * sf_decoder_new:
 * @tiny: (nullable): in place of the model's own; knows no strips.
 * @arena: (nullable): %NULL leaves it to sf_graph_use_arena().
 * @flags: SF_GRAPH_DEFAULT outside of tests.
 * @height: of the latent; @width likewise.
 * @strips: (inout) (nullable): see sf_vae_build_decoder().
 *
 * Builds and plans. @model and @tiny outlive it.
 */
SfDecoder *sf_decoder_new (const SfModel *model, const SfTinyDecoder *tiny, SfDevice *device,
                           SfArena *arena, SfGraphFlags flags, guint height, guint width,
                           SfVaeStrips *strips, GError **error);
void sf_decoder_free (SfDecoder *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfDecoder, sf_decoder_free)

SfGraph *sf_decoder_graph (SfDecoder *self);

/* @latent: [h, w, c] as the sampler leaves it; what is there afterwards means nothing. */
SfImage *sf_decoder_run (SfDecoder *self, float *latent, GCancellable *cancellable, GError **error);

G_END_DECLS
