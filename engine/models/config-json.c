/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/config-json.h"

#include <math.h>
#include <string.h>

#include "base/error.h"

/* More of a foreign value is not shown in a message. */
#define MAX_SHOWN 60

static JsonNode *
get (SfConfigJson *self, const char *name)
{
  JsonNode *node = json_object_get_member (self->object, name);

  return node && !JSON_NODE_HOLDS_NULL (node) ? node : NULL;
}

gboolean
sf_config_has (SfConfigJson *self, const char *name)
{
  return get (self, name) != NULL;
}

static void
fail (SfConfigJson *self, const char *name, const char *expected)
{
  if (!self->error)
    self->error = g_error_new (SF_ERROR, SF_ERROR_MODEL,
                               "The model “%s” cannot be used: in its %s, “%s” must be %s.",
                               self->model, self->file, name, expected);
}

static void
fail_range (SfConfigJson *self, const char *name, guint max)
{
  g_autofree char *expected = g_strdup_printf ("a whole number from 1 to %u", max);

  fail (self, name, expected);
}

void
sf_config_refuse (SfConfigJson *self, const char *name)
{
  JsonNode *node = json_object_get_member (self->object, name);
  g_autofree char *value = node ? json_to_string (node, FALSE) : g_strdup ("nothing");
  g_autofree char *shown = g_utf8_substring (value, 0, MIN (g_utf8_strlen (value, -1), MAX_SHOWN));

  if (!self->error)
    self->error = g_error_new (SF_ERROR, SF_ERROR_MODEL,
                               "The model “%s” cannot be run by this version: its %s has %s for "
                               "“%s”.",
                               self->model, self->file, shown, name);
}

static guint
get_uint (SfConfigJson *self, const char *name, JsonNode *node, guint max)
{
  gint64 value = JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_INT64
                     ? json_node_get_int (node)
                     : 0;

  if (value >= 1 && value <= max)
    return value;
  fail_range (self, name, max);
  return 1;
}

guint
sf_config_uint (SfConfigJson *self, const char *name, guint fallback, guint max)
{
  JsonNode *node = get (self, name);

  return node ? get_uint (self, name, node, max) : fallback;
}

double
sf_config_double (SfConfigJson *self, const char *name, double fallback)
{
  JsonNode *node = get (self, name);
  GType type = node && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node) : 0;

  if (!node)
    return fallback;
  if ((type == G_TYPE_DOUBLE || type == G_TYPE_INT64) && isfinite (json_node_get_double (node)))
    return json_node_get_double (node);
  fail (self, name, "a number");
  return fallback;
}

gboolean
sf_config_boolean (SfConfigJson *self, const char *name, gboolean fallback)
{
  JsonNode *node = get (self, name);

  if (!node)
    return fallback;
  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_BOOLEAN)
    return json_node_get_boolean (node);
  fail (self, name, "true or false");
  return fallback;
}

static const char *
get_string (JsonNode *node)
{
  return JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

const char *
sf_config_string (SfConfigJson *self, const char *name, const char *fallback)
{
  JsonNode *node = get (self, name);
  const char *value = node ? get_string (node) : NULL;

  if (node && !value)
    fail (self, name, "a text");
  return value ? value : fallback;
}

void
sf_config_uints (SfConfigJson *self, const char *name, guint fallback, guint max, guint n,
                 guint *dst)
{
  JsonNode *node = get (self, name);
  JsonArray *list = node && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  if (list && json_array_get_length (list) != n)
    {
      g_autofree char *expected = g_strdup_printf ("a list of %u", n);
      fail (self, name, expected);
      list = NULL;
    }
  for (guint i = 0; i < n; i++)
    dst[i] = list   ? get_uint (self, name, json_array_get_element (list, i), max)
             : node ? sf_config_uint (self, name, fallback, max)
                    : fallback;
}

guint
sf_config_length (SfConfigJson *self, const char *name, guint max)
{
  JsonNode *node = get (self, name);
  guint n = node && JSON_NODE_HOLDS_ARRAY (node)
                ? json_array_get_length (json_node_get_array (node))
                : 0;

  if (n < 1 || n > max)
    {
      g_autofree char *expected = g_strdup_printf ("a list of 1 to %u", max);
      fail (self, name, expected);
      return 1;
    }
  return n;
}

const char *
sf_config_nth_string (SfConfigJson *self, const char *name, guint i)
{
  JsonNode *node = get (self, name);
  JsonArray *list = node && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  const char *value = list && i < json_array_get_length (list)
                          ? get_string (json_array_get_element (list, i))
                          : NULL;

  if (value)
    return value;
  fail (self, name, "a list of names, one for each of “block_out_channels”");
  return "";
}

/* 1, 1.0 and "1" in the table are the same number. */
static gboolean
is_value (JsonNode *node, const char *value)
{
  g_autofree char *text = json_to_string (node, FALSE);
  GType type = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node) : 0;

  if (type == G_TYPE_DOUBLE || type == G_TYPE_INT64)
    return json_node_get_double (node) == g_ascii_strtod (value, NULL);
  return strcmp (text, value) == 0;
}

void
sf_config_check_usual (SfConfigJson *self, const SfConfigUsual *usual, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      JsonNode *node = get (self, usual[i].name);
      if (node && !is_value (node, usual[i].value))
        sf_config_refuse (self, usual[i].name);
    }
}
