/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * SfConfigJson:
 * @model: what messages call the model.
 * @file: what they call the file.
 *
 * A configuration file that nobody vouches for. The first thing wrong is remembered in @error;
 * what is read after it means nothing.
 */
typedef struct
{
  /* Borrowed */
  const char *model;
  const char *file;
  JsonObject *object;

  /* Owned */
  GError *error;
} SfConfigJson;

/* Whether there is such a member that is not null. */
gboolean sf_config_has (SfConfigJson *self, const char *name);

/* Where a member is absent or null these give @fallback. */
guint sf_config_uint (SfConfigJson *self, const char *name, guint fallback, guint max);
double sf_config_double (SfConfigJson *self, const char *name, double fallback);
gboolean sf_config_boolean (SfConfigJson *self, const char *name, gboolean fallback);
/* Returns: (transfer none): */
const char *sf_config_string (SfConfigJson *self, const char *name, const char *fallback);

/* A list of @n numbers up to @max, or one number that stands for all of them. */
void sf_config_uints (SfConfigJson *self, const char *name, guint fallback, guint max, guint n,
                      guint *dst);

/* Returns: the length of the list @name, from 1 to @max. */
guint sf_config_length (SfConfigJson *self, const char *name, guint max);

/* Element @i of a list of strings of at least that length, or "". */
const char *sf_config_nth_string (SfConfigJson *self, const char *name, guint i);

/**
 * SfConfigUsual:
 * @value: as JSON.
 *
 * The only value of a member that this program knows how to run.
 */
typedef struct
{
  const char *name;
  const char *value;
} SfConfigUsual;

/* Refuses each member of @usual, @n of them, that is there with another value. */
void sf_config_check_usual (SfConfigJson *self, const SfConfigUsual *usual, gsize n);

/* Notes that @name's value is not one of those that can be run. */
void sf_config_refuse (SfConfigJson *self, const char *name);

G_END_DECLS
