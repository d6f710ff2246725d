/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output.h"

#include "base/error.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

static char *
free_path_for_seed (gint64 seed)
{
  char *path = g_strdup_printf ("sfumato-%" G_GINT64_FORMAT ".png", seed);
  for (guint n = 2; g_file_test (path, G_FILE_TEST_EXISTS); n++)
    {
      g_free (path);
      path = g_strdup_printf ("sfumato-%" G_GINT64_FORMAT "-%u.png", seed, n);
    }
  return path;
}

/* Where the suffix of the file's name starts, or the end of the path. */
static gsize
suffix_of (const char *path)
{
  const char *slash = strrchr (path, G_DIR_SEPARATOR);
  const char *name = slash != NULL ? slash + 1 : path;
  const char *dot = strrchr (name, '.');
  return dot != NULL && dot > name ? dot - path : strlen (path);
}

char *
cli_output_path (const char *output, guint index, guint n_images, gint64 seed)
{
  if (output == NULL)
    return free_path_for_seed (seed);
  if (n_images == 1)
    return g_strdup (output);
  gsize suffix = suffix_of (output);
  return g_strdup_printf ("%.*s-%u%s", (int)suffix, output, index + 1, output + suffix);
}

static gboolean
check_folder (const char *folder, GError **error)
{
  g_autofree char *shown = g_filename_display_name (folder);
  if (!g_file_test (folder, G_FILE_TEST_IS_DIR))
    {
      g_set_error (error, SF_ERROR, SF_ERROR_IMAGE,
                   "There is no folder “%s”; make it, or choose another place.", shown);
      return FALSE;
    }

  /* Trying it is the only check that knows of every reason: rights, a read-only disk, /proc. */
  g_autofree char *probe = g_build_filename (folder, ".sfumato-XXXXXX", NULL);
  int fd = g_mkstemp (probe);
  if (fd < 0)
    {
      g_set_error (error, SF_ERROR, SF_ERROR_IMAGE,
                   "The folder “%s” cannot be written to: %s; choose another place.", shown,
                   g_strerror (errno));
      return FALSE;
    }
  g_unlink (probe);
  return g_close (fd, error);
}

/* A folder, a device or a pipe is not replaced, nor is a file that its owner has protected. */
static gboolean
check_old_file (const char *path, GError **error)
{
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE;
  g_autofree char *shown = g_filename_display_name (path);
  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    g_set_error (error, SF_ERROR, SF_ERROR_IMAGE, "“%s” is a folder; name a file in it.", shown);
  else if (!g_file_test (path, G_FILE_TEST_IS_REGULAR))
    g_set_error (error, SF_ERROR, SF_ERROR_IMAGE, "“%s” is not a file; choose another name.",
                 shown);
  else if (g_access (path, W_OK) != 0)
    g_set_error (error, SF_ERROR, SF_ERROR_IMAGE,
                 "“%s” is there and cannot be replaced: %s; choose another name.", shown,
                 g_strerror (errno));
  else
    return TRUE;
  return FALSE;
}

gboolean
cli_output_check (const char *output, guint n_images, GError **error)
{
  if (output == NULL)
    return check_folder (".", error);
  if (*output == '\0' || g_str_has_suffix (output, G_DIR_SEPARATOR_S))
    {
      g_autofree char *shown = g_filename_display_name (output);
      g_set_error (error, SF_ERROR, SF_ERROR_IMAGE,
                   "“%s” names no file; give the file a name as well.", shown);
      return FALSE;
    }

  for (guint i = 0; i < n_images; i++)
    {
      g_autofree char *path = cli_output_path (output, i, n_images, 0);
      if (!check_old_file (path, error))
        return FALSE;
    }
  g_autofree char *folder = g_path_get_dirname (output);
  return check_folder (folder, error);
}

gboolean
cli_output_prepare_folder (const char *folder, GError **error)
{
  if (g_mkdir_with_parents (folder, 0777) == 0)
    return check_folder (folder, error);
  g_autofree char *shown = g_filename_display_name (folder);
  g_set_error (error, SF_ERROR, SF_ERROR_IMAGE,
               "The folder “%s” cannot be made: %s; choose another place.", shown,
               g_strerror (errno));
  return FALSE;
}

char *
cli_output_preview_path (const char *folder, guint index, guint n_images, guint step, guint n_steps)
{
  g_autofree char *last = g_strdup_printf ("%u", n_steps);
  int digits = MAX (2, (int)strlen (last));
  g_autofree char *picture = n_images > 1 ? g_strdup_printf ("%u-", index + 1) : g_strdup ("");
  g_autofree char *name = g_strdup_printf ("%sstep-%0*u.png", picture, digits, step);
  return g_build_filename (folder, name, NULL);
}
