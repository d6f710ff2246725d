/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sfumato-canvas-input.h"

#define ARROW_STEP 40.0
#define WHEEL_STEP 60.0
#define ZOOM_STEP 1.15
#define DRAG_ICON_SIZE 128.0

/* What a gesture remembers between two of its events; freed with the canvas. */
typedef struct
{
  gboolean space;        /* Space is held: a drag pans */
  double x, y;           /* where the pointer is */
  double drag_x, drag_y; /* how far the drag has panned */
  double pinch;          /* the scale that the pinch has reached */
} Input;

static Input *
get_input (gpointer canvas)
{
  return g_object_get_data (canvas, "sfumato-input");
}

static gboolean
on_scroll (GtkEventControllerScroll *scroll, double dx, double dy, SfumatoCanvas *self)
{
  GdkModifierType state
      = gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (scroll));
  Input *input = get_input (self);

  if (state & GDK_CONTROL_MASK)
    sfumato_canvas_zoom_at (self, pow (ZOOM_STEP, -dy), input->x, input->y);
  else if (state & GDK_SHIFT_MASK)
    sfumato_canvas_pan (self, -(dx + dy) * WHEEL_STEP, 0);
  else
    sfumato_canvas_pan (self, -dx * WHEEL_STEP, -dy * WHEEL_STEP);
  return GDK_EVENT_STOP;
}

static void
on_motion (GtkEventControllerMotion *motion, double x, double y, SfumatoCanvas *self)
{
  Input *input = get_input (self);

  input->x = x;
  input->y = y;
}

static void
show_cursor (SfumatoCanvas *self)
{
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), get_input (self)->space ? "grab" : NULL);
}

static gboolean
on_key_pressed (GtkEventControllerKey *key, guint keyval, guint keycode, GdkModifierType state,
                SfumatoCanvas *self)
{
  if (state & (GDK_CONTROL_MASK | GDK_ALT_MASK))
    return GDK_EVENT_PROPAGATE;
  switch (keyval)
    {
    case GDK_KEY_space:
      get_input (self)->space = TRUE;
      show_cursor (self);
      return GDK_EVENT_STOP;
    case GDK_KEY_Left:
      sfumato_canvas_pan (self, ARROW_STEP, 0);
      return GDK_EVENT_STOP;
    case GDK_KEY_Right:
      sfumato_canvas_pan (self, -ARROW_STEP, 0);
      return GDK_EVENT_STOP;
    case GDK_KEY_Up:
      sfumato_canvas_pan (self, 0, ARROW_STEP);
      return GDK_EVENT_STOP;
    case GDK_KEY_Down:
      sfumato_canvas_pan (self, 0, -ARROW_STEP);
      return GDK_EVENT_STOP;
    default:
      return GDK_EVENT_PROPAGATE;
    }
}

static void
release_space (SfumatoCanvas *self)
{
  get_input (self)->space = FALSE;
  show_cursor (self);
}

static void
on_key_released (GtkEventControllerKey *key, guint keyval, guint keycode, GdkModifierType state,
                 SfumatoCanvas *self)
{
  if (keyval == GDK_KEY_space)
    release_space (self);
}

static void
on_drag_begin (GtkGestureDrag *drag, double x, double y, SfumatoCanvas *self)
{
  Input *input = get_input (self);
  guint button = gtk_gesture_single_get_current_button (GTK_GESTURE_SINGLE (drag));

  gtk_widget_grab_focus (GTK_WIDGET (self));
  if (button != GDK_BUTTON_MIDDLE && !input->space)
    {
      gtk_gesture_set_state (GTK_GESTURE (drag), GTK_EVENT_SEQUENCE_DENIED);
      return;
    }
  input->drag_x = input->drag_y = 0;
  gtk_gesture_set_state (GTK_GESTURE (drag), GTK_EVENT_SEQUENCE_CLAIMED);
}

static void
on_drag_update (GtkGestureDrag *drag, double x, double y, SfumatoCanvas *self)
{
  Input *input = get_input (self);

  sfumato_canvas_pan (self, x - input->drag_x, y - input->drag_y);
  input->drag_x = x;
  input->drag_y = y;
}

static void
on_pinch_begin (GtkGesture *gesture, GdkEventSequence *sequence, SfumatoCanvas *self)
{
  get_input (self)->pinch = 1;
}

static void
on_pinch (GtkGestureZoom *gesture, double scale, SfumatoCanvas *self)
{
  Input *input = get_input (self);
  double x, y;

  if (gtk_gesture_get_bounding_box_center (GTK_GESTURE (gesture), &x, &y))
    sfumato_canvas_zoom_at (self, scale / input->pinch, x, y);
  input->pinch = scale;
}

static GdkContentProvider *
on_drag_prepare (GtkDragSource *source, double x, double y, SfumatoCanvas *self)
{
  return get_input (self)->space ? NULL : sfumato_canvas_get_content (self);
}

/* A thumbnail under the pointer; the picture itself would hide where it can be dropped. */
static void
on_drag_out_begin (GtkDragSource *source, GdkDrag *drag, SfumatoCanvas *self)
{
  GdkPaintable *picture = sfumato_canvas_get_picture (self);
  g_autoptr (GtkSnapshot) snapshot = gtk_snapshot_new ();
  double width = gdk_paintable_get_intrinsic_width (picture);
  double height = gdk_paintable_get_intrinsic_height (picture);
  double scale = DRAG_ICON_SIZE / MAX (width, height);

  gdk_paintable_snapshot (picture, snapshot, width * scale, height * scale);
  g_autoptr (GdkPaintable) icon = gtk_snapshot_to_paintable (snapshot, NULL);
  gtk_drag_source_set_icon (source, icon, 0, 0);
}

static void
add_pointer (SfumatoCanvas *self)
{
  GtkEventController *scroll
      = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_BOTH_AXES);
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkGesture *pan = gtk_gesture_drag_new ();

  g_signal_connect (scroll, "scroll", G_CALLBACK (on_scroll), self);
  gtk_widget_add_controller (GTK_WIDGET (self), scroll);
  g_signal_connect (motion, "motion", G_CALLBACK (on_motion), self);
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (pan), 0);
  g_signal_connect (pan, "drag-begin", G_CALLBACK (on_drag_begin), self);
  g_signal_connect (pan, "drag-update", G_CALLBACK (on_drag_update), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (pan));
}

static void
add_touch_and_keys (SfumatoCanvas *self)
{
  GtkGesture *pinch = gtk_gesture_zoom_new ();
  GtkEventController *key = gtk_event_controller_key_new ();
  GtkEventController *focus = gtk_event_controller_focus_new ();

  g_signal_connect (pinch, "begin", G_CALLBACK (on_pinch_begin), self);
  g_signal_connect (pinch, "scale-changed", G_CALLBACK (on_pinch), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (pinch));
  g_signal_connect (key, "key-pressed", G_CALLBACK (on_key_pressed), self);
  g_signal_connect (key, "key-released", G_CALLBACK (on_key_released), self);
  gtk_widget_add_controller (GTK_WIDGET (self), key);
  g_signal_connect_swapped (focus, "leave", G_CALLBACK (release_space), self);
  gtk_widget_add_controller (GTK_WIDGET (self), focus);
}

void
sfumato_canvas_add_input (SfumatoCanvas *self)
{
  GtkDragSource *source = gtk_drag_source_new ();

  g_object_set_data_full (G_OBJECT (self), "sfumato-input", g_new0 (Input, 1), g_free);
  add_pointer (self);
  add_touch_and_keys (self);
  gtk_drag_source_set_actions (source, GDK_ACTION_COPY);
  g_signal_connect (source, "prepare", G_CALLBACK (on_drag_prepare), self);
  g_signal_connect (source, "drag-begin", G_CALLBACK (on_drag_out_begin), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (source));
}
