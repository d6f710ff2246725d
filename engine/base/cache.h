/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Files that are kept because they took time to make. They lie in the user's cache or, where that
 * can't be written, in the folder that lasts as long as the login. Any thread. */

/* Where to write the file @name; the folder is made if need be. Whoever can't write it all the same
 * does without. (transfer full) */
char *sf_cache_place (const char *name);

/* Where to read it: where it was written, or else in the user's cache. There may be none. (transfer
 * full) */
char *sf_cache_find (const char *name);

G_END_DECLS
