/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Words that the model does not know, in the prompt box. */

#include "app-test.h"

static GtkTextView *
view_of (SfumatoWindow *window, const char *name)
{
  return GTK_TEXT_VIEW (
      gtk_widget_get_template_child (GTK_WIDGET (window->prompt), SFUMATO_TYPE_PROMPT, name));
}

/* The marked words of a view, with a bar between them. */
static char *
marked (GtkTextView *view)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (view);
  GtkTextTag *tag = gtk_text_tag_table_lookup (gtk_text_buffer_get_tag_table (buffer), "unknown");
  g_autoptr (GString) words = g_string_new (NULL);
  GtkTextIter start, end;

  g_assert_nonnull (tag);
  gtk_text_buffer_get_start_iter (buffer, &start);
  while (gtk_text_iter_starts_tag (&start, tag)
         || (gtk_text_iter_forward_to_tag_toggle (&start, tag)
             && gtk_text_iter_starts_tag (&start, tag)))
    {
      end = start;
      gtk_text_iter_forward_to_tag_toggle (&end, tag);
      g_autofree char *word = gtk_text_iter_get_text (&start, &end);
      g_string_append_printf (words, "%s%s", words->len > 0 ? "|" : "", word);
      start = end;
    }
  return g_string_free (g_steal_pointer (&words), FALSE);
}

static void
assert_marked (SfumatoWindow *window, const char *view, const char *words)
{
  g_autofree char *found = marked (view_of (window, view));

  g_assert_cmpstr (found, ==, words);
}

static GtkLabel *
line_of (SfumatoWindow *window)
{
  return GTK_LABEL (
      gtk_widget_get_template_child (GTK_WIDGET (window->prompt), SFUMATO_TYPE_PROMPT, "unknown"));
}

/* NULL: there is no line. */
static void
assert_line (SfumatoWindow *window, const char *sentence)
{
  GtkLabel *line = line_of (window);

  g_assert_cmpint (gtk_widget_get_visible (GTK_WIDGET (line)), ==, sentence != NULL);
  if (sentence != NULL)
    g_assert_cmpstr (gtk_label_get_text (line), ==, sentence);
}

static void
test_marks (void)
{
  fake_engine_set_words ("a red boat größe");
  SfumatoWindow *window = app_test_open ();

  sfumato_prompt_set_text (window->prompt, "a größe (dragon:1.2), größe dragon boat3");
  sfumato_prompt_set_negative (window->prompt, "boat, Rain");
  assert_marked (window, "text", "dragon|dragon");
  assert_marked (window, "negative", "Rain");
  assert_line (window, "This model does not know “dragon” and “Rain”.");

  sfumato_prompt_set_text (window->prompt, "a red boat");
  assert_marked (window, "text", "");
  assert_line (window, "This model does not know “Rain”.");
  sfumato_prompt_set_negative (window->prompt, "");
  assert_marked (window, "negative", "");
  assert_line (window, NULL);
  app_test_close (window);
}

static void
test_other_model (void)
{
  SfumatoWindow *window = app_test_open ();

  sfumato_prompt_set_text (window->prompt, "a dragon");
  assert_marked (window, "text", "");
  assert_line (window, NULL);
  fake_engine_set_words ("a boat");
  sfumato_window_open_model (window, "small");
  app_test_wait_idle (window);
  assert_marked (window, "text", "dragon");
  fake_engine_set_words (NULL);
  sfumato_window_open_model (window, "large");
  app_test_wait_idle (window);
  assert_marked (window, "text", "");
  assert_line (window, NULL);
  app_test_close (window);
}

static gboolean
has_line (gpointer window)
{
  return gtk_widget_get_visible (GTK_WIDGET (line_of (window)));
}

/* What is being typed is left alone until the typing rests. */
static void
test_typing (void)
{
  fake_engine_set_words ("a boat");
  SfumatoWindow *window = app_test_open ();

  gtk_text_buffer_insert_at_cursor (gtk_text_view_get_buffer (view_of (window, "text")), "a bo",
                                    -1);
  assert_marked (window, "text", "");
  assert_line (window, NULL);
  app_test_wait (has_line, window);
  assert_marked (window, "text", "bo");
  app_test_close (window);
}

/* Whether there is a tooltip at the middle of the character at @offset. */
static gboolean
has_tooltip_at (GtkTextView *view, int offset)
{
  g_autoptr (GtkTooltip) tooltip = g_object_new (GTK_TYPE_TOOLTIP, NULL);
  gboolean shown = FALSE;
  GtkTextIter iter;
  GdkRectangle place;
  int x, y;

  gtk_text_buffer_get_iter_at_offset (gtk_text_view_get_buffer (view), &iter, offset);
  gtk_text_view_get_iter_location (view, &iter, &place);
  gtk_text_view_buffer_to_window_coords (view, GTK_TEXT_WINDOW_WIDGET, place.x + place.width / 2,
                                         place.y + place.height / 2, &x, &y);
  g_signal_emit_by_name (view, "query-tooltip", x, y, FALSE, tooltip, &shown);
  return shown;
}

static void
test_tooltip (void)
{
  fake_engine_set_words ("a boat");
  SfumatoWindow *window = app_test_open ();
  GtkTextView *view = view_of (window, "text");

  sfumato_prompt_set_text (window->prompt, "a dragon boat");
  while (g_main_context_iteration (NULL, FALSE))
    ;
  for (guint i = 0; i < 13; i++)
    g_assert_cmpint (has_tooltip_at (view, i), ==, i >= 2 && i < 8);
  app_test_close (window);
}

static char *
underline_of (GtkTextView *view)
{
  GtkTextTagTable *tags = gtk_text_buffer_get_tag_table (gtk_text_view_get_buffer (view));
  g_autoptr (GdkRGBA) colour = NULL;

  g_object_get (gtk_text_tag_table_lookup (tags, "unknown"), "underline-rgba", &colour, NULL);
  return gdk_rgba_to_string (colour);
}

static void
test_dark (void)
{
  SfumatoWindow *window = app_test_open ();
  AdwStyleManager *style = adw_style_manager_get_default ();

  adw_style_manager_set_color_scheme (style, ADW_COLOR_SCHEME_FORCE_LIGHT);
  g_autofree char *light = underline_of (view_of (window, "text"));
  adw_style_manager_set_color_scheme (style, ADW_COLOR_SCHEME_FORCE_DARK);
  g_autofree char *dark = underline_of (view_of (window, "text"));
  adw_style_manager_set_color_scheme (style, ADW_COLOR_SCHEME_DEFAULT);
  g_assert_cmpstr (light, !=, dark);
  app_test_close (window);
}

int
main (int argc, char **argv)
{
  app_test_init (&argc, &argv);
  g_test_add_func ("/app/unknown/marks", test_marks);
  g_test_add_func ("/app/unknown/other-model", test_other_model);
  g_test_add_func ("/app/unknown/typing", test_typing);
  g_test_add_func ("/app/unknown/tooltip", test_tooltip);
  g_test_add_func ("/app/unknown/dark", test_dark);
  return g_test_run ();
}
