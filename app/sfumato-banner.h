/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A sentence over the canvas that stays until it is closed: a notice, or an error with details to
 * unfold and to copy. */
#define SFUMATO_TYPE_BANNER (sfumato_banner_get_type ())
G_DECLARE_FINAL_TYPE (SfumatoBanner, sfumato_banner, SFUMATO, BANNER, GtkWidget)

void sfumato_banner_show_notice (SfumatoBanner *self, const char *sentence);
void sfumato_banner_show_error (SfumatoBanner *self, const char *title, const char *sentence,
                                const char *details);
void sfumato_banner_hide (SfumatoBanner *self);

/* What it says now, or NULL when it is hidden. */
const char *sfumato_banner_get_text (SfumatoBanner *self);

G_END_DECLS
