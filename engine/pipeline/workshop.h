/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pipeline/painter.h"

G_BEGIN_DECLS

/**
 * What an engine works with: the device that is open, and the model on it. The engine's worker
 * opens and drops them; what there is of them to know may be asked from any thread.
 */
typedef struct _SfWorkshop SfWorkshop;

SfWorkshop *sf_workshop_new (const SfEngineOptions *options);
void sf_workshop_free (SfWorkshop *self);

/* --- On the worker ---------------------------------------------------------------------------- */

/**
 * sf_workshop_load:
 *
 * Opens a model, and the device before it if there is none. The last model stays until this one has
 * taken its place, where there is room for both. A file that can't be used does nothing to it.
 *
 * Returns: (transfer full): what is known of it, or %NULL.
 */
SfModelInfo *sf_workshop_load (SfWorkshop *self, const char *path, SfProgressSink *sink,
                               GCancellable *cancellable, GError **error);

/* Paints with the model, which is loaded again first where it had to be dropped; see
 * sf_painter_paint(). */
GPtrArray *sf_workshop_paint (SfWorkshop *self, const SfRequest *request, SfProgressSink *sink,
                              GCancellable *cancellable, GError **error);

/* Nothing works any more on a device that its driver gave up. The next job opens one anew. */
void sf_workshop_drop_lost_device (SfWorkshop *self);

/* --- On any thread ---------------------------------------------------------------------------- */

/* See sf_engine_get_model(), sf_engine_get_notice() and sf_engine_count_tokens(). */
SfModelInfo *sf_workshop_get_model (SfWorkshop *self);
char *sf_workshop_get_notice (SfWorkshop *self);
guint sf_workshop_count_tokens (SfWorkshop *self, const char *text, guint *n_places);

G_END_DECLS
