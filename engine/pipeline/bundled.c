/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sfumato.h"

static char *
existing (char *path)
{
  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    return path;
  g_free (path);
  return NULL;
}

char *
sf_bundled_model_path (void)
{
  char *path = NULL;

  /* The program that was built knows its source tree; the installed one finds its data first. */
  path = existing (g_build_filename (SF_PKGDATADIR, "models", "sketchbook", NULL));
  if (path == NULL)
    path = existing (g_build_filename (SF_SOURCE_DATA, "models", "sketchbook", NULL));
  return path != NULL ? path : g_build_filename (SF_PKGDATADIR, "models", "sketchbook", NULL);
}
