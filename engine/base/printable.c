/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/printable.h"

char *
sf_printable (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_autoptr (GString) shown = g_string_new (NULL);

  /* Unicode's are those below the space, DEL and the 32 from U+0080 on, which a terminal may take
   * for an escape and a letter. */
  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    if (g_unichar_iscntrl (g_utf8_get_char (p)))
      g_string_append_c (shown, '?');
    else
      g_string_append_unichar (shown, g_utf8_get_char (p));
  return g_string_free (g_steal_pointer (&shown), FALSE);
}
