/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>

/* Stands in for libFuzzer's main(): runs each file of the folder argv[1] through the target once
 * and prints TAP. A finding ends the process, which the harness sees as a missing line. */

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

static GPtrArray *
corpus_files (const char *folder, GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, error);
  if (dir == NULL)
    return NULL;
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  const char *name;
  while ((name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  return names;
}

static void
replay (const char *folder, const char *name, guint number)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *data = NULL;
  gsize size = 0;
  gboolean good = g_file_get_contents (path, &data, &size, NULL);
  if (good)
    {
      /* An exact allocation, without the NUL that GLib adds, so that a read past the end shows. */
      g_autofree char *exact = g_memdup2 (data, size);
      good = LLVMFuzzerTestOneInput ((const uint8_t *)exact, size) == 0;
    }
  g_print ("%s %u - %s\n", good ? "ok" : "not ok", number, name);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) names = argc == 2 ? corpus_files (argv[1], &error) : NULL;
  if (names == NULL || names->len == 0)
    {
      g_print ("Bail out! %s\n", error ? error->message : "no corpus file to replay");
      return 1;
    }
  g_print ("1..%u\n", names->len);
  for (guint i = 0; i < names->len; i++)
    replay (argv[1], names->pdata[i], i + 1);
  return 0;
}
