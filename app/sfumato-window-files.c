/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>

#include "compat.h"
#include "image/parameters.h"
#include "image/png.h"
#include "sfumato-window-private.h"

/* A file's name without its folder, in UTF-8, which the name itself need not be. */
static char *
name_of (GFile *file)
{
  g_autofree char *name = g_file_get_basename (file);

  return g_filename_display_name (name);
}

void
sfumato_window_open_model (SfumatoWindow *self, const char *path)
{
  sfumato_banner_hide (self->error);
  sfumato_jobs_load_model (self->jobs, path);
}

static void
restore_settings (SfumatoWindow *self, const SfParameters *parameters)
{
  g_autofree char *unknown = sfumato_settings_name_unknown (parameters);

  sfumato_settings_restore (self->panel, parameters);
  if (unknown != NULL)
    sfumato_window_toast (self, unknown);
}

void
sfumato_window_restore (SfumatoWindow *self, const char *text)
{
  g_autoptr (SfParameters) parameters = sf_parameters_parse (text);

  sfumato_prompt_set_text (self->prompt, parameters->prompt);
  sfumato_prompt_set_negative (self->prompt, parameters->negative);
  restore_settings (self, parameters);
}

/* The settings of a dropped picture, until the question is answered. */
static void
on_restore_answer (gboolean accepted, gpointer user_data)
{
  SfumatoWindow *self = user_data;
  const char *parameters = g_object_get_data (G_OBJECT (self), "sfumato-dropped");

  if (accepted && parameters != NULL)
    sfumato_window_restore (self, parameters);
  g_object_set_data (G_OBJECT (self), "sfumato-dropped", NULL);
}

static void
offer_settings (SfumatoWindow *self, GFile *file, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *parameters = sf_png_read_parameters (path, &error);
  g_autofree char *name = name_of (file);
  g_autofree char *shown = g_filename_display_name (path);

  if (error != NULL)
    sfumato_banner_show_error (self->error, _ ("The picture was not read"), error->message, shown);
  else if (parameters == NULL)
    sfumato_window_toast (self, _ ("This picture carries no settings"));
  else
    {
      g_autofree char *prompt = sfumato_picture_prompt_of (parameters);
      g_autofree char *body
          = g_strdup_printf (_ ("%s carries the settings that it was made with:\n\n%s"), name,
                             *prompt != '\0' ? prompt : _ ("No prompt"));
      g_object_set_data_full (G_OBJECT (self), "sfumato-dropped", g_steal_pointer (&parameters),
                              g_free);
      sfumato_compat_ask (GTK_WINDOW (self), _ ("Use the Picture's Settings?"), body,
                          _ ("_Use Settings"), FALSE, on_restore_answer, G_OBJECT (self));
    }
}

static gboolean
is_picture (const char *path)
{
  g_autofree char *lower = g_ascii_strdown (path, -1);

  return g_str_has_suffix (lower, ".png");
}

void
sfumato_window_open (SfumatoWindow *self, GFile *file)
{
  g_autofree char *path = g_file_get_path (file);
  g_autofree char *uri = g_file_get_uri (file);

  if (path == NULL)
    sfumato_banner_show_error (self->error, _ ("The file was not opened"),
                               _ ("It is not on this computer: copy it here first."), uri);
  else if (!is_picture (path))
    sfumato_window_open_model (self, path);
  else if (self->model == NULL && sfumato_jobs_is_busy (self->jobs))
    g_set_object (&self->picture_when_open, file);
  else
    offer_settings (self, file, path);
}

void
sfumato_window_open_waiting (SfumatoWindow *self)
{
  g_autoptr (GFile) picture = g_steal_pointer (&self->picture_when_open);

  if (picture != NULL)
    sfumato_window_open (self, picture);
}

/* The model of last time, or NULL. It is kept as a URI, as a path need not be UTF-8; earlier
 * versions kept the path. */
static GFile *
recall_model (SfumatoWindow *self)
{
  if (self->settings == NULL)
    return NULL;
  g_autofree char *kept = g_settings_get_string (self->settings, "model");
  if (*kept == '\0')
    return NULL;
  return g_path_is_absolute (kept) ? g_file_new_for_path (kept) : g_file_new_for_uri (kept);
}

static void
open_last_model (SfumatoWindow *self)
{
  g_autoptr (GFile) last = recall_model (self);
  g_autofree char *path = last != NULL ? g_file_get_path (last) : NULL;

  if (path == NULL || !g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_free (path);
      path = sf_bundled_model_path ();
    }
  sfumato_window_open_model (self, path);
}

void
sfumato_window_open_first_model (SfumatoWindow *self, GFile *file)
{
  g_autofree char *path = file != NULL ? g_file_get_path (file) : NULL;

  if (path == NULL || is_picture (path))
    open_last_model (self);
  if (file != NULL)
    sfumato_window_open (self, file);
}

void
sfumato_window_save_to (SfumatoWindow *self, GFile *file)
{
  SfResult *result = sfumato_canvas_get_result (self->canvas);
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_file_get_path (file);

  if (result == NULL)
    return;
  if (path == NULL)
    sfumato_banner_show_error (self->error, _ ("The picture was not saved"),
                               _ ("Choose a folder on this computer."), "");
  else if (!sf_image_save_png (result->image, path, result->parameters, &error))
    {
      g_autofree char *shown = g_filename_display_name (path);
      sfumato_banner_show_error (self->error, _ ("The picture was not saved"), error->message,
                                 shown);
    }
  else
    {
      g_autofree char *name = name_of (file);
      g_autofree char *message = g_strdup_printf (_ ("Saved as %s"), name);
      sfumato_window_toast (self, message);
    }
}

static gboolean
on_drop (GtkDropTarget *target, const GValue *value, double x, double y, SfumatoWindow *self)
{
  GSList *files = g_value_get_boxed (value);

  if (files == NULL)
    return FALSE;
  sfumato_window_open (self, files->data);
  return TRUE;
}

/* The picture that is dragged out of the canvas is not dropped into it again. */
static gboolean
on_drop_accept (GtkDropTarget *target, GdkDrop *drop, SfumatoWindow *self)
{
  return gdk_drop_get_drag (drop) == NULL
         && gdk_content_formats_contain_gtype (gdk_drop_get_formats (drop), GDK_TYPE_FILE_LIST);
}

void
sfumato_window_accept_drops (SfumatoWindow *self)
{
  GtkDropTarget *target = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);

  g_signal_connect_object (target, "accept", G_CALLBACK (on_drop_accept), self, 0);
  g_signal_connect_object (target, "drop", G_CALLBACK (on_drop), self, 0);
  gtk_widget_add_controller (GTK_WIDGET (self->stack), GTK_EVENT_CONTROLLER (target));
}

void
sfumato_window_remember (SfumatoWindow *self)
{
  g_autoptr (SfParameters) parameters = sf_parameters_new ();
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
  if (self->model == NULL)
    return;
  sfumato_settings_store (self->panel, parameters);
  parameters->prompt = (g_free (parameters->prompt), sfumato_prompt_get_text (self->prompt));
  parameters->negative
      = (g_free (parameters->negative), sfumato_prompt_get_negative (self->prompt));
  g_autofree char *text = sf_parameters_build (parameters);
  g_autoptr (GFile) model = g_file_new_for_path (self->model->path);
  g_autofree char *uri = g_file_get_uri (model);
  g_settings_set_string (self->settings, "last-settings", text);
  g_settings_set_string (self->settings, "model", uri);
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

/* Settings belong to the model they were last used with: another one starts with its defaults. A
 * prompt that is already there, from the command line or the user, stays. */
void
sfumato_window_recall_settings (SfumatoWindow *self)
{
  g_autoptr (GFile) last = recall_model (self);
  g_autoptr (GFile) model = g_file_new_for_path (self->model->path);

  if (last == NULL || !g_file_equal (last, model))
    return;
  g_autofree char *text = g_settings_get_string (self->settings, "last-settings");
  g_autofree char *prompt = sfumato_prompt_get_text (self->prompt);
  if (*text == '\0')
    return;
  if (*prompt == '\0')
    sfumato_window_restore (self, text);
  else
    {
      g_autoptr (SfParameters) parameters = sf_parameters_parse (text);
      restore_settings (self, parameters);
    }
}
