/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The SHA-256 of a model file, by which other programs know it. Gigabytes take seconds: it is
 * worked out on a thread of its own while the first picture is painted, and kept in the user's
 * cache. */
typedef struct _SfModelHash SfModelHash;

SfModelHash *sf_model_hash_new (const char *path);
void sf_model_hash_free (SfModelHash *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfModelHash, sf_model_hash_free)

/* The first ten hex digits, waiting for them if need be; NULL for a folder, for a file that can't
 * be read, and when @cancellable (nullable) is cancelled before they are there. Any thread. */
const char *sf_model_hash_get (SfModelHash *self, GCancellable *cancellable);

G_END_DECLS
