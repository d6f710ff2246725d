/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sfumato.h"

G_BEGIN_DECLS

/* A picture that is dragged out of the window is a file in the user's cache for who receives it,
 * who may read it late: a web page does when it is sent. */

/* Writes the picture, with its settings. Returns: (nullable) (transfer full): %NULL where it can't
 * be written. */
GFile *sfumato_dragged_write (SfResult *result);

/* Removes those that nobody can be waiting for any more. */
void sfumato_dragged_remove_old (void);

G_END_DECLS
