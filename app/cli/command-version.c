/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli.h"

static CliStatus
run (GStrv args)
{
  g_auto (GStrv) rest = g_strdupv (args);
  GOptionGroup *options = g_option_group_new (NULL, NULL, NULL, NULL, NULL);
  if (!cli_parse (&cli_command_version, NULL, NULL, options, 0, &rest))
    return CLI_USAGE;
  g_print ("sfumato-cli " SFUMATO_VERSION "\n");
  return CLI_OK;
}

const CliCommand cli_command_version = { "version", "Tell the version of the program", run };
