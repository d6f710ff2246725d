/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sfumato-banner.h"

/* More than any line of text is. */
#define WIDE (1 << 20)

struct _SfumatoBanner
{
  GtkWidget parent_instance;

  /* Borrowed: children of the template */
  GtkWidget *box;
  GtkImage *icon;
  GtkLabel *title;
  GtkLabel *sentence;
  GtkWidget *unfold;
  GtkLabel *details;
};

G_DEFINE_FINAL_TYPE (SfumatoBanner, sfumato_banner, GTK_TYPE_WIDGET)

static void
fill (SfumatoBanner *self, const char *title, const char *sentence, const char *details)
{
  gtk_label_set_text (self->title, title);
  gtk_widget_set_visible (GTK_WIDGET (self->title), *title != '\0');
  gtk_label_set_text (self->sentence, sentence);
  gtk_label_set_text (self->details, details);
  gtk_widget_set_visible (self->unfold, *details != '\0');
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->unfold), FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self), TRUE);
}

void
sfumato_banner_show_notice (SfumatoBanner *self, const char *sentence)
{
  gtk_widget_remove_css_class (self->box, "error");
  gtk_image_set_from_icon_name (self->icon, "dialog-information-symbolic");
  fill (self, "", sentence, "");
}

void
sfumato_banner_show_error (SfumatoBanner *self, const char *title, const char *sentence,
                           const char *details)
{
  gtk_widget_add_css_class (self->box, "error");
  gtk_image_set_from_icon_name (self->icon, "dialog-error-symbolic");
  fill (self, title, sentence, details);
}

void
sfumato_banner_hide (SfumatoBanner *self)
{
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}

const char *
sfumato_banner_get_text (SfumatoBanner *self)
{
  if (!gtk_widget_get_visible (GTK_WIDGET (self)))
    return NULL;
  return gtk_label_get_text (self->sentence);
}

static void
on_copy (SfumatoBanner *self)
{
  g_autofree char *text
      = g_strdup_printf ("%s\n%s\n%s\n", gtk_label_get_text (self->title),
                         gtk_label_get_text (self->sentence), gtk_label_get_text (self->details));

  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), text);
}

static GtkSizeRequestMode
sfumato_banner_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

/* Wide enough for a line each, labels of two fonts may be a pixel higher than their least height,
 * which GTK complains of. */
static void
sfumato_banner_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                        int *natural, int *minimum_baseline, int *natural_baseline)
{
  GtkWidget *box = SFUMATO_BANNER (widget)->box;
  int least_wide, natural_wide;

  gtk_widget_measure (box, orientation, for_size, minimum, natural, NULL, NULL);
  if (orientation == GTK_ORIENTATION_HORIZONTAL || for_size >= 0)
    return;
  gtk_widget_measure (box, orientation, WIDE, &least_wide, &natural_wide, NULL, NULL);
  *minimum = MAX (*minimum, least_wide);
  *natural = MAX (*natural, natural_wide);
}

static void
sfumato_banner_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  gtk_widget_size_allocate (SFUMATO_BANNER (widget)->box, &(GtkAllocation){ 0, 0, width, height },
                            baseline);
}

static void
sfumato_banner_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), SFUMATO_TYPE_BANNER);
  G_OBJECT_CLASS (sfumato_banner_parent_class)->dispose (object);
}

static void
sfumato_banner_class_init (SfumatoBannerClass *klass)
{
  GtkWidgetClass *widget = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sfumato_banner_dispose;
  widget->get_request_mode = sfumato_banner_get_request_mode;
  widget->measure = sfumato_banner_measure;
  widget->size_allocate = sfumato_banner_size_allocate;
  gtk_widget_class_set_template_from_resource (widget,
                                               "/io/github/sfumato/Sfumato/sfumato-banner.ui");
  gtk_widget_class_bind_template_child (widget, SfumatoBanner, box);
  gtk_widget_class_bind_template_child (widget, SfumatoBanner, icon);
  gtk_widget_class_bind_template_child (widget, SfumatoBanner, title);
  gtk_widget_class_bind_template_child (widget, SfumatoBanner, sentence);
  gtk_widget_class_bind_template_child (widget, SfumatoBanner, unfold);
  gtk_widget_class_bind_template_child (widget, SfumatoBanner, details);
  gtk_widget_class_bind_template_callback (widget, on_copy);
  gtk_widget_class_bind_template_callback (widget, sfumato_banner_hide);
}

static void
sfumato_banner_init (SfumatoBanner *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
