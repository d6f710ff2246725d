/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sfumato-progress.h"

#include <glib/gi18n.h>

struct _SfumatoProgress
{
  GtkWidget parent_instance;

  /* Borrowed: children of the template */
  GtkWidget *revealer;
  GtkProgressBar *bar;
  GtkLabel *label;
  GtkWidget *stop_all;

  SfProgress last; /* without its pictures */
  gboolean has_last;
  gboolean stopping;
};

G_DEFINE_FINAL_TYPE (SfumatoProgress, sfumato_progress, GTK_TYPE_WIDGET)

static const char *
phase_text (SfPhase phase)
{
  switch (phase)
    {
    case SF_PHASE_PROBING:
      return _ ("Trying what your computer is good at, this once");
    case SF_PHASE_LOADING:
      return _ ("Opening the model");
    case SF_PHASE_PREPARING:
      return _ ("Preparing");
    case SF_PHASE_ENCODING:
      return _ ("Reading the prompt");
    case SF_PHASE_DENOISING:
      return _ ("Drawing");
    case SF_PHASE_DECODING:
      return _ ("Finishing");
    }
  return "";
}

static void
append_time (GString *text, double seconds)
{
  guint whole = (guint)(seconds + 0.999);

  if (seconds < 0)
    return;
  g_string_append (text, " · ");
  if (whole >= 90)
    g_string_append_printf (text, _ ("%u min left"), (whole + 59) / 60);
  else
    g_string_append_printf (text, _ ("%u s left"), whole);
}

static void
append_waiting (GString *text, guint n_waiting)
{
  if (n_waiting == 0)
    return;
  g_string_append (text, " · ");
  g_string_append_printf (text, _ ("%u queued"), n_waiting);
}

static void
append_progress (GString *text, const SfProgress *progress)
{
  if (progress == NULL)
    g_string_append (text, phase_text (SF_PHASE_PREPARING));
  else if (progress->phase == SF_PHASE_DENOISING)
    g_string_append_printf (text, _ ("Step %u/%u"), progress->step, progress->n_steps);
  else if (progress->phase == SF_PHASE_DECODING && progress->in_strips)
    g_string_append (text, _ ("Finishing bit by bit, as memory is short"));
  else
    g_string_append (text, phase_text (progress->phase));
  if (progress != NULL && progress->n_images > 1)
    {
      g_string_append (text, " · ");
      g_string_append_printf (text, _ ("picture %u of %u"), progress->index + 1,
                              progress->n_images);
    }
  if (progress != NULL)
    append_time (text, progress->seconds_left);
}

static char *
compose (SfumatoProgress *self, guint n_waiting)
{
  GString *text = g_string_new (NULL);

  if (self->stopping)
    g_string_append (text, _ ("Stopping"));
  else
    append_progress (text, self->has_last ? &self->last : NULL);
  append_waiting (text, n_waiting);
  return g_string_free (text, FALSE);
}

void
sfumato_progress_show (SfumatoProgress *self, const SfProgress *progress, guint n_waiting)
{
  self->has_last = progress != NULL;
  if (progress == NULL)
    self->stopping = FALSE;
  else
    {
      self->last = *progress;
      self->last.preview = NULL;
      self->last.result = NULL;
    }
  sfumato_progress_set_queue (self, n_waiting, self->stopping);
  gtk_revealer_set_reveal_child (GTK_REVEALER (self->revealer), TRUE);
}

void
sfumato_progress_set_queue (SfumatoProgress *self, guint n_waiting, gboolean stopping)
{
  g_autofree char *text = NULL;

  self->stopping = stopping;
  text = compose (self, n_waiting);
  gtk_label_set_text (self->label, text);
  gtk_widget_set_visible (self->stop_all, n_waiting > 0);
  gtk_progress_bar_set_fraction (self->bar, self->has_last ? self->last.fraction : 0);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->bar), GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT,
                                  text, -1);
}

void
sfumato_progress_hide (SfumatoProgress *self)
{
  gtk_revealer_set_reveal_child (GTK_REVEALER (self->revealer), FALSE);
}

const char *
sfumato_progress_get_text (SfumatoProgress *self)
{
  return gtk_label_get_text (self->label);
}

static void
sfumato_progress_dispose (GObject *object)
{
  g_clear_pointer (&SFUMATO_PROGRESS (object)->revealer, gtk_widget_unparent);
  G_OBJECT_CLASS (sfumato_progress_parent_class)->dispose (object);
}

static void
sfumato_progress_class_init (SfumatoProgressClass *klass)
{
  GtkWidgetClass *widget = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sfumato_progress_dispose;
  gtk_widget_class_set_layout_manager_type (widget, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget,
                                               "/io/github/sfumato/Sfumato/sfumato-progress.ui");
  gtk_widget_class_bind_template_child (widget, SfumatoProgress, revealer);
  gtk_widget_class_bind_template_child (widget, SfumatoProgress, bar);
  gtk_widget_class_bind_template_child (widget, SfumatoProgress, label);
  gtk_widget_class_bind_template_child (widget, SfumatoProgress, stop_all);
}

static void
sfumato_progress_init (SfumatoProgress *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
