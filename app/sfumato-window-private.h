/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sfumato-banner.h"
#include "sfumato-canvas.h"
#include "sfumato-history.h"
#include "sfumato-jobs.h"
#include "sfumato-progress.h"
#include "sfumato-prompt.h"
#include "sfumato-settings.h"
#include "sfumato-window.h"

G_BEGIN_DECLS

/* The window's files: -window.c puts it together and follows the jobs, -window-actions.c has what
 * keys and menus do, -window-files.c opens, drops, saves and remembers. */
struct _SfumatoWindow
{
  AdwApplicationWindow parent_instance;

  /* Owned */
  SfumatoJobs *jobs;
  SfModelInfo *model;       /* NULL while none is open */
  GSettings *settings;      /* NULL when the schema is not installed */
  char *last_job;           /* the last request in words, for the details of an error */
  GFile *picture_when_open; /* its settings are offered when the first model, which has its own, is
                             * open; NULL for none */

  /* Borrowed: children of the template */
  AdwToastOverlay *toasts;
  AdwWindowTitle *title;
  SfumatoBanner *error;
  SfumatoBanner *notice;
  GtkRevealer *history_side;
  GtkRevealer *settings_side;
  GtkStack *stack;
  GtkLabel *samples;
  GtkFlowBox *chips;
  SfumatoCanvas *canvas;
  GtkWidget *zoom_bar;
  GtkButton *zoom_label;
  SfumatoHistory *history;
  SfumatoPrompt *prompt;
  SfumatoProgress *progress;
  SfumatoSettings *panel;

  gboolean looking_back; /* at an older picture: previews do not take its place */
  gboolean generate_when_open;
  gboolean closing;
};

/* In -window.c */
void sfumato_window_update (SfumatoWindow *self);
void sfumato_window_show_result (SfumatoWindow *self, SfResult *result);
void sfumato_window_toast (SfumatoWindow *self, const char *message);
SfRequest *sfumato_window_make_request (SfumatoWindow *self);

/* In -window-actions.c */
void sfumato_window_install_actions (GtkWidgetClass *klass);
void sfumato_window_update_actions (SfumatoWindow *self);

/* In -window-files.c */
void sfumato_window_accept_drops (SfumatoWindow *self);
void sfumato_window_open_model (SfumatoWindow *self, const char *path);
/* What waited for the first model. */
void sfumato_window_open_waiting (SfumatoWindow *self);
void sfumato_window_restore (SfumatoWindow *self, const char *parameters);
void sfumato_window_remember (SfumatoWindow *self);
void sfumato_window_recall (SfumatoWindow *self);
void sfumato_window_recall_settings (SfumatoWindow *self);

G_END_DECLS
