/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * The program sfumato-cli: the engine without a window. One file a command, command-NAME.c, which
 * defines the CliCommand that the table in cli.c lists.
 *
 * What a command makes goes to standard output, one path or one fact a line; everything else goes
 * to standard error, errors as "sfumato-cli: sentence".
 */

/* Exit statuses. A run that was stopped with Ctrl+C has failed: the picture is not there. */
typedef enum
{
  CLI_OK = 0,
  CLI_FAILED = 1,
  CLI_USAGE = 2,
} CliStatus;

/**
 * CliCommand:
 * @name: what is typed.
 * @summary: a few words for the list of commands.
 * @run: @args is %NULL-terminated; its first is the command's name.
 */
typedef struct
{
  const char *name;
  const char *summary;
  CliStatus (*run) (GStrv args);
} CliCommand;

extern const CliCommand cli_command_generate;
extern const CliCommand cli_command_devices;
extern const CliCommand cli_command_info;
extern const CliCommand cli_command_probe;
extern const CliCommand cli_command_bench;
extern const CliCommand cli_command_version;

/* Runs the command that the arguments of main() name. */
CliStatus cli_run (int argc, char **argv);

/**
 * cli_parse:
 * @usage: what follows the command's name in the help, such as "MODEL" or "".
 * @description: (nullable): what stands below the options in the help.
 * @n_operands: how many arguments that are no options there must be.
 * @args: (inout): the options are taken out of it.
 *
 * Parses the options of @command. --help prints and leaves the program. Returns: whether to go on;
 * otherwise the usage error has been told.
 */
gboolean cli_parse (const CliCommand *command, const char *usage, const char *description,
                    GOptionGroup *options, guint n_operands, GStrv *args);

/* "sfumato-cli: message" on standard error, one line without control characters: names in it may
 * come from a stranger's file. Returns: @status. */
CliStatus cli_fail (CliStatus status, const char *message);

/* What is no error and no result, in the same way. */
void cli_note (const char *sentence);

G_END_DECLS
