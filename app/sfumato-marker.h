/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "sfumato.h"

G_BEGIN_DECLS

/**
 * SfumatoMarker:
 *
 * Underlines the words of a text view that a model does not know, and says so under the pointer and
 * to a screen reader. Lives as long as the view.
 */
#define SFUMATO_TYPE_MARKER (sfumato_marker_get_type ())
G_DECLARE_FINAL_TYPE (SfumatoMarker, sfumato_marker, SFUMATO, MARKER, GObject)

/* (transfer none): the view owns it. */
SfumatoMarker *sfumato_marker_new (GtkTextView *view);

/* Looks at the text again. @model: (nullable): with none, nothing is marked. */
void sfumato_marker_mark (SfumatoMarker *self, const SfModelInfo *model);

G_END_DECLS
