/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "text/vocab-json.h"

#include <string.h>

typedef struct
{
  /* Borrowed */
  const char *p;
  const char *end;
} Cursor;

static void
skip_space (Cursor *cursor)
{
  while (cursor->p < cursor->end && *cursor->p != '\0' && strchr (" \t\r\n", *cursor->p))
    cursor->p++;
}

/* Steps over the character c, with space around it. */
static gboolean
take (Cursor *cursor, char c)
{
  skip_space (cursor);
  if (cursor->p == cursor->end || *cursor->p != c)
    return FALSE;
  cursor->p++;
  skip_space (cursor);
  return TRUE;
}

static gboolean
read_hex4 (Cursor *cursor, gunichar *value)
{
  if (cursor->end - cursor->p < 4)
    return FALSE;
  *value = 0;
  for (guint i = 0; i < 4; i++)
    {
      if (!g_ascii_isxdigit (cursor->p[i]))
        return FALSE;
      *value = *value * 16 + (guint)g_ascii_xdigit_value (cursor->p[i]);
    }
  cursor->p += 4;
  return TRUE;
}

/* After "\u": four hex digits, or a pair of surrogates. */
static gboolean
read_code_point (Cursor *cursor, GString *string)
{
  gunichar c, low;
  if (!read_hex4 (cursor, &c))
    return FALSE;
  if (c >= 0xd800 && c < 0xdc00)
    {
      if (cursor->end - cursor->p < 2 || cursor->p[0] != '\\' || cursor->p[1] != 'u')
        return FALSE;
      cursor->p += 2;
      if (!read_hex4 (cursor, &low) || low < 0xdc00 || low > 0xdfff)
        return FALSE;
      c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
    }
  if (c == 0 || !g_unichar_validate (c))
    return FALSE;
  g_string_append_unichar (string, c);
  return TRUE;
}

static gboolean
read_escape (Cursor *cursor, GString *string)
{
  static const char names[] = "\"\\/bfnrt";
  static const char values[] = "\"\\/\b\f\n\r\t";
  if (cursor->p == cursor->end || *cursor->p == '\0')
    return FALSE;
  char c = *cursor->p++;
  if (c == 'u')
    return read_code_point (cursor, string);
  const char *found = strchr (names, c);
  if (found == NULL)
    return FALSE;
  g_string_append_c (string, values[found - names]);
  return TRUE;
}

/* Reads a string, its quotes included, into string (emptied first). */
static gboolean
read_string (Cursor *cursor, GString *string)
{
  g_string_truncate (string, 0);
  if (cursor->p == cursor->end || *cursor->p++ != '"')
    return FALSE;
  while (cursor->p < cursor->end)
    {
      char c = *cursor->p++;
      if (c == '"')
        return string->len > 0;
      if ((guchar)c < 0x20)
        return FALSE;
      if (c != '\\')
        g_string_append_c (string, c);
      else if (!read_escape (cursor, string))
        return FALSE;
    }
  return FALSE;
}

static gboolean
read_id (Cursor *cursor, guint32 *id)
{
  const char *start = cursor->p;
  *id = 0;
  while (cursor->p < cursor->end && g_ascii_isdigit (*cursor->p))
    {
      *id = *id * 10 + (guint32)(*cursor->p - '0');
      if (*id > SF_VOCAB_JSON_MAX_ID)
        return FALSE;
      cursor->p++;
    }
  return cursor->p > start;
}

static gboolean
read_entry (Cursor *cursor, GString *token, SfVocabJsonFunc func, gpointer user_data)
{
  guint32 id;
  if (!read_string (cursor, token) || !take (cursor, ':') || !read_id (cursor, &id))
    return FALSE;
  func (token->str, id, user_data);
  return TRUE;
}

static gboolean
read_object (Cursor *cursor, SfVocabJsonFunc func, gpointer user_data)
{
  g_autoptr (GString) token = g_string_new (NULL);
  if (!take (cursor, '{'))
    return FALSE;
  if (take (cursor, '}'))
    return cursor->p == cursor->end;
  do
    if (!read_entry (cursor, token, func, user_data))
      return FALSE;
  while (take (cursor, ','));
  return take (cursor, '}') && cursor->p == cursor->end;
}

gboolean
sf_vocab_json_parse (const char *data, gsize size, SfVocabJsonFunc func, gpointer user_data,
                     gsize *offset)
{
  Cursor cursor = { data, data + size };
  gboolean good = read_object (&cursor, func, user_data);
  *offset = (gsize)(cursor.p - data);
  return good;
}
