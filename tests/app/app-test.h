/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "fake-engine.h"
#include "sfumato-window-private.h"

/* Starts GTK for a test program; ends it as skipped where there is no display. */
void app_test_init (int *argc, char ***argv);

/* A window whose fake model is open. Shown; app_test_close() takes it away again. */
SfumatoWindow *app_test_open (void);
void app_test_close (SfumatoWindow *window);

/* Runs the main loop until @condition holds for @data; ends the test if it never does. */
typedef gboolean (*AppTestCondition) (gpointer data);
void app_test_wait (AppTestCondition condition, gpointer data);
/* Until nothing runs and nothing waits. */
void app_test_wait_idle (SfumatoWindow *window);
/* Until the settings of a picture that was opened are known. */
void app_test_wait_read (SfumatoWindow *window);
/* Saves the shown picture and waits until that is done. */
void app_test_save (SfumatoWindow *window, GFile *file);

void app_test_activate (SfumatoWindow *window, const char *action);

/* The question that is asked, or NULL. */
AdwMessageDialog *app_test_find_dialog (void);
/* Whether a label in @widget has @text in it. */
gboolean app_test_shows (gpointer widget, const char *text);

/* A path for a file of that name in a folder of its own. */
char *app_test_temporary_path (const char *name);
void app_test_remove_with_folder (const char *path);

/* A result as the engine would make it. */
SfResult *app_test_make_result (guint width, guint height, gint64 seed, const char *parameters);
