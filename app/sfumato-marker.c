/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sfumato-marker.h"

#include <adwaita.h>

struct _SfumatoMarker
{
  GObject parent_instance;

  /* Owned */
  SfModelInfo *model; /* NULL while none is open */

  /* Borrowed */
  GtkTextView *view;
  GtkTextTag *tag; /* the buffer's */
};

G_DEFINE_FINAL_TYPE (SfumatoMarker, sfumato_marker, G_TYPE_OBJECT)

/* Libadwaita's warning colour as it is for text: 4.5 to 1 and more against the view, and darker or
 * lighter still for who asks for contrast. A tag takes no colour by name. */
static const char *
underline_colour (AdwStyleManager *style)
{
  gboolean sharp = adw_style_manager_get_high_contrast (style);

  if (adw_style_manager_get_dark (style))
    return sharp ? "#ffd9a0" : "#f8a44c";
  return sharp ? "#6b2d00" : "#b05a00";
}

static void
on_style_changed (SfumatoMarker *self)
{
  GdkRGBA colour;

  gdk_rgba_parse (&colour, underline_colour (adw_style_manager_get_default ()));
  g_object_set (self->tag, "underline-rgba", &colour, NULL);
}

static char *
get_text (GtkTextBuffer *buffer)
{
  GtkTextIter start, end;

  gtk_text_buffer_get_bounds (buffer, &start, &end);
  return gtk_text_buffer_get_text (buffer, &start, &end, TRUE);
}

static void
mark_words (SfumatoMarker *self, GtkTextBuffer *buffer, const char *text, const GArray *spans)
{
  GtkTextIter start, end;

  gtk_text_buffer_get_bounds (buffer, &start, &end);
  gtk_text_buffer_remove_tag (buffer, self->tag, &start, &end);
  for (guint i = 0; i < spans->len; i++)
    {
      const SfTextSpan *span = &g_array_index (spans, SfTextSpan, i);
      gtk_text_buffer_get_iter_at_offset (buffer, &start,
                                          g_utf8_pointer_to_offset (text, text + span->start));
      gtk_text_buffer_get_iter_at_offset (buffer, &end,
                                          g_utf8_pointer_to_offset (text, text + span->end));
      gtk_text_buffer_apply_tag (buffer, self->tag, &start, &end);
    }
}

void
sfumato_marker_mark (SfumatoMarker *self, const SfModelInfo *model)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (self->view);
  g_autofree char *text = get_text (buffer);
  g_autoptr (GArray) spans = NULL;
  g_autofree char *sentence = NULL;

  if (model != NULL)
    sf_model_info_ref ((SfModelInfo *)model);
  g_clear_pointer (&self->model, sf_model_info_unref);
  self->model = (SfModelInfo *)model;
  spans = model != NULL ? sf_model_info_find_unknown (model, text)
                        : g_array_new (FALSE, FALSE, sizeof (SfTextSpan));
  mark_words (self, buffer, text, spans);
  sentence = model != NULL ? sf_model_info_name_unknown (model, text) : NULL;
  if (sentence != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (self->view),
                                    GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, sentence, -1);
  else
    gtk_accessible_reset_property (GTK_ACCESSIBLE (self->view),
                                   GTK_ACCESSIBLE_PROPERTY_DESCRIPTION);
}

/* The marked word at a place of the view, in its coordinates, or NULL. */
static char *
word_at (SfumatoMarker *self, int x, int y)
{
  GtkTextIter start, end;
  int buffer_x, buffer_y;

  gtk_text_view_window_to_buffer_coords (self->view, GTK_TEXT_WINDOW_WIDGET, x, y, &buffer_x,
                                         &buffer_y);
  if (!gtk_text_view_get_iter_at_position (self->view, &start, NULL, buffer_x, buffer_y)
      || !gtk_text_iter_has_tag (&start, self->tag))
    return NULL;
  end = start;
  if (!gtk_text_iter_starts_tag (&start, self->tag))
    gtk_text_iter_backward_to_tag_toggle (&start, self->tag);
  gtk_text_iter_forward_to_tag_toggle (&end, self->tag);
  return gtk_text_iter_get_text (&start, &end);
}

static gboolean
on_query_tooltip (SfumatoMarker *self, int x, int y, gboolean by_keyboard, GtkTooltip *tooltip)
{
  g_autofree char *word = by_keyboard ? NULL : word_at (self, x, y);
  g_autofree char *sentence
      = word != NULL && self->model != NULL ? sf_model_info_name_unknown (self->model, word) : NULL;

  if (sentence == NULL)
    return FALSE;
  gtk_tooltip_set_text (tooltip, sentence);
  return TRUE;
}

SfumatoMarker *
sfumato_marker_new (GtkTextView *view)
{
  SfumatoMarker *self = g_object_new (SFUMATO_TYPE_MARKER, NULL);
  AdwStyleManager *style = adw_style_manager_get_default ();

  self->view = view;
  self->tag = gtk_text_buffer_create_tag (gtk_text_view_get_buffer (view), "unknown", "underline",
                                          PANGO_UNDERLINE_ERROR, NULL);
  g_object_set_data_full (G_OBJECT (view), "sfumato-marker", self, g_object_unref);
  gtk_widget_set_has_tooltip (GTK_WIDGET (view), TRUE);
  g_signal_connect_object (view, "query-tooltip", G_CALLBACK (on_query_tooltip), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (style, "notify::dark", G_CALLBACK (on_style_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (style, "notify::high-contrast", G_CALLBACK (on_style_changed), self,
                           G_CONNECT_SWAPPED);
  on_style_changed (self);
  return self;
}

static void
sfumato_marker_finalize (GObject *object)
{
  g_clear_pointer (&SFUMATO_MARKER (object)->model, sf_model_info_unref);
  G_OBJECT_CLASS (sfumato_marker_parent_class)->finalize (object);
}

static void
sfumato_marker_class_init (SfumatoMarkerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sfumato_marker_finalize;
}

static void
sfumato_marker_init (SfumatoMarker *self)
{
}
