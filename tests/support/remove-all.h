/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Removes a file, or a folder with everything in it. Links are removed, not followed. */
void remove_all (const char *path);

G_END_DECLS
