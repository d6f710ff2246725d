/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "models/model.h"

G_BEGIN_DECLS

/* The text encoder's graph for a number of chunks: token numbers in, vectors out. */
typedef struct _SfConditioner SfConditioner;

/* Builds and plans. @model outlives it. @arena: (nullable): %NULL leaves it to
 * sf_graph_use_arena(). @flags: SF_GRAPH_DEFAULT outside of tests. */
SfConditioner *sf_conditioner_new (const SfModel *model, SfDevice *device, SfArena *arena,
                                   SfGraphFlags flags, guint n_chunks, GError **error);
void sf_conditioner_free (SfConditioner *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfConditioner, sf_conditioner_free)

SfGraph *sf_conditioner_graph (SfConditioner *self);

/**
 * sf_conditioner_encode:
 * @ids: [n_chunks, places] token numbers.
 * @vectors: (out): [n_chunks, places, channels].
 */
gboolean sf_conditioner_encode (SfConditioner *self, const gint32 *ids, float *vectors,
                                GCancellable *cancellable, GError **error);

G_END_DECLS
