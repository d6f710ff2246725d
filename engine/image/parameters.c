/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "image/parameters.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NEGATIVE "Negative prompt:"
#define STEPS "Steps: "

/* What older programs wrote behind the sampler's name. */
static const char *const SCHEDULE_SUFFIXES[]
    = { " Karras", " Exponential", " Polyexponential", " SGM Uniform" };

SfParameters *
sf_parameters_new (void)
{
  SfParameters *self = g_new0 (SfParameters, 1);
  self->clip_skip = 1;
  self->cache_interval = 1;
  self->seed = -1;
  self->cfg = NAN;
  self->denoising = NAN;
  self->prompt = g_strdup ("");
  self->negative = g_strdup ("");
  self->schedule = g_strdup ("Automatic");
  self->rng = g_strdup ("GPU");
  self->extras = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

void
sf_parameters_free (SfParameters *self)
{
  g_free (self->prompt);
  g_free (self->negative);
  g_free (self->sampler);
  g_free (self->schedule);
  g_free (self->model_hash);
  g_free (self->model);
  g_free (self->rng);
  g_free (self->version);
  g_hash_table_unref (self->extras);
  g_free (self);
}

void
sf_parameters_set (char **field, const char *value)
{
  char *copy = g_strdup (value);
  g_free (*field);
  *field = copy;
}

/* --- Building --------------------------------------------------------------------------------- */

static void
put (GString *line, const char *key, const char *value)
{
  if (value == NULL || value[0] == '\0')
    return;
  g_autofree char *quoted = sf_parameters_quote (value);
  g_string_append_printf (line, "%s%s: %s", line->len > 0 ? ", " : "", key, quoted);
}

static void
put_uint (GString *line, const char *key, guint value)
{
  g_autofree char *text = g_strdup_printf ("%u", value);
  put (line, key, text);
}

/* The fewest digits that read back as the same number: 7.5, not 7.50000000000000000. */
static void
put_double (GString *line, const char *key, double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  char format[] = "%.00g";

  if (!isfinite (value))
    return;
  for (int digits = 6; digits <= 17; digits++)
    {
      format[2] = '0' + digits / 10;
      format[3] = '0' + digits % 10;
      g_ascii_formatd (text, sizeof text, format, value);
      if (g_ascii_strtod (text, NULL) == value)
        break;
    }
  put (line, key, text);
}

static void
put_size (GString *line, const SfParameters *self)
{
  g_autofree char *size = g_strdup_printf ("%ux%u", self->width, self->height);
  put (line, "Size", self->width > 0 && self->height > 0 ? size : NULL);
}

static gboolean
key_is_sane (const char *key)
{
  if (!g_ascii_isalnum (key[0]) || g_ascii_isspace (key[strlen (key) - 1]))
    return FALSE;
  for (const char *p = key; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && strchr (" _-/", *p) == NULL)
      return FALSE;
  return TRUE;
}

static gboolean set_field (SfParameters *self, const char *key, const char *value);

static gboolean
key_is_a_field (const char *key)
{
  g_autoptr (SfParameters) scratch = sf_parameters_new ();
  return set_field (scratch, key, "");
}

static void
put_extras (GString *line, GHashTable *extras)
{
  g_autoptr (GList) keys = g_list_sort (g_hash_table_get_keys (extras), (GCompareFunc)strcmp);
  for (GList *l = keys; l != NULL; l = l->next)
    if (key_is_sane (l->data) && !key_is_a_field (l->data))
      put (line, l->data, g_hash_table_lookup (extras, l->data));
}

static void
put_seed (GString *line, gint64 seed)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, seed);
  put (line, "Seed", seed >= 0 ? text : NULL);
}

static char *
build_settings (const SfParameters *self)
{
  GString *line = g_string_new (NULL);
  put_uint (line, "Steps", self->steps);
  put (line, "Sampler", self->sampler);
  put (line, "Schedule type", g_str_equal (self->schedule, "Automatic") ? NULL : self->schedule);
  put_double (line, "CFG scale", self->cfg);
  put_seed (line, self->seed);
  put_size (line, self);
  put (line, "Model hash", self->model_hash);
  put (line, "Model", self->model);
  put_double (line, "Denoising strength", self->denoising);
  if (self->clip_skip > 1)
    put_uint (line, "Clip skip", self->clip_skip);
  if (self->cache_interval > 1)
    put_uint (line, "Cache interval", self->cache_interval);
  if (self->token_merging > 0)
    put_double (line, "Token merging ratio", self->token_merging);
  put (line, "RNG", g_str_equal (self->rng, "GPU") ? NULL : self->rng);
  put_extras (line, self->extras);
  put (line, "Version", self->version);
  return g_string_free (line, FALSE);
}

char *
sf_parameters_build (const SfParameters *self)
{
  g_autofree char *settings = build_settings (self);
  GString *text = g_string_new (self->prompt);

  if (self->negative[0] != '\0')
    g_string_append_printf (text, "%s" NEGATIVE " %s", text->len > 0 ? "\n" : "", self->negative);
  g_string_append_printf (text, "%s%s", text->len > 0 ? "\n" : "", settings);
  return g_string_free (text, FALSE);
}

/* --- Parsing ---------------------------------------------------------------------------------- */

static guint
parse_uint (const char *text, guint max)
{
  guint64 value;
  return g_ascii_string_to_unsigned (text, 10, 0, max, &value, NULL) ? value : 0;
}

static double
parse_double (const char *text)
{
  char *end;
  double value = g_ascii_strtod (text, &end);
  return end != text && *end == '\0' && isfinite (value) ? value : NAN;
}

static gint64
parse_seed (const char *text)
{
  gint64 value;
  return g_ascii_string_to_signed (text, 10, 0, G_MAXINT64, &value, NULL) ? value : -1;
}

static void
parse_size (SfParameters *self, const char *text)
{
  g_auto (GStrv) sides = g_strsplit (text, "x", 3);
  if (g_strv_length (sides) != 2)
    return;
  guint width = parse_uint (sides[0], G_MAXUINT);
  guint height = parse_uint (sides[1], G_MAXUINT);
  if (width == 0 || height == 0)
    return;
  self->width = width;
  self->height = height;
}

/* Absent and empty are the same to a field. */
static gboolean
take_string (char **field, const char *fallback, const char *value)
{
  sf_parameters_set (field, value[0] != '\0' ? value : fallback);
  return TRUE;
}

static gboolean
set_string (SfParameters *self, const char *key, const char *value)
{
  if (g_str_equal (key, "Sampler"))
    return take_string (&self->sampler, NULL, value);
  if (g_str_equal (key, "Schedule type"))
    return take_string (&self->schedule, "Automatic", value);
  if (g_str_equal (key, "Model hash"))
    return take_string (&self->model_hash, NULL, value);
  if (g_str_equal (key, "Model"))
    return take_string (&self->model, NULL, value);
  if (g_str_equal (key, "RNG"))
    return take_string (&self->rng, "GPU", value);
  if (g_str_equal (key, "Version"))
    return take_string (&self->version, NULL, value);
  return FALSE;
}

static gboolean
set_number (SfParameters *self, const char *key, const char *value)
{
  if (g_str_equal (key, "Steps"))
    self->steps = parse_uint (value, G_MAXUINT);
  else if (g_str_equal (key, "CFG scale"))
    self->cfg = parse_double (value);
  else if (g_str_equal (key, "Seed"))
    self->seed = parse_seed (value);
  else if (g_str_equal (key, "Size"))
    parse_size (self, value);
  else if (g_str_equal (key, "Denoising strength"))
    self->denoising = parse_double (value);
  else if (g_str_equal (key, "Clip skip"))
    self->clip_skip = MAX (parse_uint (value, G_MAXUINT), 1);
  else if (g_str_equal (key, "Cache interval"))
    self->cache_interval = MAX (parse_uint (value, G_MAXUINT), 1);
  else if (g_str_equal (key, "Token merging ratio"))
    self->token_merging = MAX (parse_double (value), 0);
  else
    return FALSE;
  return TRUE;
}

/* Returns: whether @key is a field of the struct. */
static gboolean
set_field (SfParameters *self, const char *key, const char *value)
{
  return set_number (self, key, value) || set_string (self, key, value);
}

/* The end of the value that starts at @p: the closing quote of a JSON string that is followed by a
 * comma or the end, else the next comma or the end. */
static const char *
value_end (const char *p)
{
  if (*p == '"')
    {
      const char *q = p + 1;
      while (*q != '\0' && *q != '"')
        q += q[0] == '\\' && q[1] != '\0' ? 2 : 1;
      if (*q == '"' && (q[1] == ',' || q[1] == '\0'))
        return q + 1;
    }
  return p + strcspn (p, ",");
}

static void
parse_settings (SfParameters *self, const char *line)
{
  for (const char *p = line; *p != '\0';)
    {
      p += strspn (p, " \t\r");
      const char *colon = p + strcspn (p, ":,");
      if (*colon == ':')
        {
          const char *start = colon + 1 + strspn (colon + 1, " \t\r");
          const char *end = value_end (start);
          g_autofree char *key = g_strstrip (g_strndup (p, colon - p));
          g_autofree char *raw = g_strstrip (g_strndup (start, end - start));
          g_autofree char *value = sf_parameters_unquote (raw);
          if (!set_field (self, key, value) && key_is_sane (key) && value[0] != '\0')
            g_hash_table_replace (self->extras, g_steal_pointer (&key), g_steal_pointer (&value));
          colon = end;
        }
      p = *colon == ',' ? colon + 1 : colon;
    }
}

/* Returns: the schedule's name that @sampler ended with and that was cut off, or NULL. */
static const char *
cut_schedule (char *sampler)
{
  for (guint i = 0; i < G_N_ELEMENTS (SCHEDULE_SUFFIXES); i++)
    {
      const char *suffix = SCHEDULE_SUFFIXES[i];
      if (!g_str_has_suffix (sampler, suffix) || strlen (sampler) == strlen (suffix))
        continue;
      sampler[strlen (sampler) - strlen (suffix)] = '\0';
      return suffix + 1;
    }
  return NULL;
}

static void
split_sampler (SfParameters *self)
{
  const char *schedule;
  while (self->sampler != NULL && (schedule = cut_schedule (self->sampler)) != NULL)
    if (g_str_equal (self->schedule, "Automatic"))
      sf_parameters_set (&self->schedule, schedule);
}

/* The last line that starts with a number of steps, or NULL: what other programs look for. */
static char *
find_settings (char *text)
{
  char *found = NULL;
  for (char *line = text; line != NULL; line = strchr (line, '\n'))
    {
      line += *line == '\n';
      if (g_str_has_prefix (line, STEPS) && g_ascii_isdigit (line[strlen (STEPS)]))
        found = line;
    }
  return found;
}

/* The first line of @text that starts the negative prompt, or NULL. */
static char *
find_negative (char *text)
{
  if (g_str_has_prefix (text, NEGATIVE))
    return text;
  char *place = strstr (text, "\n" NEGATIVE);
  return place != NULL ? place + 1 : NULL;
}

/* Cuts @text before @part, together with the newline between them. */
static void
cut_before (const char *text, char *part)
{
  *part = '\0';
  if (part > text)
    part[-1] = '\0';
}

SfParameters *
sf_parameters_parse (const char *text)
{
  SfParameters *self = sf_parameters_new ();
  g_autofree char *copy = g_strdup (text);

  char *settings = find_settings (copy);
  if (settings != NULL)
    {
      settings[strcspn (settings, "\n")] = '\0';
      parse_settings (self, settings);
      split_sampler (self);
      cut_before (copy, settings);
    }
  char *negative = find_negative (copy);
  if (negative != NULL)
    {
      const char *body = negative + strlen (NEGATIVE);
      sf_parameters_set (&self->negative, body + (*body == ' '));
      cut_before (copy, negative);
    }
  sf_parameters_set (&self->prompt, copy);
  return self;
}
