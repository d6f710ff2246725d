/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli.h"
#include "sfumato.h"

#define DESCRIPTION                                                                                \
  "MODEL is a .safetensors file, or a folder with unet, vae, text_encoder and tokenizer in it.\n"  \
  "Only the headers are read, no GPU is needed."

static CliStatus
run (GStrv args)
{
  g_auto (GStrv) rest = g_strdupv (args);
  GOptionGroup *options = g_option_group_new (NULL, NULL, NULL, NULL, NULL);
  if (!cli_parse (&cli_command_info, "MODEL", DESCRIPTION, options, 1, &rest))
    return CLI_USAGE;

  g_autoptr (GError) error = NULL;
  g_autofree char *text = sf_model_describe (rest[1], &error);
  if (text == NULL)
    return cli_fail (CLI_FAILED, error->message);
  g_print ("%s%s", text, g_str_has_suffix (text, "\n") ? "" : "\n");
  return CLI_OK;
}

const CliCommand cli_command_info = { "info", "Tell what a model file is, and what it lacks", run };
