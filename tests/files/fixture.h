/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A folder that a test writes its files in, gone with everything in it afterwards. */
typedef struct
{
  /* Owned */
  char *folder;
  GPtrArray *paths; /* of the files written */
} Fixture;

void fixture_set_up (Fixture *fixture, const void *data);
void fixture_tear_down (Fixture *fixture, const void *data);

/* Writes bytes to a file in the folder, making folders on the way. Returns: its path,
 * owned by the fixture. */
const char *fixture_write (Fixture *fixture, const char *name, const void *bytes, gsize n);

/* A file with the header's length, the header and n_data bytes 0, 1, 2 … 255, 0 …. */
const char *fixture_write_safetensors (Fixture *fixture, const char *name, const char *header,
                                       gsize n_data);

G_END_DECLS
