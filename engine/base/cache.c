/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/cache.h"

#include <glib/gstdio.h>
#include <unistd.h>

static gboolean
can_write (const char *folder)
{
  return g_mkdir_with_parents (folder, 0755) == 0 && g_access (folder, W_OK | X_OK) == 0;
}

char *
sf_cache_place (const char *name)
{
  g_autofree char *cache = g_build_filename (g_get_user_cache_dir (), "sfumato", NULL);
  g_autofree char *runtime = g_build_filename (g_get_user_runtime_dir (), "sfumato", NULL);
  gboolean falls_back = !can_write (cache) && can_write (runtime);

  return g_build_filename (falls_back ? runtime : cache, name, NULL);
}

char *
sf_cache_find (const char *name)
{
  g_autofree char *place = sf_cache_place (name);

  if (g_file_test (place, G_FILE_TEST_EXISTS))
    return g_steal_pointer (&place);
  return g_build_filename (g_get_user_cache_dir (), "sfumato", name, NULL);
}
