/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sfumato.h"

G_BEGIN_DECLS

/**
 * Carries progress from the worker to the main context of whoever asked. The worker never waits:
 * sf_progress_sink_post() replaces a state that was not delivered yet, but for finished pictures,
 * and previews when all were asked for, which queue.
 */
typedef struct _SfProgressSink SfProgressSink;

/* @func may be NULL: then nothing is delivered. */
SfProgressSink *sf_progress_sink_new (GMainContext *context, gboolean every_preview,
                                      SfProgressFunc func, gpointer user_data);
void sf_progress_sink_unref (SfProgressSink *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfProgressSink, sf_progress_sink_unref)

/* From the worker. Copies @progress, taking references of its own. */
void sf_progress_sink_post (SfProgressSink *self, const SfProgress *progress);

G_END_DECLS
