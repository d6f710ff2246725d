/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli.h"

#include <stdio.h>
#include <string.h>

#include "base/printable.h"
#include "sfumato.h"

static const CliCommand *const commands[] = {
  &cli_command_generate, &cli_command_devices, &cli_command_info,
  &cli_command_probe,    &cli_command_bench,   &cli_command_version,
};

CliStatus
cli_fail (CliStatus status, const char *message)
{
  g_autofree char *shown = sf_printable (message);

  g_printerr ("sfumato-cli: %s\n", shown);
  return status;
}

void
cli_note (const char *sentence)
{
  g_autofree char *shown = sf_printable (sentence);

  fprintf (stderr, "%s\n", shown);
}

static void
print_help (void)
{
  g_print ("Usage:\n  sfumato-cli COMMAND [OPTION…]\n\n"
           "Makes pictures from words with Stable Diffusion, on a graphics card or on the "
           "processor.\n\nCommands:\n");
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    g_print ("  %-10s %s\n", commands[i]->name, commands[i]->summary);
  g_print ("\n“sfumato-cli COMMAND --help” tells more of each.\n"
           "The exit status is 0, or 1 for a failure, or 2 for a command that makes no sense.\n");
}

static char *
list_commands (void)
{
  g_autoptr (GString) list = g_string_new (commands[0]->name);
  for (gsize i = 1; i < G_N_ELEMENTS (commands); i++)
    g_string_append_printf (list, ", %s", commands[i]->name);
  return g_string_free (g_steal_pointer (&list), FALSE);
}

static CliStatus
unknown_command (const char *name)
{
  g_autofree char *list = list_commands ();
  g_autofree char *shown = g_filename_display_name (name);
  g_autofree char *message
      = g_strdup_printf ("There is no command “%s”; the commands are: %s.", shown, list);
  return cli_fail (CLI_USAGE, message);
}

CliStatus
cli_run (int argc, char **argv)
{
  if (argc < 2)
    return cli_fail (CLI_USAGE, "Say what to do: “sfumato-cli --help” lists the commands.");

  const char *name = argv[1];
  if (g_str_equal (name, "--help") || g_str_equal (name, "-h") || g_str_equal (name, "help"))
    {
      print_help ();
      return CLI_OK;
    }
  if (g_str_equal (name, "--version"))
    name = cli_command_version.name;

  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    if (g_str_equal (name, commands[i]->name))
      {
        g_auto (GStrv) args = g_strdupv (argv + 1);
        g_autofree char *program = g_strconcat ("sfumato-cli ", name, NULL);
        g_set_prgname (program);
        return commands[i]->run (args);
      }
  return unknown_command (name);
}

/* One sentence: what GOption says ends without a full stop, and what this program says with one. */
static void
tell_usage (const CliCommand *command, const char *problem)
{
  gsize length = strlen (problem);
  if (g_str_has_suffix (problem, "."))
    length--;
  g_autofree char *message
      = g_strdup_printf ("%.*s; see “sfumato-cli %s --help”.", (int)length, problem, command->name);
  cli_fail (CLI_USAGE, message);
}

static char *
check_operands (const char *usage, guint n_wanted, GStrv args)
{
  guint n = g_strv_length (args) - 1;
  if (n < n_wanted)
    return g_strdup_printf ("%s is missing.", usage);
  if (n > n_wanted)
    {
      g_autofree char *shown = g_filename_display_name (args[1 + n_wanted]);
      return g_strdup_printf ("“%s” is not expected here: text with spaces needs quotes.", shown);
    }
  return NULL;
}

gboolean
cli_parse (const CliCommand *command, const char *usage, const char *description,
           GOptionGroup *options, guint n_operands, GStrv *args)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GOptionContext) context = g_option_context_new (usage);
  g_option_context_set_summary (context, command->summary);
  g_option_context_set_description (context, description);
  g_option_context_set_main_group (context, options);

  if (!g_option_context_parse_strv (context, args, &error))
    {
      tell_usage (command, error->message);
      return FALSE;
    }

  g_autofree char *problem = check_operands (usage, n_operands, *args);
  if (problem != NULL)
    tell_usage (command, problem);
  return problem == NULL;
}
