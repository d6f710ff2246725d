/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Quoting of single values: a JSON string (RFC 8259) where the plain value would be ambiguous. */
#include "image/parameters.h"

#include <string.h>

static gboolean
needs_quotes (const char *value)
{
  gsize length = strlen (value);
  if (length == 0)
    return FALSE;
  if (value[0] == '"' || g_ascii_isspace (value[0]) || g_ascii_isspace (value[length - 1]))
    return TRUE;
  for (const char *p = value; *p != '\0'; p++)
    if (*p == ',' || *p == ':' || g_ascii_iscntrl (*p))
      return TRUE;
  return FALSE;
}

static void
append_escaped (GString *json, char c)
{
  static const char from[] = "\"\\\b\f\n\r\t";
  static const char to[] = "\"\\bfnrt";
  const char *place = strchr (from, c);

  if (place != NULL)
    g_string_append_printf (json, "\\%c", to[place - from]);
  else if ((guint8)c < 0x20)
    g_string_append_printf (json, "\\u%04x", (guint)c);
  else
    g_string_append_c (json, c);
}

char *
sf_parameters_quote (const char *value)
{
  if (!needs_quotes (value))
    return g_strdup (value);

  GString *json = g_string_new ("\"");
  for (const char *p = value; *p != '\0'; p++)
    append_escaped (json, *p);
  g_string_append_c (json, '"');
  return g_string_free (json, FALSE);
}

/* Four hex digits, or -1. */
static int
read_hex4 (const char *p)
{
  int value = 0;
  for (int i = 0; i < 4; i++)
    {
      int digit = g_ascii_xdigit_value (p[i]);
      if (digit < 0)
        return -1;
      value = value * 16 + digit;
    }
  return value;
}

/* @p is behind "\u". Returns: how many bytes were read, 0 if they are no character. Outside the
 * basic plane a character is two escapes, a surrogate pair. */
static gsize
append_unicode_escape (GString *out, const char *p)
{
  int high = read_hex4 (p);
  if (high <= 0 || (high >= 0xdc00 && high <= 0xdfff))
    return 0;
  if (high < 0xd800 || high > 0xdbff)
    {
      g_string_append_unichar (out, high);
      return 4;
    }
  if (p[4] != '\\' || p[5] != 'u')
    return 0;
  int low = read_hex4 (p + 6);
  if (low < 0xdc00 || low > 0xdfff)
    return 0;
  g_string_append_unichar (out, 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00));
  return 10;
}

/* @p is behind a backslash. Returns: how many bytes were read, 0 if they are no escape. */
static gsize
append_escape (GString *out, const char *p)
{
  static const char from[] = "\"\\/bfnrt";
  static const char to[] = "\"\\/\b\f\n\r\t";

  if (*p == 'u')
    {
      gsize n = append_unicode_escape (out, p + 1);
      return n > 0 ? n + 1 : 0;
    }
  const char *place = *p != '\0' ? strchr (from, *p) : NULL;
  if (place == NULL)
    return 0;
  g_string_append_c (out, to[place - from]);
  return 1;
}

char *
sf_parameters_unquote (const char *text)
{
  gsize length = strlen (text);
  if (length < 2 || text[0] != '"' || text[length - 1] != '"')
    return g_strdup (text);

  g_autoptr (GString) out = g_string_new (NULL);
  const char *end = text + length - 1;
  const char *p = text + 1;
  while (p < end)
    {
      gsize read = 1;
      if (*p == '"')
        return g_strdup (text);
      if (*p != '\\')
        g_string_append_c (out, *p);
      else if ((read = append_escape (out, p + 1)) == 0)
        return g_strdup (text);
      else
        read++;
      p += read;
    }
  /* A last quote that was part of an escape closed nothing. */
  return p == end ? g_string_free (g_steal_pointer (&out), FALSE) : g_strdup (text);
}
