/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SF_FOREIGN_HEAD 512

/**
 * sf_foreign_hint:
 * @head: the file's first bytes, up to SF_FOREIGN_HEAD of them.
 *
 * Returns: (nullable): for a file that is no safetensors, what it is by its first bytes and what
 * to do about it, as the second half of a sentence: "it looks like a web page: …".
 */
const char *sf_foreign_hint (const guint8 *head, gsize n);

G_END_DECLS
