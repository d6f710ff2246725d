/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>
#include <locale.h>

#include "sfumato-application.h"

/* Whether the system has a GPU that programs may draw with. */
static gboolean
has_render_node (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/dev/dri", 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_prefix (name, "renderD"))
      return TRUE;
  return FALSE;
}

int
main (int argc, char **argv)
{
  sf_environment_prepare ();
  /* Without a GPU OpenGL is drawn by the processor, whose threads would compete with the ones that
   * make the picture; Cairo repaints only what has changed. */
  if (!has_render_node ())
    g_setenv ("GSK_RENDERER", "cairo", FALSE);

  setlocale (LC_ALL, "");
#ifdef GETTEXT_PACKAGE
  bindtextdomain (GETTEXT_PACKAGE, LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
#endif
  g_autoptr (SfumatoApplication) application = sfumato_application_new ();
  return g_application_run (G_APPLICATION (application), argc, argv);
}
