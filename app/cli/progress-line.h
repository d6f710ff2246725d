/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sfumato.h"

G_BEGIN_DECLS

/* Progress on standard error: on a terminal one line that is drawn again and again, elsewhere a
 * line for each phase and each tenth of the steps, so that a log stays short. */
typedef struct _CliProgressLine CliProgressLine;

typedef enum
{
  CLI_PROGRESS_NONE,
  CLI_PROGRESS_PLAIN,
  CLI_PROGRESS_TERMINAL,
} CliProgressStyle;

/* What standard error is, or NONE if @quiet. */
CliProgressStyle cli_progress_style (gboolean quiet);

CliProgressLine *cli_progress_line_new (CliProgressStyle style);
void cli_progress_line_free (CliProgressLine *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CliProgressLine, cli_progress_line_free)

void cli_progress_line_update (CliProgressLine *self, const SfProgress *progress);

/* Takes the line off the terminal, so that something else can be printed. */
void cli_progress_line_clear (CliProgressLine *self);

/* One state in words: "picture 2/4, step 7/20, 12 s left". */
char *cli_progress_describe (const SfProgress *progress);

G_END_DECLS
