/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is taken up from last time: the model, its settings, the prompts and the window's shape. */
#include <glib/gi18n.h>

#include "sfumato-window-private.h"

/* The model of last time; NULL for the bundled one, which may lie elsewhere after an update. It is
 * kept as a URI, as a path need not be UTF-8. */
static GFile *
recall_model (SfumatoWindow *self)
{
  if (self->settings == NULL)
    return NULL;
  g_autofree char *kept = g_settings_get_string (self->settings, "model");
  return *kept != '\0' ? g_file_new_for_uri (kept) : NULL;
}

static gboolean
is_model_of_last_time (SfumatoWindow *self, GFile *file)
{
  g_autofree char *bundled = sf_bundled_model_path ();
  g_autoptr (GFile) last = recall_model (self);

  if (last == NULL)
    last = g_file_new_for_path (bundled);
  return g_file_equal (last, file);
}

/* The prompts of last time, and where @same_model its settings. @prompt: (nullable): in place of
 * the prompts. Returns whether there were settings. */
static gboolean
recall_work (SfumatoWindow *self, const char *prompt, gboolean same_model)
{
  g_autofree char *text
      = self->settings != NULL ? g_settings_get_string (self->settings, "last-settings") : NULL;
  g_autoptr (SfParameters) parameters = sf_parameters_parse (text != NULL ? text : "");
  /* A text without a size has the prompts alone: no model was ever open. */
  gboolean has_settings = same_model && parameters->width > 0;

  sfumato_prompt_set_text (self->prompt, prompt != NULL ? prompt : parameters->prompt);
  if (prompt == NULL)
    sfumato_prompt_set_negative (self->prompt, parameters->negative);
  if (has_settings)
    sfumato_window_restore_settings (self, parameters);
  return has_settings;
}

/* In place of @last, which is not there now and opened again when it is. */
static void
open_stand_in (SfumatoWindow *self, GFile *last)
{
  g_autofree char *path = sf_bundled_model_path ();
  g_autofree char *name = sfumato_window_name_of (last);
  g_autofree char *message
      = g_strdup_printf (_ ("“%s” is not there now, so that the bundled model is opened"), name);

  sfumato_window_load (self, path, FALSE);
  self->stand_in = TRUE;
  sfumato_window_toast (self, message);
}

static void
open_last_model (SfumatoWindow *self, const char *prompt)
{
  g_autoptr (GFile) last = recall_model (self);
  g_autofree char *path = last != NULL ? g_file_get_path (last) : sf_bundled_model_path ();
  gboolean is_there = last == NULL || (path != NULL && g_file_test (path, G_FILE_TEST_EXISTS));
  gboolean has_settings = recall_work (self, prompt, is_there);

  if (is_there)
    sfumato_window_load (self, path, has_settings);
  else
    open_stand_in (self, last);
}

void
sfumato_window_open_first_model (SfumatoWindow *self, GFile *file, const char *prompt)
{
  g_autofree char *path = file != NULL ? g_file_get_path (file) : NULL;

  if (path != NULL && !sfumato_window_is_picture (path))
    {
      gboolean same_model = is_model_of_last_time (self, file);
      sfumato_window_load (self, path, recall_work (self, prompt, same_model));
      return;
    }
  open_last_model (self, prompt);
  if (file != NULL)
    sfumato_window_open (self, file);
}

/* Settings belong to the model that they were last used with: another one starts with its own, and
 * one that stands in leaves them as they were. Prompts go with any. */
static void
remember_work (SfumatoWindow *self)
{
  gboolean is_own = self->model != NULL && !self->stand_in;
  g_autofree char *before = g_settings_get_string (self->settings, "last-settings");
  g_autoptr (SfParameters) parameters
      = is_own ? sf_parameters_new () : sf_parameters_parse (before);

  if (is_own)
    {
      g_autoptr (GFile) model = g_file_new_for_path (self->model->path);
      g_autofree char *uri = g_file_get_uri (model);
      g_autofree char *bundled = sf_bundled_model_path ();
      sfumato_settings_store (self->panel, parameters);
      g_settings_set_string (self->settings, "model",
                             g_str_equal (self->model->path, bundled) ? "" : uri);
    }
  g_autofree char *prompt = sfumato_prompt_get_text (self->prompt);
  g_autofree char *negative = sfumato_prompt_get_negative (self->prompt);
  sf_parameters_set (&parameters->prompt, prompt);
  sf_parameters_set (&parameters->negative, negative);
  g_autofree char *text = sf_parameters_build (parameters);
  g_settings_set_string (self->settings, "last-settings", text);
}

void
sfumato_window_remember (SfumatoWindow *self)
{
  int width, height;

  if (self->settings == NULL)
    return;
  gtk_window_get_default_size (GTK_WINDOW (self), &width, &height);
  g_settings_set (self->settings, "window-size", "(ii)", width, height);
  g_settings_set_boolean (self->settings, "maximized", gtk_window_is_maximized (GTK_WINDOW (self)));
  g_settings_set_boolean (self->settings, "show-history",
                          gtk_revealer_get_reveal_child (self->history_side));
  g_settings_set_boolean (self->settings, "show-settings",
                          gtk_revealer_get_reveal_child (self->settings_side));
  remember_work (self);
}

void
sfumato_window_recall (SfumatoWindow *self)
{
  int width, height;

  if (self->settings == NULL)
    return;
  g_settings_get (self->settings, "window-size", "(ii)", &width, &height);
  gtk_window_set_default_size (GTK_WINDOW (self), width, height);
  if (g_settings_get_boolean (self->settings, "maximized"))
    gtk_window_maximize (GTK_WINDOW (self));
  gtk_revealer_set_reveal_child (self->history_side,
                                 g_settings_get_boolean (self->settings, "show-history"));
  gtk_revealer_set_reveal_child (self->settings_side,
                                 g_settings_get_boolean (self->settings, "show-settings"));
}
