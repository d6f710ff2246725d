/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Megabytes as in "8 GB": 10^6 bytes. */
#define CLI_MEGABYTE (1000 * 1000)

/**
 * CliWhole:
 * @option: "--steps".
 * @multiple: of what it has to be a multiple; 0 for anything.
 * @offset: of its field, a gint64, in the struct that options are read into.
 *
 * An option that takes a whole number.
 */
typedef struct
{
  const char *option;
  gint64 min, max;
  guint multiple;
  gsize offset;
} CliWhole;

/* The same with a point in it: the field is a double. */
typedef struct
{
  const char *option;
  double min, max;
  gsize offset;
} CliDecimal;

/* All that a command has; each list ends with an empty one. */
typedef struct
{
  const CliWhole *wholes;
  const CliDecimal *decimals; /* or NULL */
} CliNumbers;

/* GOptionArgFuncs. The group's data is a struct whose first field is a const CliNumbers *. What is
 * no such number, or out of range, is a usage error. */
gboolean cli_on_whole (const char *name, const char *value, gpointer data, GError **error);
gboolean cli_on_decimal (const char *name, const char *value, gpointer data, GError **error);

/* Entries for a GOptionEntry[]. FILENAME: so that GOption does not mind bytes that are not UTF-8.
 */
#define CLI_WHOLE(name, help, arg)                                                                 \
  {                                                                                                \
    name, 0, G_OPTION_FLAG_FILENAME, G_OPTION_ARG_CALLBACK, cli_on_whole, help, arg                \
  }
#define CLI_DECIMAL(name, help, arg)                                                               \
  {                                                                                                \
    name, 0, G_OPTION_FLAG_FILENAME, G_OPTION_ARG_CALLBACK, cli_on_decimal, help, arg              \
  }

G_END_DECLS
