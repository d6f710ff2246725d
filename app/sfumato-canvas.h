/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "sfumato.h"

G_BEGIN_DECLS

/**
 * SfumatoCanvas:
 *
 * Shows a finished picture, or over it the previews of the one that is being made, both at the size
 * of the finished one. Ctrl+wheel and pinch zoom at the pointer; wheel, arrow keys, middle drag and
 * Space drag pan; a plain drag carries the picture out as a PNG file with its settings.
 *
 * Signal "view-changed": the zoom or what is shown has changed.
 */
#define SFUMATO_TYPE_CANVAS (sfumato_canvas_get_type ())
G_DECLARE_FINAL_TYPE (SfumatoCanvas, sfumato_canvas, SFUMATO, CANVAS, GtkWidget)

/* @result: (nullable). Takes the place of a preview. */
void sfumato_canvas_set_result (SfumatoCanvas *self, SfResult *result);
SfResult *sfumato_canvas_get_result (SfumatoCanvas *self); /* (nullable) (transfer none) */

/* @preview: (nullable): NULL shows the last finished picture again. @width and @height are the
 * size, in pixels, of the picture that it stands for. */
void sfumato_canvas_set_preview (SfumatoCanvas *self, SfImage *preview, guint width, guint height);
gboolean sfumato_canvas_has_preview (SfumatoCanvas *self);

/* Device pixels for a pixel of the picture: 1 is 100 %. */
double sfumato_canvas_get_zoom (SfumatoCanvas *self);
gboolean sfumato_canvas_is_fit (SfumatoCanvas *self);
void sfumato_canvas_zoom_in (SfumatoCanvas *self);
void sfumato_canvas_zoom_out (SfumatoCanvas *self);
void sfumato_canvas_zoom_fit (SfumatoCanvas *self);
void sfumato_canvas_zoom_original (SfumatoCanvas *self);

G_END_DECLS
