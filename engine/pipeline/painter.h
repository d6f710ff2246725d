/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pipeline/model-hash.h"
#include "pipeline/pipeline.h"
#include "pipeline/progress.h"

G_BEGIN_DECLS

/**
 * Makes pictures with one model: keeps the graphs of the last shape, so that the next picture of
 * that shape starts at once. Lives on the worker thread.
 */
typedef struct _SfPainter SfPainter;

/* Takes over @model. @limit: see sf_pipeline_new(). */
SfPainter *sf_painter_new (SfModel *model, SfDevice *device, guint64 limit);
void sf_painter_free (SfPainter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfPainter, sf_painter_free)

/* Gives back the memory of the graphs, which the next picture builds anew. */
void sf_painter_drop_graphs (SfPainter *self);

/**
 * sf_painter_paint:
 * @request: valid by itself; what the model has to say about it is checked here.
 * @model_hash: (nullable): for the settings that go with the pictures; asked when the first is
 * done.
 *
 * Returns: (element-type SfResult): the pictures of the batch.
 */
GPtrArray *sf_painter_paint (SfPainter *self, const SfRequest *request, SfModelHash *model_hash,
                             SfProgressSink *sink, GCancellable *cancellable, GError **error);

G_END_DECLS
