/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sfumato.h"

G_BEGIN_DECLS

/**
 * SfumatoJobs:
 *
 * The window's queue over an SfEngine: one job runs, the others wait and can be dropped. A model
 * that is to be opened waits for the pictures that were asked for before, which are the open one's;
 * it takes the place of another one that waits. What runs outlives the window: the application is
 * held until it has ended. Main thread only.
 *
 * Signals:
 * - "started": the next job runs.
 * - "changed": whether something runs, or how much waits, has changed.
 * - "progress" (SfProgress pointer): valid during the emission.
 * - "finished" (SfResult pointer): a picture is done.
 * - "model-loaded" (SfModelInfo pointer).
 * - "failed" (title, SfRequest pointer, GError): a job ended with an error; a cancelled one is no
 *   failure. The request is valid during the emission, and NULL of a model.
 */
#define SFUMATO_TYPE_JOBS (sfumato_jobs_get_type ())
G_DECLARE_FINAL_TYPE (SfumatoJobs, sfumato_jobs, SFUMATO, JOBS, GObject)

SfumatoJobs *sfumato_jobs_new (SfEngine *engine);

SfEngine *sfumato_jobs_get_engine (SfumatoJobs *self); /* (transfer none) */

/* Copies @request and queues it. */
void sfumato_jobs_generate (SfumatoJobs *self, const SfRequest *request);
void sfumato_jobs_load_model (SfumatoJobs *self, const char *path);
/* Cancels what runs; what waits stays. */
void sfumato_jobs_stop (SfumatoJobs *self);
/* Cancels what runs and drops what waits. */
void sfumato_jobs_clear (SfumatoJobs *self);

gboolean sfumato_jobs_is_busy (SfumatoJobs *self);
/* Whether what runs was stopped and has not ended yet: the engine looks between two submissions. */
gboolean sfumato_jobs_is_stopping (SfumatoJobs *self);
/* Whether what runs makes pictures, rather than opening a model. */
gboolean sfumato_jobs_is_painting (SfumatoJobs *self);
/* Whether a model is being opened or waits for that. */
gboolean sfumato_jobs_is_opening (SfumatoJobs *self);
/* What is being painted: (nullable) (transfer none). */
const SfRequest *sfumato_jobs_get_request (SfumatoJobs *self);
guint sfumato_jobs_n_waiting (SfumatoJobs *self);

G_END_DECLS
