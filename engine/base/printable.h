/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a stranger's file says, so that it can be shown in a terminal: valid UTF-8 on one line, with
 * “?” in place of each control character. They could move the cursor, colour what follows or make
 * the terminal answer. Returns: (transfer full). */
char *sf_printable (const char *text);

G_END_DECLS
