/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "image/image.h"
#include "models/model.h"

G_BEGIN_DECLS

/* The VAE decoder's graph for one size: latent in, picture out. */
typedef struct _SfDecoder SfDecoder;

/* Builds and plans. @model outlives it. @flags: SF_GRAPH_DEFAULT outside of tests. */
SfDecoder *sf_decoder_new (const SfModel *model, SfDevice *device, SfArena *arena,
                           SfGraphFlags flags, guint height, guint width, GError **error);
void sf_decoder_free (SfDecoder *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfDecoder, sf_decoder_free)

SfGraph *sf_decoder_graph (SfDecoder *self);

/* @latent: [h, w, c] as the sampler leaves it. */
SfImage *sf_decoder_run (SfDecoder *self, const float *latent, GCancellable *cancellable,
                         GError **error);

G_END_DECLS
