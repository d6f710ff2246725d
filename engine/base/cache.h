/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * sf_cache_path:
 * @name: of a file.
 *
 * Where a file lies that is kept because it took time to make: in the user's cache or, where
 * nothing can be written there, in the folder that lasts as long as the login. The folder is made
 * if need be. Whoever cannot write the file all the same does without. Any thread.
 *
 * Returns: (transfer full): a path.
 */
char *sf_cache_path (const char *name);

G_END_DECLS
