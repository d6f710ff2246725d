/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sfumato-picture.h"

G_BEGIN_DECLS

/**
 * SfumatoHistory:
 *
 * The pictures since the window was opened, newest first. Its menu uses the actions
 * "win.reuse-prompt", "win.reuse-seed", "win.reuse-all", "win.copy" and "win.save", which work on
 * the selected picture.
 *
 * Signal "selected" (SfumatoPicture): the user has chosen another one.
 */
#define SFUMATO_TYPE_HISTORY (sfumato_history_get_type ())
G_DECLARE_FINAL_TYPE (SfumatoHistory, sfumato_history, SFUMATO, HISTORY, GtkWidget)

/* Adds and selects, without the signal. */
void sfumato_history_add (SfumatoHistory *self, SfResult *result);
guint sfumato_history_get_n (SfumatoHistory *self);
SfumatoPicture *sfumato_history_get_selected (SfumatoHistory *self); /* (nullable) */
/* @offset: -1 the newer neighbour, 1 the older one. */
void sfumato_history_move (SfumatoHistory *self, int offset);

G_END_DECLS
