/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Where the pictures of "sfumato-cli generate" go. Paths are in the file system's encoding. */

/**
 * cli_output_path:
 * @output: (nullable): what --output says, or %NULL for a name from the seed in this folder.
 * @index: the picture's place in a batch of @n_images, from 0.
 *
 * One picture goes to @output itself, those of a batch to NAME-1.png and so on. A name from the
 * seed is one that is not taken: sfumato-42.png, sfumato-42-2.png, …
 */
char *cli_output_path (const char *output, guint index, guint n_images, gint64 seed);

/**
 * cli_output_check:
 *
 * Whether the pictures (or any other file) can be written there, found out before the long work and
 * without leaving anything behind.
 */
gboolean cli_output_check (const char *output, guint n_images, GError **error);

/* Makes the folder for previews, if need be, and sees whether it can be written to. */
gboolean cli_output_prepare_folder (const char *folder, GError **error);

/* step-01.png in @folder; 2-step-01.png for the second picture of a batch. */
char *cli_output_preview_path (const char *folder, guint index, guint n_images, guint step,
                               guint n_steps);

G_END_DECLS
