/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app-test.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

#define PATIENCE_SECONDS 60

/* All warnings are failures but one: libadwaita measures the heading of its message dialogs for
 * less than it needs, of which GTK warns since 4.18. */
static GLogWriterOutput
write_log (GLogLevelFlags level, const GLogField *fields, gsize n, gpointer data)
{
  for (gsize i = 0; i < n; i++)
    if (g_str_equal (fields[i].key, "MESSAGE")
        && g_str_has_prefix (fields[i].value, "Trying to measure GtkLabel"))
      return G_LOG_WRITER_HANDLED;
  return g_log_writer_default (level, fields, n, data);
}

void
app_test_init (int *argc, char ***argv)
{
  g_test_init (argc, argv, NULL);
  if (!gtk_init_check ())
    {
      g_print ("1..0 # SKIP there is no display\n");
      exit (0);
    }
  adw_init ();
  g_log_set_writer_func (write_log, NULL, NULL);
}

static SfumatoApplication *
get_application (void)
{
  static SfumatoApplication *application;
  g_autoptr (GError) error = NULL;

  if (application == NULL)
    {
      application = sfumato_application_new ();
      g_application_set_flags (G_APPLICATION (application),
                               G_APPLICATION_NON_UNIQUE | G_APPLICATION_HANDLES_COMMAND_LINE);
      g_application_register (G_APPLICATION (application), NULL, &error);
      g_assert_no_error (error);
    }
  return application;
}

static gboolean
on_late (gpointer data)
{
  g_error ("What the test waits for does not happen.");
  return G_SOURCE_REMOVE;
}

void
app_test_wait (AppTestCondition condition, gpointer data)
{
  guint late = g_timeout_add_seconds (PATIENCE_SECONDS, on_late, NULL);

  while (!condition (data))
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (late);
}

static gboolean
is_idle (gpointer window)
{
  SfumatoJobs *jobs = SFUMATO_WINDOW (window)->jobs;

  return !sfumato_jobs_is_busy (jobs) && sfumato_jobs_n_waiting (jobs) == 0;
}

void
app_test_wait_idle (SfumatoWindow *window)
{
  app_test_wait (is_idle, window);
}

static gboolean
is_read (gpointer window)
{
  return SFUMATO_WINDOW (window)->n_reading == 0;
}

void
app_test_wait_read (SfumatoWindow *window)
{
  app_test_wait (is_read, window);
}

static gboolean
is_saved (gpointer window)
{
  return SFUMATO_WINDOW (window)->n_saving == 0;
}

void
app_test_save (SfumatoWindow *window, GFile *file)
{
  sfumato_window_save_to (window, sfumato_canvas_get_result (window->canvas), file);
  app_test_wait (is_saved, window);
}

static gboolean
is_mapped (gpointer widget)
{
  return gtk_widget_get_mapped (widget) && gtk_widget_get_width (widget) > 0;
}

SfumatoWindow *
app_test_open (void)
{
  SfumatoWindow *window = sfumato_window_new (get_application ());

  gtk_window_present (GTK_WINDOW (window));
  app_test_wait (is_mapped, window);
  sfumato_window_open_first_model (window, NULL, NULL);
  app_test_wait_idle (window);
  return window;
}

void
app_test_close (SfumatoWindow *window)
{
  fake_engine_release ();
  sfumato_jobs_clear (window->jobs);
  app_test_wait_idle (window);
  gtk_window_destroy (GTK_WINDOW (window));
  fake_engine_reset ();
}

void
app_test_activate (SfumatoWindow *window, const char *action)
{
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), action, NULL));
}

AdwMessageDialog *
app_test_find_dialog (void)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GObject) window = g_list_model_get_item (windows, i);
      if (ADW_IS_MESSAGE_DIALOG (window))
        return ADW_MESSAGE_DIALOG (window);
    }
  return NULL;
}

gboolean
app_test_shows (gpointer widget, const char *text)
{
  if (GTK_IS_LABEL (widget) && strstr (gtk_label_get_text (widget), text) != NULL)
    return TRUE;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (app_test_shows (child, text))
      return TRUE;
  return FALSE;
}

char *
app_test_temporary_path (const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("sfumato-XXXXXX", &error);

  g_assert_no_error (error);
  return g_build_filename (folder, name, NULL);
}

void
app_test_remove_with_folder (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);

  g_unlink (path);
  g_rmdir (folder);
}

SfResult *
app_test_make_result (guint width, guint height, gint64 seed, const char *parameters)
{
  SfResult *result = g_new0 (SfResult, 1);

  g_atomic_ref_count_init (&result->ref_count);
  result->image = sf_image_new (width, height, 3);
  result->parameters = g_strdup (parameters);
  result->seed = seed;
  return result;
}
