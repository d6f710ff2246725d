/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "files/json-file.h"

#include <glib/gstdio.h>

#include "base/error.h"
#include "base/json-pull.h"

/* Configurations have a few kilobytes, the index of a sharded model a few hundred. */
#define MAX_CONFIG_BYTES (32 * 1024 * 1024)

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
