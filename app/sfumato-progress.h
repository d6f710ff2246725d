/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "sfumato.h"

G_BEGIN_DECLS

/* The row that shows what runs: a bar, the step, the time left, and Stop (action "win.stop"). */
#define SFUMATO_TYPE_PROGRESS (sfumato_progress_get_type ())
G_DECLARE_FINAL_TYPE (SfumatoProgress, sfumato_progress, SFUMATO, PROGRESS, GtkWidget)

/* @progress: NULL before the first news of a job, which then is not being stopped. */
void sfumato_progress_show (SfumatoProgress *self, const SfProgress *progress, guint n_waiting);
/* Only the number of jobs that wait has changed, or what runs is being stopped. */
void sfumato_progress_set_queue (SfumatoProgress *self, guint n_waiting, gboolean stopping);
void sfumato_progress_hide (SfumatoProgress *self);
/* What the row says now, for tests and announcements. */
const char *sfumato_progress_get_text (SfumatoProgress *self);

G_END_DECLS
