/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "prompts.h"

G_BEGIN_DECLS

/**
 * CliGenerateOptions:
 * @prompts: (element-type CliPrompt): what to make, one after the other; at least one.
 * @engine: device and memory limit.
 * @model: the model to open; the bundled one if none was given.
 * @make_folders: whether folders that are not there are made for the pictures.
 * @preview_dir: (nullable): the folder for the previews.
 *
 * The command line of "sfumato-cli generate", checked as far as that goes without a model.
 */
typedef struct
{
  SfEngineOptions engine;
  gboolean quiet;
  gboolean make_folders;

  /* Owned */
  GPtrArray *prompts;
  char *model;
  char *preview_dir;
} CliGenerateOptions;

/* Returns: (nullable): %NULL after a usage error, which has been told. */
CliGenerateOptions *cli_generate_options_parse (GStrv args);
void cli_generate_options_free (CliGenerateOptions *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CliGenerateOptions, cli_generate_options_free)

G_END_DECLS
