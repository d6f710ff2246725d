/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>

#include "compat.h"
#include "image/parameters.h"
#include "image/png.h"
#include "sfumato-window-private.h"

void
sfumato_window_open_model (SfumatoWindow *self, const char *path)
{
  sfumato_banner_hide (self->error);
  sfumato_jobs_load_model (self->jobs, path);
}

void
sfumato_window_restore (SfumatoWindow *self, const char *text)
{
  g_autoptr (SfParameters) parameters = sf_parameters_parse (text);

  sfumato_prompt_set_text (self->prompt, parameters->prompt);
  sfumato_prompt_set_negative (self->prompt, parameters->negative);
  sfumato_settings_restore (self->panel, parameters);
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
  g_autofree char *name = g_file_get_basename (file);

  if (error != NULL)
    sfumato_banner_show_error (self->error, _ ("The picture was not read"), error->message, path);
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
has_suffix (const char *path, const char *suffix)
{
  g_autofree char *lower = g_ascii_strdown (path, -1);

  return g_str_has_suffix (lower, suffix);
}

void
sfumato_window_open (SfumatoWindow *self, GFile *file)
{
  g_autofree char *path = g_file_get_path (file);
  g_autofree char *uri = g_file_get_uri (file);

  if (path == NULL)
    sfumato_banner_show_error (self->error, _ ("The file was not opened"),
                               _ ("It is not on this computer: copy it here first."), uri);
  else if (has_suffix (path, ".png"))
    offer_settings (self, file, path);
  else
    sfumato_window_open_model (self, path);
}

void
sfumato_window_open_first_model (SfumatoWindow *self, GFile *model)
{
  g_autofree char *path = NULL;

  if (model != NULL)
    path = g_file_get_path (model);
  else if (self->settings != NULL)
    path = g_settings_get_string (self->settings, "model");
  if (path == NULL || (model == NULL && !g_file_test (path, G_FILE_TEST_EXISTS)))
    {
      g_free (path);
      path = sf_bundled_model_path ();
    }
  if (path != NULL)
    sfumato_window_open_model (self, path);
}

void
sfumato_window_save_to (SfumatoWindow *self, GFile *file)
{
  SfResult *result = sfumato_canvas_get_result (self->canvas);
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_file_get_path (file);
  g_autofree char *name = g_file_get_basename (file);

  if (result == NULL)
    return;
  if (path == NULL)
    sfumato_banner_show_error (self->error, _ ("The picture was not saved"),
                               _ ("Choose a folder on this computer."), "");
  else if (!sf_image_save_png (result->image, path, result->parameters, &error))
    sfumato_banner_show_error (self->error, _ ("The picture was not saved"), error->message, path);
  else
    {
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
  g_settings_set_string (self->settings, "last-settings", text);
  g_settings_set_string (self->settings, "model", self->model->path);
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
  if (self->settings == NULL)
    return;
  g_autofree char *path = g_settings_get_string (self->settings, "model");
  g_autofree char *text = g_settings_get_string (self->settings, "last-settings");
  g_autofree char *prompt = sfumato_prompt_get_text (self->prompt);
  if (*text == '\0' || !g_str_equal (path, self->model->path))
    return;
  if (*prompt == '\0')
    sfumato_window_restore (self, text);
  else
    {
      g_autoptr (SfParameters) parameters = sf_parameters_parse (text);
      sfumato_settings_restore (self->panel, parameters);
    }
}
