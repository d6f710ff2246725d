/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/json-pull.h"

#include <string.h>

void
sf_json_pull_init (SfJsonPull *pull, const char *text, gsize len)
{
  *pull = (SfJsonPull){ .text = text, .at = text, .end = text + len };
}

static gboolean
fail (SfJsonPull *pull, const char *problem)
{
  if (!pull->problem)
    pull->problem = problem;
  return FALSE;
}

/* The next character that is not white space; NUL at the end, where no valid text has one. */
static char
peek (SfJsonPull *pull)
{
  while (pull->at < pull->end
         && (*pull->at == ' ' || *pull->at == '\n' || *pull->at == '\r' || *pull->at == '\t'))
    pull->at++;
  return pull->at < pull->end ? *pull->at : '\0';
}

static gboolean
take (SfJsonPull *pull, char c, const char *problem)
{
  if (pull->problem || peek (pull) != c)
    return fail (pull, problem);
  pull->at++;
  return TRUE;
}

gboolean
sf_json_pull_enter (SfJsonPull *pull, char bracket)
{
  return take (pull, bracket, bracket == '{' ? "an object is expected" : "an array is expected");
}

/* Deals with what stands between two items. FALSE at the closing bracket. */
static gboolean
next (SfJsonPull *pull, guint *n, char closing)
{
  if (pull->problem)
    return FALSE;
  if (peek (pull) == closing)
    {
      pull->at++;
      return FALSE;
    }
  if (*n > 0 && !take (pull, ',', "a comma is missing"))
    return FALSE;
  *n += 1;
  return TRUE;
}

gboolean
sf_json_pull_member (SfJsonPull *pull, guint *n, GString *name)
{
  return next (pull, n, '}') && sf_json_pull_string (pull, name)
         && take (pull, ':', "a colon is missing");
}

gboolean
sf_json_pull_item (SfJsonPull *pull, guint *n)
{
  return next (pull, n, ']');
}

/* The four digits of \uXXXX, the reader behind the u. */
static gboolean
read_hex4 (SfJsonPull *pull, gunichar *code)
{
  *code = 0;
  for (int i = 0; i < 4; i++)
    {
      int digit = pull->at < pull->end ? g_ascii_xdigit_value (*pull->at) : -1;
      if (digit < 0)
        return fail (pull, "a \\u escape is wrong");
      *code = *code * 16 + digit;
      pull->at++;
    }
  return TRUE;
}

/* A character beyond U+FFFF is written as two escapes, a high and a low surrogate. */
static gboolean
read_unicode_escape (SfJsonPull *pull, GString *value)
{
  gunichar code, low;

  if (!read_hex4 (pull, &code))
    return FALSE;
  if (code >= 0xd800 && code < 0xdc00)
    {
      if (pull->end - pull->at < 2 || pull->at[0] != '\\' || pull->at[1] != 'u')
        return fail (pull, "a \\u escape is wrong");
      pull->at += 2;
      if (!read_hex4 (pull, &low))
        return FALSE;
      if (low < 0xdc00 || low > 0xdfff)
        return fail (pull, "a \\u escape is wrong");
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }
  if (code == 0 || !g_unichar_validate (code))
    return fail (pull, "a \\u escape is wrong");
  g_string_append_unichar (value, code);
  return TRUE;
}

static gboolean
read_escape (SfJsonPull *pull, GString *value)
{
  static const char letters[] = "\"\\/bfnrt";
  static const char meanings[] = "\"\\/\b\f\n\r\t";
  const char *letter;

  if (pull->at == pull->end)
    return fail (pull, "a string does not end");
  if (*pull->at == 'u')
    {
      pull->at++;
      return read_unicode_escape (pull, value);
    }
  letter = memchr (letters, *pull->at, sizeof letters - 1);
  if (!letter)
    return fail (pull, "an escape is unknown");
  g_string_append_c (value, meanings[letter - letters]);
  pull->at++;
  return TRUE;
}

gboolean
sf_json_pull_string (SfJsonPull *pull, GString *value)
{
  g_string_truncate (value, 0);
  if (!take (pull, '"', "a string is expected"))
    return FALSE;

  while (pull->at < pull->end && *pull->at != '"')
    {
      const char *from = pull->at;
      while (pull->at < pull->end && *pull->at != '"' && *pull->at != '\\'
             && (guchar)*pull->at >= 0x20)
        pull->at++;
      if (!g_utf8_validate_len (from, pull->at - from, NULL))
        return fail (pull, "a string is not UTF-8");
      g_string_append_len (value, from, pull->at - from);
      if (pull->at == pull->end || *pull->at == '"')
        break;
      if (*pull->at++ != '\\')
        return fail (pull, "a string holds a control character");
      if (!read_escape (pull, value))
        return FALSE;
    }
  return take (pull, '"', "a string does not end");
}

gboolean
sf_json_pull_uint (SfJsonPull *pull, guint64 *value)
{
  *value = 0;
  if (pull->problem || !g_ascii_isdigit (peek (pull)))
    return fail (pull, "a whole number is expected");
  while (pull->at < pull->end && g_ascii_isdigit (*pull->at))
    {
      if (!g_uint64_checked_mul (value, *value, 10)
          || !g_uint64_checked_add (value, *value, *pull->at - '0'))
        return fail (pull, "a number is too large");
      pull->at++;
    }
  if (pull->at < pull->end && strchr (".eE", *pull->at))
    return fail (pull, "a whole number is expected");
  return TRUE;
}

/* Numbers, true, false and null, which the grammar ends at a bracket, a comma or white space.
 * Leaving their spelling to json-glib costs nothing: they cannot nest. */
static gboolean
skip_word (SfJsonPull *pull)
{
  const char *from = pull->at;

  while (pull->at < pull->end && (g_ascii_isalnum (*pull->at) || memchr ("+-.", *pull->at, 3)))
    pull->at++;
  return pull->at > from || fail (pull, "a value is missing");
}

static gboolean
skip_value (SfJsonPull *pull, guint depth, GString *name)
{
  guint n = 0;

  if (depth > SF_JSON_MAX_DEPTH)
    return fail (pull, "the brackets are nested too deep");
  switch (peek (pull))
    {
    case '{':
      pull->at++;
      while (sf_json_pull_member (pull, &n, name))
        skip_value (pull, depth + 1, name);
      break;
    case '[':
      pull->at++;
      while (sf_json_pull_item (pull, &n))
        skip_value (pull, depth + 1, name);
      break;
    case '"':
      sf_json_pull_string (pull, name);
      break;
    default:
      skip_word (pull);
    }
  return pull->problem == NULL;
}

gboolean
sf_json_pull_skip (SfJsonPull *pull)
{
  g_autoptr (GString) name = g_string_new (NULL);

  return !pull->problem && skip_value (pull, 1, name);
}

gboolean
sf_json_pull_finish (SfJsonPull *pull)
{
  if (pull->problem)
    return FALSE;
  peek (pull);
  return pull->at == pull->end || fail (pull, "there is text after the end");
}

char *
sf_json_pull_problem (SfJsonPull *pull)
{
  if (!pull->problem)
    return NULL;
  return g_strdup_printf ("%s at byte %" G_GSIZE_FORMAT, pull->problem,
                          (gsize)(pull->at - pull->text));
}
