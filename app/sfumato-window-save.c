/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Saving a picture: a dialog for the name, and a thread that packs and writes, as both take long
 * enough to be felt for a large picture or a slow disk. */
#include <glib/gi18n.h>

#include "compat.h"
#include "image/png.h"
#include "sfumato-picture.h"
#include "sfumato-window-private.h"

typedef struct
{
  /* Owned */
  SfResult *result;
  char *path;
} Job;

static void
job_free (Job *self)
{
  sf_result_unref (self->result);
  g_free (self->path);
  g_free (self);
}

static void
write_picture (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Job *job = data;
  GError *error = NULL;

  if (sf_image_save_png (job->result->image, job->path, job->result->parameters, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
on_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SfumatoWindow *self = SFUMATO_WINDOW (source);
  Job *job = g_task_get_task_data (G_TASK (result));
  g_autofree char *shown = g_filename_display_name (job->path);
  g_autoptr (GError) error = NULL;

  self->n_saving--;
  if (sfumato_window_is_closed (self))
    return;
  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      self->close_when_saved = FALSE;
      sfumato_banner_show_error (self->error, _ ("The picture was not saved"), error->message,
                                 shown);
      return;
    }
  g_autofree char *name = g_path_get_basename (shown);
  g_autofree char *message = g_strdup_printf (_ ("Saved as %s"), name);
  sfumato_window_toast (self, message);
  if (self->close_when_saved && self->n_saving == 0)
    gtk_window_close (GTK_WINDOW (self));
}

/* By its suffix other programs, and this one, know what it is. The dialog has asked about replacing
 * a file of the name that was typed, not of the one with a suffix. */
static char *
find_path (GFile *file, GError **error)
{
  g_autofree char *path = g_file_get_path (file);

  if (path == NULL)
    {
      g_set_error_literal (error, SF_ERROR, SF_ERROR_ARGUMENT,
                           _ ("Choose a folder on this computer."));
      return NULL;
    }
  if (sfumato_window_is_picture (path))
    return g_steal_pointer (&path);
  g_autofree char *whole = g_strconcat (path, ".png", NULL);
  if (!g_file_test (whole, G_FILE_TEST_EXISTS))
    return g_steal_pointer (&whole);
  g_autofree char *name = g_filename_display_basename (whole);
  g_set_error (error, SF_ERROR, SF_ERROR_ARGUMENT,
               _ ("There is a file “%s” already; choose it to replace it, or another name."), name);
  return NULL;
}

void
sfumato_window_save_to (SfumatoWindow *self, SfResult *result, GFile *file)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = find_path (file, &error);

  if (path == NULL)
    {
      g_autofree char *uri = g_file_get_uri (file);
      sfumato_banner_show_error (self->error, _ ("The picture was not saved"), error->message, uri);
      return;
    }
  g_autoptr (GTask) task = g_task_new (self, NULL, on_written, NULL);
  Job *job = g_new0 (Job, 1);
  job->result = sf_result_ref (result);
  job->path = g_steal_pointer (&path);
  g_task_set_task_data (task, job, (GDestroyNotify)job_free);
  self->n_saving++;
  g_task_run_in_thread (task, write_picture);
}

static void
on_chosen (GFile *file, gpointer user_data)
{
  SfumatoWindow *self = user_data;
  g_autoptr (SfResult) result = g_steal_pointer (&self->saving);

  if (file != NULL && result != NULL)
    sfumato_window_save_to (self, result, file);
}

void
sfumato_window_save (SfumatoWindow *self)
{
  SfResult *result = sfumato_canvas_get_result (self->canvas);

  if (result == NULL)
    return;
  g_autofree char *name = sfumato_picture_suggest_name (result);
  /* Another picture may be shown when the dialog is answered. */
  g_clear_pointer (&self->saving, sf_result_unref);
  self->saving = sf_result_ref (result);
  sfumato_compat_choose_new (GTK_WINDOW (self), _ ("Save the Picture"), name, on_chosen,
                             G_OBJECT (self));
}
