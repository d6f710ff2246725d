/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "files/json-pull.h"

#include <glib/gstdio.h>
#include <string.h>

#include "base/error.h"

/* Configurations have a few kilobytes, the index of a sharded model a few hundred. */
#define MAX_CONFIG_BYTES (32 * 1024 * 1024)

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

gboolean
sf_json_pull_at_string (SfJsonPull *pull)
{
  return !pull->problem && peek (pull) == '"';
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

/* As g_file_get_contents(), but a device or an endless file is refused before it is read. */
static char *
load_text (const char *path, gsize *len, GError **error)
{
  g_autoptr (GError) local = NULL;
  GStatBuf info;
  char *text;

  if (g_stat (path, &info) == 0 && (!S_ISREG (info.st_mode) || info.st_size > MAX_CONFIG_BYTES))
    {
      g_autofree char *shown = g_filename_display_name (path);
      g_set_error (error, SF_ERROR, SF_ERROR_MODEL, "“%s” is not a configuration file.", shown);
      return NULL;
    }
  if (g_file_get_contents (path, &text, len, &local))
    return text;
  g_set_error (error, local->domain, local->code, "The model cannot be read: %s.", local->message);
  return NULL;
}

JsonObject *
sf_json_load_object (const char *path, GError **error)
{
  gsize len;
  g_autofree char *text = load_text (path, &len, error);
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) parse_error = NULL;
  g_autofree char *problem = NULL;
  JsonNode *root = NULL;
  SfJsonPull pull;

  if (!text)
    return NULL;
  sf_json_pull_init (&pull, text, len);
  if (!sf_json_pull_skip (&pull) || !sf_json_pull_finish (&pull))
    problem = sf_json_pull_problem (&pull);
  else if (!json_parser_load_from_data (parser, text, len, &parse_error))
    problem = g_strdup (parse_error->message);
  else if (!(root = json_parser_get_root (parser)) || !JSON_NODE_HOLDS_OBJECT (root))
    problem = g_strdup ("an object is expected");
  if (!problem)
    return json_node_dup_object (root);
  g_autofree char *shown = g_filename_display_name (path);
  g_set_error (error, SF_ERROR, SF_ERROR_MODEL, "“%s” is damaged: %s.", shown, problem);
  return NULL;
}
