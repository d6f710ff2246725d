/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu/carve-out.h"

/* A file of one number, decimal or with 0x; 0 where there is none. */
static guint64
read_number (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) ? g_ascii_strtoull (text, NULL, 0) : 0;
}

guint64
sf_carve_out_free (const char *root, guint32 vendor, guint32 device)
{
  g_autoptr (GDir) dir = g_dir_open (root, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *folder = g_build_filename (root, name, "device", NULL);
      guint64 total = read_number (folder, "mem_info_vram_total");
      if (total > 0 && read_number (folder, "vendor") == vendor
          && read_number (folder, "device") == device)
        return total - MIN (read_number (folder, "mem_info_vram_used"), total);
    }
  return 0;
}
