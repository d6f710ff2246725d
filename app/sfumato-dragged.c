/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sfumato-dragged.h"

#include <glib/gstdio.h>

#include "image/png.h"
#include "sfumato-picture.h"

#define MAX_SECONDS (24 * 60 * 60)

static char *
find_folder (void)
{
  return g_build_filename (g_get_user_cache_dir (), "sfumato", "dragged", NULL);
}

void
sfumato_dragged_remove_old (void)
{
  g_autofree char *folder = find_folder ();
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      GStatBuf info;
      if (g_stat (path, &info) == 0 && now - info.st_mtime > MAX_SECONDS)
        g_unlink (path);
    }
}

GFile *
sfumato_dragged_write (SfResult *result)
{
  g_autofree char *name = sfumato_picture_suggest_name (result);
  g_autofree char *folder = find_folder ();
  g_autofree char *path = g_build_filename (folder, name, NULL);

  sfumato_dragged_remove_old ();
  g_mkdir_with_parents (folder, 0700);
  if (!sf_image_save_png (result->image, path, result->parameters, NULL))
    return NULL;
  return g_file_new_for_path (path);
}
