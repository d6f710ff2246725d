/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sfumato.h"

G_BEGIN_DECLS

/**
 * CliGenerateOptions:
 * @request: what to make; its seed is drawn already if none was given.
 * @engine: device and memory limit.
 * @model: the model to open; the bundled one if none was given.
 * @output: (nullable): the file to write, %NULL for a name from the seed.
 * @preview_dir: (nullable): the folder for the previews.
 *
 * The command line of "sfumato-cli generate", checked as far as that goes without a model.
 */
typedef struct
{
  SfEngineOptions engine;
  gboolean quiet;

  /* Owned */
  SfRequest *request;
  char *model;
  char *output;
  char *preview_dir;
} CliGenerateOptions;

/* Returns: (nullable): %NULL after a usage error, which has been told. */
CliGenerateOptions *cli_generate_options_parse (GStrv args);
void cli_generate_options_free (CliGenerateOptions *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CliGenerateOptions, cli_generate_options_free)

G_END_DECLS
