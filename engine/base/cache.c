/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/cache.h"

#include <glib/gstdio.h>
#include <unistd.h>

static gboolean
can_write (const char *folder)
{
  return g_mkdir_with_parents (folder, 0755) == 0 && g_access (folder, W_OK | X_OK) == 0;
}

static char *
find_folder (void)
{
  g_autofree char *cache = g_build_filename (g_get_user_cache_dir (), "sfumato", NULL);
  g_autofree char *runtime = g_build_filename (g_get_user_runtime_dir (), "sfumato", NULL);

  return !can_write (cache) && can_write (runtime) ? g_steal_pointer (&runtime)
                                                   : g_steal_pointer (&cache);
}

char *
sf_cache_path (const char *name)
{
  static char *folder;

  if (g_once_init_enter (&folder))
    g_once_init_leave (&folder, find_folder ());
  return g_build_filename (folder, name, NULL);
}
