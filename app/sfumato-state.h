/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define SFUMATO_ID "io.github.sfumato.Sfumato"

/* What the program remembers from one start to the next. Returns: (nullable): NULL when the schema
 * is not installed, which is no reason not to start. An uninstalled program finds the schema beside
 * its own file. */
GSettings *sfumato_state_open (void);

G_END_DECLS
