/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>
#include <string.h>

#include "compat.h"
#include "image/parameters.h"
#include "image/png.h"
#include "sfumato-window-private.h"

/* Characters of a stranger's prompt in a question. */
#define MOST_SHOWN 400

char *
sfumato_window_name_of (GFile *file)
{
  g_autofree char *name = g_file_get_basename (file);

  return g_filename_display_name (name);
}

void
sfumato_window_keep_asked (SfumatoWindow *self)
{
  g_clear_pointer (&self->asked, sf_parameters_free);
  self->asked = sf_parameters_new ();
  sfumato_settings_store (self->panel, self->asked);
}

void
sfumato_window_load (SfumatoWindow *self, const char *path, gboolean keep)
{
  sfumato_banner_hide (self->error);
  if (keep)
    g_clear_pointer (&self->asked, sf_parameters_free);
  else
    sfumato_window_keep_asked (self);
  sfumato_jobs_load_model (self->jobs, path);
}

void
sfumato_window_open_model (SfumatoWindow *self, const char *path)
{
  sfumato_window_load (self, path, self->model != NULL && g_str_equal (self->model->path, path));
}

void
sfumato_window_restore_settings (SfumatoWindow *self, const SfParameters *parameters)
{
  g_autofree char *lost = sfumato_settings_name_lost (self->panel, parameters, self->model);

  sfumato_settings_restore (self->panel, parameters);
  if (lost != NULL)
    sfumato_window_toast (self, lost);
}

void
sfumato_window_restore (SfumatoWindow *self, const char *text)
{
  g_autoptr (SfParameters) parameters = sf_parameters_parse (text);

  sfumato_prompt_set_text (self->prompt, parameters->prompt);
  sfumato_prompt_set_negative (self->prompt, parameters->negative);
  sfumato_window_restore_settings (self, parameters);
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

/* @parameters: (transfer full): the text of a picture, of any origin and length. */
static void
offer_settings (SfumatoWindow *self, GFile *file, char *parameters)
{
  g_autofree char *name = sfumato_window_name_of (file);
  g_autofree char *prompt = sfumato_picture_prompt_of (parameters);

  if (g_utf8_strlen (prompt, -1) > MOST_SHOWN)
    strcpy (g_utf8_offset_to_pointer (prompt, MOST_SHOWN - 1), "…");
  g_autofree char *body
      = g_strdup_printf (_ ("%s carries the settings that it was made with:\n\n%s"), name,
                         *prompt != '\0' ? prompt : _ ("No prompt"));
  g_object_set_data_full (G_OBJECT (self), "sfumato-dropped", parameters, g_free);
  sfumato_compat_ask (GTK_WINDOW (self), _ ("Use the Picture's Settings?"), body,
                      _ ("_Use Settings"), FALSE, on_restore_answer, G_OBJECT (self));
}

static void
read_settings (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_autofree char *path = g_file_get_path (data);
  GError *error = NULL;
  char *parameters = sf_png_read_parameters (path, &error);

  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, parameters, g_free);
}

static void
on_settings_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SfumatoWindow *self = SFUMATO_WINDOW (source);
  GFile *file = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  char *parameters = g_task_propagate_pointer (G_TASK (result), &error);

  self->n_reading--;
  if (sfumato_window_is_closed (self))
    g_free (parameters);
  else if (error != NULL)
    {
      g_autofree char *path = g_file_get_path (file);
      g_autofree char *shown = g_filename_display_name (path);
      sfumato_banner_show_error (self->error, _ ("The picture was not read"), error->message,
                                 shown);
    }
  else if (parameters == NULL)
    sfumato_window_toast (self, _ ("This picture carries no settings"));
  else
    offer_settings (self, file, parameters);
}

/* In a thread, as the settings may stand behind hundreds of megabytes of a picture. */
static void
open_picture (SfumatoWindow *self, GFile *file)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, on_settings_read, NULL);

  self->n_reading++;
  g_task_set_task_data (task, g_object_ref (file), g_object_unref);
  g_task_run_in_thread (task, read_settings);
}

gboolean
sfumato_window_is_picture (const char *path)
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
  else if (!sfumato_window_is_picture (path))
    sfumato_window_open_model (self, path);
  else if (self->model == NULL && sfumato_jobs_is_busy (self->jobs))
    g_set_object (&self->picture_when_open, file);
  else
    open_picture (self, file);
}

void
sfumato_window_open_waiting (SfumatoWindow *self)
{
  g_autoptr (GFile) picture = g_steal_pointer (&self->picture_when_open);

  if (picture != NULL)
    sfumato_window_open (self, picture);
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
