/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the window opens first, what it remembers, and files whose names are not UTF-8. */
#include "app-test.h"

#include <glib/gstdio.h>

#include "image/png.h"

#define ODD "caf\xe9"
#define ODD_SHOWN "caf\357\277\275"
#define SETTINGS "a tower\nSteps: 9, Sampler: Euler, Seed: 5, Size: 64x256"

static char *
write_picture (const char *name)
{
  g_autoptr (SfImage) image = sf_image_new (8, 8, 3);
  char *path = app_test_temporary_path (name);

  g_assert_true (sf_image_save_png (image, path, SETTINGS, NULL));
  return path;
}

/* As the first one of a program, which opens @path. */
static SfumatoWindow *
open_with (const char *path)
{
  SfumatoWindow *before = app_test_open ();
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (before));
  g_autoptr (GFile) file = path != NULL ? g_file_new_for_path (path) : NULL;

  app_test_close (before);
  SfumatoWindow *window = sfumato_window_new (SFUMATO_APPLICATION (application));
  gtk_window_present (GTK_WINDOW (window));
  sfumato_window_open_first_model (window, file, NULL);
  return window;
}

static void
answer (const char *response)
{
  AdwMessageDialog *dialog = app_test_find_dialog ();

  adw_message_dialog_response (dialog, response);
  gtk_window_destroy (GTK_WINDOW (dialog));
}

/* A picture is no model: its settings are offered when the model, which sets its own, is open. */
static void
test_first_picture (void)
{
  g_autofree char *path = write_picture ("first.png");
  SfumatoWindow *window = open_with (path);

  g_assert_null (app_test_find_dialog ());
  app_test_wait_idle (window);
  app_test_wait_read (window);
  g_assert_cmpstr (window->model->name, ==, "bundled");
  g_assert_nonnull (app_test_find_dialog ());
  answer ("accept");
  g_autoptr (SfRequest) request = sfumato_window_make_request (window);
  g_assert_cmpstr (request->prompt, ==, "a tower");
  g_assert_cmpuint (request->steps, ==, 9);
  g_assert_cmpuint (request->height, ==, 256);
  app_test_close (window);
  app_test_remove_with_folder (path);
}

static void
test_first_model (void)
{
  SfumatoWindow *window = open_with ("/models/first.safetensors");

  app_test_wait_idle (window);
  g_assert_cmpstr (window->model->name, ==, "first.safetensors");
  app_test_close (window);
}

/* Opens @path, and again what was remembered of it. */
static void
assert_remembered (const char *path)
{
  SfumatoWindow *window = open_with (path);

  g_assert_nonnull (window->settings);
  app_test_wait_idle (window);
  sfumato_settings_set_seed (window->panel, 77);
  sfumato_window_remember (window);
  app_test_close (window);

  window = open_with (NULL);
  /* Before the model is open, so that what is changed meanwhile stays. */
  g_autoptr (SfRequest) before = sfumato_window_make_request (window);
  g_assert_cmpint (before->seed, ==, 77);
  sfumato_settings_set_seed (window->panel, 78);
  app_test_wait_idle (window);
  g_assert_cmpstr (window->model->path, ==, path);
  g_autoptr (SfRequest) request = sfumato_window_make_request (window);
  g_assert_cmpint (request->seed, ==, 78);
  g_settings_reset (window->settings, "model");
  app_test_close (window);
}

static void
test_remember (void)
{
  g_autofree char *odd = app_test_temporary_path (ODD);
  g_autofree char *plain = app_test_temporary_path ("a 100% plain ü");

  g_assert_true (g_file_set_contents (odd, "", 0, NULL));
  g_assert_true (g_file_set_contents (plain, "", 0, NULL));
  assert_remembered (odd);
  assert_remembered (plain);
  app_test_remove_with_folder (odd);
  app_test_remove_with_folder (plain);
}

/* A model that is not there for once is neither forgotten nor are its settings; the prompts go on.
 */
static void
test_stand_in (void)
{
  g_autofree char *path = app_test_temporary_path ("away.safetensors");
  g_autofree char *elsewhere = g_strconcat (path, "-not", NULL);

  g_assert_true (g_file_set_contents (path, "", 0, NULL));
  SfumatoWindow *window = open_with (path);
  app_test_wait_idle (window);
  sfumato_settings_set_seed (window->panel, 77);
  sfumato_prompt_set_text (window->prompt, "a tower");
  sfumato_window_remember (window);
  app_test_close (window);

  g_assert_cmpint (g_rename (path, elsewhere), ==, 0);
  window = open_with (NULL);
  app_test_wait_idle (window);
  g_assert_cmpstr (window->model->name, ==, "bundled");
  g_assert_true (app_test_shows (window->toasts, "“away.safetensors” is not there now"));
  g_autofree char *prompt = sfumato_prompt_get_text (window->prompt);
  g_assert_cmpstr (prompt, ==, "a tower");
  sfumato_settings_set_seed (window->panel, 5);
  sfumato_prompt_set_text (window->prompt, "a bridge");
  sfumato_window_remember (window);
  app_test_close (window);

  g_assert_cmpint (g_rename (elsewhere, path), ==, 0);
  window = open_with (NULL);
  app_test_wait_idle (window);
  g_assert_cmpstr (window->model->path, ==, path);
  g_autoptr (SfRequest) request = sfumato_window_make_request (window);
  g_assert_cmpint (request->seed, ==, 77);
  g_assert_cmpstr (request->prompt, ==, "a bridge");
  g_settings_reset (window->settings, "model");
  g_settings_reset (window->settings, "last-settings");
  app_test_close (window);
  app_test_remove_with_folder (path);
}

/* Without ".png" no program knows what it is, this one neither when it is dropped. */
static void
test_suffix (void)
{
  SfumatoWindow *window = app_test_open ();
  g_autofree char *path = app_test_temporary_path ("boat");
  g_autofree char *whole = g_strconcat (path, ".png", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);

  app_test_activate (window, "win.generate");
  app_test_wait_idle (window);
  app_test_save (window, file);
  g_assert_null (sfumato_banner_get_text (window->error));
  g_assert_true (g_file_test (whole, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  app_test_save (window, file);
  g_assert_true (g_str_has_prefix (sfumato_banner_get_text (window->error),
                                   "There is a file “boat.png” already"));
  app_test_remove_with_folder (whole);
  app_test_close (window);
}

static const char *
details_of (SfumatoBanner *banner)
{
  GtkWidget *widget = GTK_WIDGET (banner);

  return gtk_label_get_text (
      GTK_LABEL (gtk_widget_get_template_child (widget, SFUMATO_TYPE_BANNER, "details")));
}

static void
test_odd_model (void)
{
  SfumatoWindow *window = open_with ("/models/" ODD);

  app_test_wait_idle (window);
  fake_engine_fail_with (g_error_new_literal (SF_ERROR, SF_ERROR_MEMORY, "It is too large."));
  app_test_activate (window, "win.generate");
  app_test_wait_idle (window);
  g_assert_nonnull (strstr (details_of (window->error), "/models/" ODD_SHOWN));
  app_test_close (window);
}

static void
test_odd_picture (void)
{
  SfumatoWindow *window = app_test_open ();
  g_autofree char *path = write_picture (ODD ".png");
  g_autofree char *inside = g_build_filename (path, ODD, NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFile) nowhere = g_file_new_for_path (inside);

  sfumato_window_open (window, file);
  app_test_wait_read (window);
  g_assert_true (app_test_shows (app_test_find_dialog (), ODD_SHOWN ".png"));
  answer ("cancel");
  app_test_activate (window, "win.generate");
  app_test_wait_idle (window);
  app_test_save (window, file);
  g_assert_true (app_test_shows (window->toasts, "Saved as " ODD_SHOWN ".png"));
  app_test_save (window, nowhere);
  g_assert_nonnull (strstr (details_of (window->error), ODD_SHOWN));
  g_assert_true (g_file_set_contents (path, "no picture", -1, NULL));
  sfumato_window_open (window, file);
  app_test_wait_read (window);
  g_assert_true (g_str_has_suffix (details_of (window->error), ODD_SHOWN ".png"));
  app_test_remove_with_folder (path);
  app_test_close (window);
}

/* A window that is closed while a file is read for it: nothing is left to tell. */
static void
test_closed_meanwhile (void)
{
  SfumatoWindow *window = app_test_open ();
  g_autofree char *path = write_picture ("late.png");
  g_autoptr (GFile) file = g_file_new_for_path (path);

  sfumato_window_open (window, file);
  g_object_ref (window);
  app_test_close (window);
  app_test_wait_read (window);
  g_assert_null (app_test_find_dialog ());
  g_object_unref (window);
  app_test_remove_with_folder (path);
}

int
main (int argc, char **argv)
{
  app_test_init (&argc, &argv);
  g_test_add_func ("/app/files/first-picture", test_first_picture);
  g_test_add_func ("/app/files/first-model", test_first_model);
  g_test_add_func ("/app/files/remember", test_remember);
  g_test_add_func ("/app/files/stand-in", test_stand_in);
  g_test_add_func ("/app/files/suffix", test_suffix);
  g_test_add_func ("/app/files/odd-model", test_odd_model);
  g_test_add_func ("/app/files/odd-picture", test_odd_picture);
  g_test_add_func ("/app/files/closed-meanwhile", test_closed_meanwhile);
  return g_test_run ();
}
