/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app-test.h"
#include "sfumato-picture.h"

#include <glib/gstdio.h>
#include <utime.h>

#include "sfumato-canvas-input.h"

static gboolean
is_allocated (gpointer widget)
{
  return gtk_widget_get_width (widget) > 0 && gtk_widget_get_mapped (widget);
}

/* A window with only a canvas of 400 by 300. */
static SfumatoCanvas *
show_canvas (void)
{
  GtkWidget *window = gtk_window_new ();
  GtkWidget *canvas
      = g_object_new (SFUMATO_TYPE_CANVAS, "width-request", 400, "height-request", 300, "halign",
                      GTK_ALIGN_START, "valign", GTK_ALIGN_START, NULL);

  gtk_window_set_child (GTK_WINDOW (window), canvas);
  gtk_window_present (GTK_WINDOW (window));
  app_test_wait (is_allocated, canvas);
  return SFUMATO_CANVAS (canvas);
}

static void
close_canvas (SfumatoCanvas *canvas)
{
  gtk_window_destroy (GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (canvas))));
}

static void
test_zoom (void)
{
  SfumatoCanvas *canvas = show_canvas ();
  g_autoptr (SfResult) result = app_test_make_result (1000, 500, 3, "x\nSteps: 1");

  sfumato_canvas_set_result (canvas, result);
  g_assert_true (sfumato_canvas_is_fit (canvas));
  g_assert_cmpfloat (sfumato_canvas_get_zoom (canvas), <, 0.5);
  sfumato_canvas_zoom_original (canvas);
  g_assert_cmpfloat_with_epsilon (sfumato_canvas_get_zoom (canvas), 1, 1e-9);
  sfumato_canvas_zoom_in (canvas);
  g_assert_cmpfloat_with_epsilon (sfumato_canvas_get_zoom (canvas), 1.25, 1e-9);
  for (guint i = 0; i < 100; i++)
    sfumato_canvas_zoom_in (canvas);
  g_assert_cmpfloat (sfumato_canvas_get_zoom (canvas), <=, 32.0001);
  sfumato_canvas_zoom_fit (canvas);
  g_assert_true (sfumato_canvas_is_fit (canvas));
  close_canvas (canvas);
}

/* The pixel under the pointer stays there. */
static void
test_zoom_at_pointer (void)
{
  SfumatoCanvas *canvas = show_canvas ();
  g_autoptr (SfResult) result = app_test_make_result (1000, 1000, 3, "x\nSteps: 1");
  graphene_rect_t before, after;

  sfumato_canvas_set_result (canvas, result);
  sfumato_canvas_zoom_original (canvas);
  sfumato_canvas_get_rectangle (canvas, &before);
  sfumato_canvas_zoom_at (canvas, 2, 100, 50);
  sfumato_canvas_get_rectangle (canvas, &after);
  double x_before = 100 - before.origin.x, x_after = (100 - after.origin.x) / 2;
  double y_before = 50 - before.origin.y, y_after = (50 - after.origin.y) / 2;
  g_assert_cmpfloat_with_epsilon (x_before, x_after, 1);
  g_assert_cmpfloat_with_epsilon (y_before, y_after, 1);
  close_canvas (canvas);
}

static void
test_preview_has_the_size_of_the_picture (void)
{
  SfumatoCanvas *canvas = show_canvas ();
  g_autoptr (SfResult) result = app_test_make_result (256, 128, 3, "x\nSteps: 1");
  g_autoptr (SfImage) preview = sf_image_new (32, 16, 3);
  graphene_rect_t of_preview, of_picture;

  sfumato_canvas_set_preview (canvas, preview, 256, 128);
  sfumato_canvas_get_rectangle (canvas, &of_preview);
  sfumato_canvas_set_result (canvas, result);
  sfumato_canvas_get_rectangle (canvas, &of_picture);
  g_assert_true (graphene_rect_equal (&of_preview, &of_picture));
  close_canvas (canvas);
}

static void
test_drag_gives_a_file (void)
{
  SfumatoCanvas *canvas = show_canvas ();
  g_autoptr (SfResult) result = app_test_make_result (16, 16, 3, "a boat\nSteps: 1");

  g_assert_null (sfumato_canvas_get_content (canvas));
  sfumato_canvas_set_result (canvas, result);
  g_autoptr (GdkContentProvider) content = sfumato_canvas_get_content (canvas);
  g_auto (GValue) value = G_VALUE_INIT;
  g_value_init (&value, G_TYPE_FILE);
  g_assert_true (gdk_content_provider_get_value (content, &value, NULL));
  g_assert_true (g_file_query_exists (g_value_get_object (&value), NULL));
  close_canvas (canvas);
}

static char *
write_dragged (const char *name, time_t time)
{
  char *path = g_build_filename (g_get_user_cache_dir (), "sfumato", "dragged", name, NULL);
  g_autofree char *folder = g_path_get_dirname (path);
  struct utimbuf times = { time, time };

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, "x", -1, NULL));
  if (time != 0)
    g_assert_cmpint (g_utime (path, &times), ==, 0);
  return path;
}

/* What was dragged is not kept for ever, neither by the next drag nor by the next start. */
static void
test_old_drags_go (void)
{
  g_autofree char *fresh = write_dragged ("fresh.png", 0);
  g_autofree char *old = write_dragged ("old.png", 1000000);
  SfumatoCanvas *canvas = show_canvas ();
  g_autoptr (SfResult) result = app_test_make_result (16, 16, 3, "a boat\nSteps: 1");

  g_assert_false (g_file_test (old, G_FILE_TEST_EXISTS));
  g_free (write_dragged ("old.png", 1000000));
  sfumato_canvas_set_result (canvas, result);
  g_autoptr (GdkContentProvider) content = sfumato_canvas_get_content (canvas);
  g_assert_false (g_file_test (old, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (fresh, G_FILE_TEST_EXISTS));
  g_unlink (fresh);
  close_canvas (canvas);
}

static void
test_names (void)
{
  g_autoptr (SfResult) boat
      = app_test_make_result (8, 8, 42, "A red boat, (calm:1.2) sea & ../../etc\nSteps: 1");
  g_autoptr (SfResult) empty = app_test_make_result (8, 8, 7, "\nSteps: 1");
  g_autofree char *first = sfumato_picture_suggest_name (boat);
  g_autofree char *second = sfumato_picture_suggest_name (empty);

  g_assert_cmpstr (first, ==, "a-red-boat-calm-1-2-sea-etc-42.png");
  g_assert_cmpstr (second, ==, "sfumato-7.png");
}

static void
test_accessible (void)
{
  SfumatoCanvas *canvas = show_canvas ();
  g_autoptr (SfResult) result = app_test_make_result (8, 8, 1, "a boat\nSteps: 1");

  gtk_test_accessible_assert_role (canvas, GTK_ACCESSIBLE_ROLE_IMG);
  sfumato_canvas_set_result (canvas, result);
  gtk_test_accessible_assert_property (canvas, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, "a boat");
  close_canvas (canvas);
}

int
main (int argc, char **argv)
{
  /* Where what accessibility tools would be told can be looked at, if nothing is announced to them.
   */
  g_setenv ("GTK_A11Y", "test", TRUE);
  app_test_init (&argc, &argv);
  g_test_add_func ("/app/canvas/zoom", test_zoom);
  g_test_add_func ("/app/canvas/zoom-at-pointer", test_zoom_at_pointer);
  g_test_add_func ("/app/canvas/preview-has-the-size-of-the-picture",
                   test_preview_has_the_size_of_the_picture);
  g_test_add_func ("/app/canvas/drag-gives-a-file", test_drag_gives_a_file);
  g_test_add_func ("/app/canvas/old-drags-go", test_old_drags_go);
  g_test_add_func ("/app/canvas/names", test_names);
  g_test_add_func ("/app/canvas/accessible", test_accessible);
  return g_test_run ();
}
