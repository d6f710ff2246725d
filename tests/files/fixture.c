/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fixture.h"

#include <string.h>

#include "support/remove-all.h"

void
fixture_set_up (Fixture *fixture, const void *data)
{
  g_autoptr (GError) error = NULL;

  fixture->folder = g_dir_make_tmp ("sfumato-test-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->paths = g_ptr_array_new_with_free_func (g_free);
}

void
fixture_tear_down (Fixture *fixture, const void *data)
{
  remove_all (fixture->folder);
  g_ptr_array_unref (fixture->paths);
  g_free (fixture->folder);
}

const char *
fixture_write (Fixture *fixture, const char *name, const void *bytes, gsize n)
{
  char *path = g_build_filename (fixture->folder, name, NULL);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_file_set_contents (path, bytes, n, &error);
  g_assert_no_error (error);
  g_ptr_array_add (fixture->paths, path);
  return path;
}

const char *
fixture_write_safetensors (Fixture *fixture, const char *name, const char *header, gsize n_data)
{
  gsize len = strlen (header);
  g_autofree guint8 *bytes = g_malloc (8 + len + n_data);
  guint64 stored = GUINT64_TO_LE (len);

  memcpy (bytes, &stored, 8);
  memcpy (bytes + 8, header, len);
  for (gsize i = 0; i < n_data; i++)
    bytes[8 + len + i] = i;
  return fixture_write (fixture, name, bytes, 8 + len + n_data);
}
