/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "prompts.h"

#include <json-glib/json-glib.h>
#include <string.h>

#include "base/printable.h"

/* Digits of a name, so that a folder sorts. */
#define MIN_DIGITS 4

/* Some editors begin a UTF-8 file with it. */
#define BYTE_ORDER_MARK "\357\273\277"

CliPrompt *
cli_prompt_new (guint line, SfRequest *request, char *output)
{
  CliPrompt *self = g_new0 (CliPrompt, 1);
  self->line = line;
  self->request = request;
  self->output = output;
  if (request->seed < 0)
    request->seed = g_random_int ();
  return self;
}

void
cli_prompt_free (CliPrompt *self)
{
  sf_request_free (self->request);
  g_free (self->output);
  g_free (self);
}

char *
cli_prompt_place (const CliPrompt *self)
{
  return self->line > 0 ? g_strdup_printf ("Line %u: ", self->line) : g_strdup ("");
}

/* --- A line ----------------------------------------------------------------------------------- */

static gboolean
refuse (GError **error, const char *sentence)
{
  g_set_error_literal (error, SF_ERROR, SF_ERROR_ARGUMENT, sentence);
  return FALSE;
}

static gboolean
take_text (JsonNode *value, const char *name, char **field, GError **error)
{
  if (!JSON_NODE_HOLDS_VALUE (value) || json_node_get_value_type (value) != G_TYPE_STRING)
    {
      g_set_error (error, SF_ERROR, SF_ERROR_ARGUMENT, "“%s” takes a text in quotes.", name);
      return FALSE;
    }
  g_free (*field);
  *field = json_node_dup_string (value);
  return TRUE;
}

/* A number that is too large becomes −1 in older versions of json-glib, and the largest one in
 * newer. */
static gboolean
take_seed (JsonNode *value, gint64 *seed, GError **error)
{
  if (!JSON_NODE_HOLDS_VALUE (value) || json_node_get_value_type (value) != G_TYPE_INT64
      || json_node_get_int (value) < 0 || json_node_get_int (value) == G_MAXINT64)
    return refuse (error, "“seed” takes a whole number, 0 or more.");
  *seed = json_node_get_int (value);
  return TRUE;
}

/* @out: (inout): the picture's name, as far as it is known. */
static gboolean
take_member (SfRequest *request, char **out, const char *name, JsonNode *value, GError **error)
{
  if (g_str_equal (name, "prompt"))
    return take_text (value, name, &request->prompt, error);
  if (g_str_equal (name, "negative"))
    return take_text (value, name, &request->negative_prompt, error);
  if (g_str_equal (name, "seed"))
    return take_seed (value, &request->seed, error);
  if (g_str_equal (name, "out"))
    return take_text (value, name, out, error);
  g_set_error (error, SF_ERROR, SF_ERROR_ARGUMENT,
               "“%s” is not known here; there are “prompt”, “negative”, “seed” and “out”.", name);
  return FALSE;
}

static gboolean
take_json (SfRequest *request, char **out, const char *text, GError **error)
{
  g_autoptr (JsonNode) root = json_from_string (text, NULL);
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return refuse (error, "This is not a JSON object on one line.");
  json_object_iter_init (&iter, json_node_get_object (root));
  while (json_object_iter_next (&iter, &name, &value))
    if (!take_member (request, out, name, value, error))
      return FALSE;
  return request->prompt != NULL || refuse (error, "There is no “prompt”.");
}

static gboolean
check_name (const char *out, GError **error)
{
  g_autofree char *printable = sf_printable (out);
  if (*out == '\0' || g_str_has_suffix (out, G_DIR_SEPARATOR_S))
    return refuse (error, "“out” names no file.");
  /* It is printed as one line, which others read. */
  if (!g_str_equal (out, printable))
    return refuse (error, "“out” has a control character in it.");
  return g_str_has_suffix (out, ".png") || refuse (error, "“out” must end in .png.");
}

/* @line: without white space around it, and not empty. */
static CliPrompt *
read_line (const char *line, guint number, guint digits, const SfRequest *base, const char *folder,
           GError **error)
{
  g_autoptr (SfRequest) request = sf_request_copy (base);
  g_autofree char *out = g_strdup_printf ("%0*u.png", (int)digits, number);
  g_clear_pointer (&request->prompt, g_free);
  if (!g_utf8_validate (line, -1, NULL))
    {
      refuse (error, "The text is not valid UTF-8.");
      return NULL;
    }
  if (*line == '{' && !take_json (request, &out, line, error))
    return NULL;
  if (request->prompt == NULL)
    request->prompt = g_strdup (line);
  if (!check_name (out, error) || !sf_request_validate (request, error))
    return NULL;
  char *path = folder == NULL || g_path_is_absolute (out) ? g_steal_pointer (&out)
                                                          : g_build_filename (folder, out, NULL);
  return cli_prompt_new (number, g_steal_pointer (&request), path);
}

/* --- The file --------------------------------------------------------------------------------- */

/* Fails where an earlier line writes to the same file, however it is spelled. @lines: path → line
 * number. */
static gboolean
claim (GHashTable *lines, const CliPrompt *prompt, GError **error)
{
  g_autofree char *path = g_canonicalize_filename (prompt->output, NULL);
  g_autofree char *shown = g_filename_display_name (prompt->output);
  guint other = GPOINTER_TO_UINT (g_hash_table_lookup (lines, path));
  if (other > 0)
    {
      g_set_error (error, SF_ERROR, SF_ERROR_ARGUMENT, "Line %u writes to the same file, “%s”.",
                   other, shown);
      return FALSE;
    }
  return g_hash_table_insert (lines, g_steal_pointer (&path), GUINT_TO_POINTER (prompt->line));
}

static GPtrArray *
read_lines (char *const *lines, const char *shown, const SfRequest *base, const char *folder,
            GError **error)
{
  g_autoptr (GPtrArray) prompts = g_ptr_array_new_with_free_func ((GDestroyNotify)cli_prompt_free);
  g_autoptr (GHashTable) outputs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  guint n_lines = g_strv_length ((GStrv)lines);
  g_autofree char *last = g_strdup_printf ("%u", n_lines);
  guint digits = MAX (MIN_DIGITS, strlen (last));
  for (guint i = 0; i < n_lines; i++)
    {
      char *line = g_strstrip (lines[i]);
      if (*line == '\0')
        continue;
      CliPrompt *prompt = read_line (line, i + 1, digits, base, folder, error);
      if (prompt != NULL)
        g_ptr_array_add (prompts, prompt);
      if (prompt == NULL || !claim (outputs, prompt, error))
        {
          g_prefix_error (error, "“%s”, line %u: ", shown, i + 1);
          return NULL;
        }
    }
  if (prompts->len > 0)
    return g_steal_pointer (&prompts);
  g_set_error (error, SF_ERROR, SF_ERROR_ARGUMENT, "There is no prompt in “%s”.", shown);
  return NULL;
}

/* A zero byte would hide what follows it. */
static char *
read_text (const char *file, const char *shown, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autofree char *text = NULL;
  gsize size;
  if (!g_file_get_contents (file, &text, &size, &problem))
    g_set_error (error, SF_ERROR, SF_ERROR_ARGUMENT, "--prompts: %s.", problem->message);
  else if (strlen (text) < size)
    g_set_error (error, SF_ERROR, SF_ERROR_ARGUMENT,
                 "“%s” is not a text file: it has zero bytes; save it as UTF-8.", shown);
  else
    return g_steal_pointer (&text);
  return NULL;
}

GPtrArray *
cli_prompts_read (const char *file, const SfRequest *base, const char *folder, GError **error)
{
  g_autofree char *shown = g_filename_display_name (file);
  g_autofree char *text = read_text (file, shown, error);
  if (text == NULL)
    return NULL;
  const char *start
      = g_str_has_prefix (text, BYTE_ORDER_MARK) ? text + strlen (BYTE_ORDER_MARK) : text;
  g_auto (GStrv) lines = g_strsplit (start, "\n", -1);
  return read_lines (lines, shown, base, folder, error);
}
