/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli.h"

#include "numbers.h"
#include "sfumato.h"

#define DESCRIPTION                                                                                \
  "Each variant runs in a process of its own, which a bad driver may end, and is held against\n"   \
  "what is known without the device. The verdict is kept in the user's cache, where the window\n"  \
  "and “sfumato-cli generate” find it; a new driver or processor is tried anew."

typedef struct
{
  const CliNumbers *numbers;
  gint64 device;
  gboolean quiet;
} Options;

static const CliWhole wholes[] = {
  { "--device", 0, G_MAXINT, 0, G_STRUCT_OFFSET (Options, device) },
  { NULL },
};

static const CliNumbers numbers = { wholes, NULL };

static CliStatus
run (GStrv args)
{
  Options self = { .numbers = &numbers, .device = -1 };
  GOptionEntry entries[] = {
    CLI_WHOLE ("device", "The device, a number from “sfumato-cli devices”", "N"),
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &self.quiet, "Print nothing but errors", NULL },
    G_OPTION_ENTRY_NULL,
  };
  g_auto (GStrv) rest = g_strdupv (args);
  GOptionGroup *options = g_option_group_new (NULL, NULL, NULL, &self, NULL);
  g_option_group_add_entries (options, entries);
  if (!cli_parse (&cli_command_probe, NULL, DESCRIPTION, options, 0, &rest))
    return CLI_USAGE;

  g_autoptr (GError) error = NULL;
  g_autofree char *report = NULL;
  if (!sf_probe_run (self.device, &report, &error))
    return cli_fail (CLI_FAILED, error->message);
  if (!self.quiet && report != NULL)
    g_print ("%s%s", report, g_str_has_suffix (report, "\n") ? "" : "\n");
  return CLI_OK;
}

const CliCommand cli_command_probe
    = { "probe", "Try a device's kernels and keep what works best", run };
