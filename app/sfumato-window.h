/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sfumato-application.h"

G_BEGIN_DECLS

#define SFUMATO_TYPE_WINDOW (sfumato_window_get_type ())
G_DECLARE_FINAL_TYPE (SfumatoWindow, sfumato_window, SFUMATO, WINDOW, AdwApplicationWindow)

SfumatoWindow *sfumato_window_new (SfumatoApplication *application);

/* Opens @file as sfumato_window_open() does, and if that is no model, the one of last time, or else
 * the bundled one; takes up the prompts of last time, and its settings if the model is the same.
 * @file: (nullable). @prompt: (nullable): in place of the prompts. */
void sfumato_window_open_first_model (SfumatoWindow *self, GFile *file, const char *prompt);

/* A model file or folder is opened; a picture with settings offers to restore them. */
void sfumato_window_open (SfumatoWindow *self, GFile *file);

void sfumato_window_set_prompt (SfumatoWindow *self, const char *prompt);

/* What the button does; waits for the model when one is being opened. */
void sfumato_window_generate (SfumatoWindow *self);

/* Saves a picture, in a thread; how that ended is shown. A name without “.png” gets it. */
void sfumato_window_save_to (SfumatoWindow *self, SfResult *result, GFile *file);

G_END_DECLS
