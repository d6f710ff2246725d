/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "numbers.h"

static gboolean
refuse (const char *name, const char *wanted, const char *value, GError **error)
{
  g_autofree char *shown = g_filename_display_name (value);
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "%s takes %s, not “%s”.", name,
               wanted, shown);
  return FALSE;
}

static gboolean
read_whole (const CliWhole *option, const char *text, gint64 *value, GError **error)
{
  g_autofree char *range = g_strdup_printf (
      "a whole number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, option->min, option->max);
  g_autofree char *multiple = g_strdup_printf ("a multiple of %u", option->multiple);
  if (!g_ascii_string_to_signed (text, 10, option->min, option->max, value, NULL))
    return refuse (option->option, range, text, error);
  return option->multiple == 0 || *value % option->multiple == 0
         || refuse (option->option, multiple, text, error);
}

gboolean
cli_on_whole (const char *name, const char *value, gpointer data, GError **error)
{
  const CliNumbers *numbers = *(const CliNumbers **)data;
  for (const CliWhole *option = numbers->wholes; option->option != NULL; option++)
    if (g_str_equal (name, option->option))
      return read_whole (option, value, G_STRUCT_MEMBER_P (data, option->offset), error);
  g_return_val_if_reached (FALSE);
}

static gboolean
read_decimal (const CliDecimal *option, const char *text, double *value, GError **error)
{
  g_autofree char *range = g_strdup_printf ("a number from %g to %g", option->min, option->max);
  char *end;
  *value = g_ascii_strtod (text, &end);
  return (end != text && *end == '\0' && *value >= option->min && *value <= option->max)
         || refuse (option->option, range, text, error);
}

gboolean
cli_on_decimal (const char *name, const char *value, gpointer data, GError **error)
{
  const CliNumbers *numbers = *(const CliNumbers **)data;
  for (const CliDecimal *option = numbers->decimals; option->option != NULL; option++)
    if (g_str_equal (name, option->option))
      return read_decimal (option, value, G_STRUCT_MEMBER_P (data, option->offset), error);
  g_return_val_if_reached (FALSE);
}
