/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sfumato-prompt.h"

#include <glib/gi18n.h>

#include "sfumato-marker.h"

/* Typing must rest so long before words are marked: half a word is never known. */
#define REST_MILLISECONDS 600

struct _SfumatoPrompt
{
  GtkWidget parent_instance;

  /* Owned */
  SfEngine *engine;

  /* Borrowed: children of the template */
  GtkWidget *box;
  GtkTextView *text;
  GtkTextView *negative;
  GtkWidget *placeholder;
  GtkWidget *negative_placeholder;
  GtkExpander *expander;
  GtkLabel *count;
  GtkLabel *unknown;
  SfumatoMarker *marker;
  SfumatoMarker *negative_marker;

  guint resting; /* source, 0 while none waits */
};

G_DEFINE_FINAL_TYPE (SfumatoPrompt, sfumato_prompt, GTK_TYPE_WIDGET)

static char *
view_text (GtkTextView *view)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (view);
  GtkTextIter start, end;

  gtk_text_buffer_get_bounds (buffer, &start, &end);
  return gtk_text_buffer_get_text (buffer, &start, &end, FALSE);
}

static void
recount (SfumatoPrompt *self)
{
  g_autofree char *text = view_text (self->text);
  g_autofree char *label = NULL;
  guint places = 0;

  guint n = self->engine != NULL ? sf_engine_count_tokens (self->engine, text, &places) : 0;
  if (places > 0)
    label = g_strdup_printf ("%u/%u", n, MAX (1, (n + places - 1) / places) * places);
  gtk_label_set_text (self->count, label != NULL ? label : "");
}

/* Underlines what the model does not know, and names it below. */
static void
mark (SfumatoPrompt *self)
{
  g_autoptr (SfModelInfo) model = self->engine != NULL ? sf_engine_get_model (self->engine) : NULL;
  g_autofree char *text = view_text (self->text);
  g_autofree char *negative = view_text (self->negative);
  g_autofree char *both = g_strconcat (text, "\n", negative, NULL);
  g_autofree char *sentence = model != NULL ? sf_model_info_name_unknown (model, both) : NULL;

  g_clear_handle_id (&self->resting, g_source_remove);
  sfumato_marker_mark (self->marker, model);
  sfumato_marker_mark (self->negative_marker, model);
  gtk_label_set_text (self->unknown, sentence != NULL ? sentence : "");
  gtk_widget_set_visible (GTK_WIDGET (self->unknown), sentence != NULL);
}

static gboolean
on_rested (gpointer data)
{
  SfumatoPrompt *self = data;

  self->resting = 0;
  mark (self);
  return G_SOURCE_REMOVE;
}

void
sfumato_prompt_refresh (SfumatoPrompt *self)
{
  recount (self);
  mark (self);
}

static void
on_text_changed (SfumatoPrompt *self)
{
  g_autofree char *text = view_text (self->text);
  g_autofree char *negative = view_text (self->negative);

  gtk_widget_set_visible (self->placeholder, *text == '\0');
  gtk_widget_set_visible (self->negative_placeholder, *negative == '\0');
  recount (self);
  g_clear_handle_id (&self->resting, g_source_remove);
  self->resting = g_timeout_add (REST_MILLISECONDS, on_rested, self);
}

void
sfumato_prompt_set_engine (SfumatoPrompt *self, SfEngine *engine)
{
  g_set_object (&self->engine, engine);
  sfumato_prompt_refresh (self);
}

char *
sfumato_prompt_get_text (SfumatoPrompt *self)
{
  return view_text (self->text);
}

/* As if it had been typed, so that it can be undone; gtk_text_buffer_set_text() forgets all steps.
 */
static void
replace_text (GtkTextView *view, const char *text)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (view);
  GtkTextIter start, end;

  gtk_text_buffer_begin_user_action (buffer);
  gtk_text_buffer_get_bounds (buffer, &start, &end);
  gtk_text_buffer_delete (buffer, &start, &end);
  gtk_text_buffer_insert (buffer, &start, text, -1);
  gtk_text_buffer_end_user_action (buffer);
}

void
sfumato_prompt_set_text (SfumatoPrompt *self, const char *text)
{
  replace_text (self->text, text);
  mark (self);
}

char *
sfumato_prompt_get_negative (SfumatoPrompt *self)
{
  return view_text (self->negative);
}

void
sfumato_prompt_set_negative (SfumatoPrompt *self, const char *text)
{
  replace_text (self->negative, text);
  mark (self);
  if (*text != '\0')
    gtk_expander_set_expanded (self->expander, TRUE);
}

void
sfumato_prompt_focus (SfumatoPrompt *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self->text));
}

static gboolean
sfumato_prompt_grab_focus (GtkWidget *widget)
{
  sfumato_prompt_focus (SFUMATO_PROMPT (widget));
  return TRUE;
}

static void
sfumato_prompt_dispose (GObject *object)
{
  SfumatoPrompt *self = SFUMATO_PROMPT (object);

  g_clear_handle_id (&self->resting, g_source_remove);
  g_clear_object (&self->engine);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  G_OBJECT_CLASS (sfumato_prompt_parent_class)->dispose (object);
}

static void
sfumato_prompt_class_init (SfumatoPromptClass *klass)
{
  GtkWidgetClass *widget = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sfumato_prompt_dispose;
  widget->grab_focus = sfumato_prompt_grab_focus;
  gtk_widget_class_set_layout_manager_type (widget, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget, "prompt");
  gtk_widget_class_set_template_from_resource (widget,
                                               "/io/github/sfumato/Sfumato/sfumato-prompt.ui");
  gtk_widget_class_bind_template_child (widget, SfumatoPrompt, box);
  gtk_widget_class_bind_template_child (widget, SfumatoPrompt, text);
  gtk_widget_class_bind_template_child (widget, SfumatoPrompt, negative);
  gtk_widget_class_bind_template_child (widget, SfumatoPrompt, placeholder);
  gtk_widget_class_bind_template_child (widget, SfumatoPrompt, negative_placeholder);
  gtk_widget_class_bind_template_child (widget, SfumatoPrompt, expander);
  gtk_widget_class_bind_template_child (widget, SfumatoPrompt, count);
  gtk_widget_class_bind_template_child (widget, SfumatoPrompt, unknown);
}

static void
sfumato_prompt_init (SfumatoPrompt *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->marker = sfumato_marker_new (self->text);
  self->negative_marker = sfumato_marker_new (self->negative);
  g_signal_connect_object (gtk_text_view_get_buffer (self->text), "changed",
                           G_CALLBACK (on_text_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (gtk_text_view_get_buffer (self->negative), "changed",
                           G_CALLBACK (on_text_changed), self, G_CONNECT_SWAPPED);
}
