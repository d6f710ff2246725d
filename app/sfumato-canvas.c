/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sfumato-canvas.h"

#include <glib/gi18n.h>

#include "compat.h"
#include "sfumato-canvas-input.h"
#include "sfumato-dragged.h"
#include "sfumato-picture.h"
#include "sfumato-texture.h"

#define MARGIN 24.0
/* Small pictures are shown larger, but not so large that nothing but blur is seen. */
#define MAX_FIT 4.0
#define MIN_ZOOM 0.05
#define MAX_ZOOM 32.0
/* From here on a pixel is something to look at by itself. */
#define PIXELS_SEEN 4.0

struct _SfumatoCanvas
{
  GtkWidget parent_instance;

  /* Owned */
  SfResult *result;
  GdkTexture *picture;
  GdkTexture *preview;

  guint preview_width; /* pixels of the picture it stands for */
  guint preview_height;
  double zoom;  /* device pixels for a pixel of the picture; 0 fits it into the widget */
  double pan_x; /* the picture's centre from the widget's, logical pixels */
  double pan_y;
};

G_DEFINE_FINAL_TYPE (SfumatoCanvas, sfumato_canvas, GTK_TYPE_WIDGET)

enum
{
  VIEW_CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

/* Size in pixels of what is shown; 0 by 0 when nothing is. */
static void
get_size (SfumatoCanvas *self, double *width, double *height)
{
  *width = *height = 0;
  if (self->preview != NULL)
    {
      *width = self->preview_width;
      *height = self->preview_height;
    }
  else if (self->picture != NULL)
    {
      *width = gdk_texture_get_width (self->picture);
      *height = gdk_texture_get_height (self->picture);
    }
}

/* Logical pixels for a pixel of the picture. */
static double
get_scale (SfumatoCanvas *self)
{
  double width, height;

  if (self->zoom > 0)
    return self->zoom / gtk_widget_get_scale_factor (GTK_WIDGET (self));
  get_size (self, &width, &height);
  if (width == 0)
    return 1;
  double room_x = MAX (gtk_widget_get_width (GTK_WIDGET (self)) - 2 * MARGIN, 16);
  double room_y = MAX (gtk_widget_get_height (GTK_WIDGET (self)) - 2 * MARGIN, 16);
  return MIN (MIN (room_x / width, room_y / height), MAX_FIT);
}

void
sfumato_canvas_get_rectangle (SfumatoCanvas *self, graphene_rect_t *rectangle)
{
  double scale = get_scale (self);
  double width, height;

  get_size (self, &width, &height);
  width *= scale;
  height *= scale;
  /* Whole logical pixels, so that 100 % is sharp. */
  double x = floor ((gtk_widget_get_width (GTK_WIDGET (self)) - width) / 2 + self->pan_x);
  double y = floor ((gtk_widget_get_height (GTK_WIDGET (self)) - height) / 2 + self->pan_y);
  graphene_rect_init (rectangle, x, y, width, height);
}

/* A picture smaller than the widget stays in the middle, a larger one covers it. */
static void
limit_pan (SfumatoCanvas *self)
{
  double scale = get_scale (self);
  double width, height;

  get_size (self, &width, &height);
  double x = MAX (0, (width * scale - gtk_widget_get_width (GTK_WIDGET (self))) / 2 + MARGIN);
  double y = MAX (0, (height * scale - gtk_widget_get_height (GTK_WIDGET (self))) / 2 + MARGIN);
  if (width * scale <= gtk_widget_get_width (GTK_WIDGET (self)))
    x = 0;
  if (height * scale <= gtk_widget_get_height (GTK_WIDGET (self)))
    y = 0;
  self->pan_x = CLAMP (self->pan_x, -x, x);
  self->pan_y = CLAMP (self->pan_y, -y, y);
}

static void
view_changed (SfumatoCanvas *self)
{
  limit_pan (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_signal_emit (self, signals[VIEW_CHANGED], 0);
}

void
sfumato_canvas_pan (SfumatoCanvas *self, double dx, double dy)
{
  self->pan_x += dx;
  self->pan_y += dy;
  view_changed (self);
}

void
sfumato_canvas_zoom_at (SfumatoCanvas *self, double factor, double x, double y)
{
  double cx = x - gtk_widget_get_width (GTK_WIDGET (self)) / 2.0;
  double cy = y - gtk_widget_get_height (GTK_WIDGET (self)) / 2.0;
  double before = sfumato_canvas_get_zoom (self);
  double after = CLAMP (before * factor, MIN_ZOOM, MAX_ZOOM);

  self->zoom = after;
  self->pan_x = cx - (cx - self->pan_x) * after / before;
  self->pan_y = cy - (cy - self->pan_y) * after / before;
  view_changed (self);
}

static void
zoom_in_the_middle (SfumatoCanvas *self, double factor)
{
  sfumato_canvas_zoom_at (self, factor, gtk_widget_get_width (GTK_WIDGET (self)) / 2.0,
                          gtk_widget_get_height (GTK_WIDGET (self)) / 2.0);
}

void
sfumato_canvas_zoom_in (SfumatoCanvas *self)
{
  zoom_in_the_middle (self, 1.25);
}

void
sfumato_canvas_zoom_out (SfumatoCanvas *self)
{
  zoom_in_the_middle (self, 1 / 1.25);
}

void
sfumato_canvas_zoom_fit (SfumatoCanvas *self)
{
  self->zoom = self->pan_x = self->pan_y = 0;
  view_changed (self);
}

void
sfumato_canvas_zoom_original (SfumatoCanvas *self)
{
  zoom_in_the_middle (self, 1 / sfumato_canvas_get_zoom (self));
}

double
sfumato_canvas_get_zoom (SfumatoCanvas *self)
{
  return get_scale (self) * gtk_widget_get_scale_factor (GTK_WIDGET (self));
}

gboolean
sfumato_canvas_is_fit (SfumatoCanvas *self)
{
  return self->zoom == 0;
}

static void
describe (SfumatoCanvas *self)
{
  g_autofree char *prompt
      = self->result != NULL ? sfumato_picture_prompt_of (self->result->parameters) : NULL;

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Picture"), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  prompt != NULL ? prompt : _ ("No picture yet"), -1);
}

void
sfumato_canvas_set_result (SfumatoCanvas *self, SfResult *result)
{
  g_clear_object (&self->preview);
  g_clear_object (&self->picture);
  if (result != NULL)
    {
      sf_result_ref (result);
      self->picture = sfumato_texture_new (result->image);
    }
  g_clear_pointer (&self->result, sf_result_unref);
  self->result = result;
  describe (self);
  view_changed (self);
}

SfResult *
sfumato_canvas_get_result (SfumatoCanvas *self)
{
  return self->result;
}

void
sfumato_canvas_set_preview (SfumatoCanvas *self, SfImage *preview, guint width, guint height)
{
  g_clear_object (&self->preview);
  if (preview != NULL)
    self->preview = sfumato_texture_new (preview);
  self->preview_width = width;
  self->preview_height = height;
  view_changed (self);
}

gboolean
sfumato_canvas_has_preview (SfumatoCanvas *self)
{
  return self->preview != NULL;
}

/* The picture as a file with its settings, and as pixels for programs that take no file. */
GdkContentProvider *
sfumato_canvas_get_content (SfumatoCanvas *self)
{
  if (self->result == NULL || self->preview != NULL)
    return NULL;
  g_autoptr (GFile) file = sfumato_dragged_write (self->result);
  GdkContentProvider *providers[2];
  guint n = 0;

  if (file != NULL)
    providers[n++] = gdk_content_provider_new_typed (G_TYPE_FILE, file);
  providers[n++] = gdk_content_provider_new_typed (GDK_TYPE_TEXTURE, self->picture);
  return gdk_content_provider_new_union (providers, n);
}

GdkPaintable *
sfumato_canvas_get_picture (SfumatoCanvas *self)
{
  return self->picture != NULL ? GDK_PAINTABLE (self->picture) : NULL;
}

static void
sfumato_canvas_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  SfumatoCanvas *self = SFUMATO_CANVAS (widget);
  static const GdkRGBA shadow = { 0, 0, 0, 0.35f };
  graphene_rect_t rectangle;
  GskRoundedRect outline;

  if (self->picture == NULL && self->preview == NULL)
    return;
  sfumato_canvas_get_rectangle (self, &rectangle);
  gsk_rounded_rect_init_from_rect (&outline, &rectangle, 0);
  gtk_snapshot_append_outset_shadow (snapshot, &outline, &shadow, 0, 2, 0, 10);
  if (self->preview != NULL)
    sfumato_compat_append_texture (snapshot, self->preview, &rectangle, FALSE);
  else
    sfumato_compat_append_texture (snapshot, self->picture, &rectangle,
                                   sfumato_canvas_get_zoom (self) > PIXELS_SEEN);
}

static void
sfumato_canvas_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  limit_pan (SFUMATO_CANVAS (widget));
  g_signal_emit (widget, signals[VIEW_CHANGED], 0);
}

static void
sfumato_canvas_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                        int *natural, int *minimum_baseline, int *natural_baseline)
{
  *minimum = 160;
  *natural = 512;
}

static void
sfumato_canvas_finalize (GObject *object)
{
  SfumatoCanvas *self = SFUMATO_CANVAS (object);

  g_clear_object (&self->preview);
  g_clear_object (&self->picture);
  g_clear_pointer (&self->result, sf_result_unref);
  G_OBJECT_CLASS (sfumato_canvas_parent_class)->finalize (object);
}

static void
sfumato_canvas_class_init (SfumatoCanvasClass *klass)
{
  GtkWidgetClass *widget = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = sfumato_canvas_finalize;
  widget->snapshot = sfumato_canvas_snapshot;
  widget->measure = sfumato_canvas_measure;
  widget->size_allocate = sfumato_canvas_size_allocate;
  gtk_widget_class_set_css_name (widget, "canvas");
  gtk_widget_class_set_accessible_role (widget, GTK_ACCESSIBLE_ROLE_IMG);
  signals[VIEW_CHANGED] = g_signal_new ("view-changed", G_TYPE_FROM_CLASS (klass),
                                        G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
sfumato_canvas_init (SfumatoCanvas *self)
{
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  sfumato_canvas_add_input (self);
  describe (self);
  sfumato_dragged_remove_old ();
}
