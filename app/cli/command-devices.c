/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli.h"
#include "sfumato.h"

#define DESCRIPTION "The first device is the one that is used unless --device says otherwise."

static void
print_device (const SfDeviceInfo *device)
{
  g_autofree char *memory = g_format_size (device->memory);
  g_autofree char *features
      = device->features != NULL ? g_strjoinv (", ", device->features) : g_strdup ("");
  g_print ("%u  %s%s\n", device->index, device->name,
           device->software ? " (runs on the processor)" : "");
  g_print ("   driver    %s\n", device->driver);
  g_print ("   memory    %s\n", memory);
  g_print ("   features  %s\n", *features != '\0' ? features : "nothing beyond the least");
}

static CliStatus
run (GStrv args)
{
  g_auto (GStrv) rest = g_strdupv (args);
  GOptionGroup *options = g_option_group_new (NULL, NULL, NULL, NULL, NULL);
  if (!cli_parse (&cli_command_devices, NULL, DESCRIPTION, options, 0, &rest))
    return CLI_USAGE;

  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) devices = sf_devices_list (&error);
  if (devices == NULL)
    return cli_fail (CLI_FAILED, error->message);
  for (guint i = 0; i < devices->len; i++)
    print_device (g_ptr_array_index (devices, i));
  return CLI_OK;
}

const CliCommand cli_command_devices
    = { "devices", "List the Vulkan devices that can make pictures, best first", run };
