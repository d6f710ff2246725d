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
 * keys and menus do, -window-files.c opens files, -window-save.c saves pictures, -window-memory.c
 * remembers from one time to the next. */
struct _SfumatoWindow
{
  AdwApplicationWindow parent_instance;

  /* Owned */
  SfumatoJobs *jobs;
  SfModelInfo *model;  /* NULL while none is open */
  GSettings *settings; /* NULL when the schema is not installed */
  SfParameters *asked; /* what the panel said when a model was asked for; NULL where its
                        * settings are to stay */
  SfResult *saving;    /* what the dialog that asks for a file is about; NULL while none does */
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
  gboolean stand_in; /* the model was opened in place of another that is not there */
  guint n_saving;    /* pictures that are being written */
  guint n_reading;   /* files whose settings are being looked for */
  gboolean close_when_saved;
  gboolean closing; /* without the question about what is not finished */
};

/* In -window.c */
/* Whether it is gone for people: what was begun in a thread ends all the same, and keeps it alive.
 */
gboolean sfumato_window_is_closed (SfumatoWindow *self);
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
/* @keep: whether what the panel says is of this model already. */
void sfumato_window_load (SfumatoWindow *self, const char *path, gboolean keep);
/* Notes what the panel says now: what is changed until the model is open stays. */
void sfumato_window_keep_asked (SfumatoWindow *self);
/* What waited for the first model. */
void sfumato_window_open_waiting (SfumatoWindow *self);
/* Takes over prompts and settings from the text of a picture, or the settings alone. */
void sfumato_window_restore (SfumatoWindow *self, const char *parameters);
void sfumato_window_restore_settings (SfumatoWindow *self, const SfParameters *parameters);
gboolean sfumato_window_is_picture (const char *path);
/* A file's name without its folder, in UTF-8, which the name itself need not be. */
char *sfumato_window_name_of (GFile *file);

/* In -window-save.c */
/* Asks for a file and saves the shown picture there. */
void sfumato_window_save (SfumatoWindow *self);

/* In -window-memory.c */
/* The window's size and sides of last time. */
void sfumato_window_recall (SfumatoWindow *self);
/* Writes all of it down, at closing. */
void sfumato_window_remember (SfumatoWindow *self);

G_END_DECLS
