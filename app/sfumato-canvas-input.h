/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sfumato-canvas.h"

G_BEGIN_DECLS

/* The canvas's wheel, pointer, touch and keys: one part of the class, in a file of its own. */
void sfumato_canvas_add_input (SfumatoCanvas *self);

/* What they call. Lengths in logical pixels. */
void sfumato_canvas_pan (SfumatoCanvas *self, double dx, double dy);
/* Makes the picture @factor times as large. What is at (@x, @y) of the widget stays there. */
void sfumato_canvas_zoom_at (SfumatoCanvas *self, double factor, double x, double y);
GdkContentProvider *sfumato_canvas_get_content (SfumatoCanvas *self); /* (nullable) */
/* Where the picture is in the widget. */
void sfumato_canvas_get_rectangle (SfumatoCanvas *self, graphene_rect_t *rectangle);
GdkPaintable *sfumato_canvas_get_picture (SfumatoCanvas *self); /* (nullable) */

G_END_DECLS
