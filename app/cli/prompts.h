/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sfumato.h"

G_BEGIN_DECLS

/**
 * CliPrompt:
 * @line: its line in the file of prompts, or 0 for the one that --prompt gives.
 * @request: what to make of it; its seed is drawn already if none was given.
 * @output: (nullable): as cli_output_path() takes it.
 *
 * One prompt of a run.
 */
typedef struct
{
  guint line;

  /* Owned */
  SfRequest *request;
  char *output;
} CliPrompt;

/* Takes over @request and @output, and draws the seed, by which the file may be named. */
CliPrompt *cli_prompt_new (guint line, SfRequest *request, char *output);
void cli_prompt_free (CliPrompt *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CliPrompt, cli_prompt_free)

/**
 * cli_prompts_read:
 * @file: UTF-8 text with a prompt on each line; empty lines are passed over. A line that starts
 *   with "{" is a JSON object with "prompt" and, if wanted, "negative", "seed" and "out".
 * @base: what the prompts have in common.
 * @folder: (nullable): where the pictures go, %NULL for here: to 0007.png for line 7, or to what
 * "out" says.
 *
 * Returns: (element-type CliPrompt) (transfer full): at least one, or %NULL with a sentence that
 * names the first line that makes no sense.
 */
GPtrArray *cli_prompts_read (const char *file, const SfRequest *base, const char *folder,
                             GError **error);

/* "Line 7: " for a message, or "" for the prompt that --prompt gives. (transfer full) */
char *cli_prompt_place (const CliPrompt *self);

G_END_DECLS
