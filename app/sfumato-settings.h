/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "image/parameters.h"
#include "sfumato.h"

G_BEGIN_DECLS

/* The settings panel: everything of a request but its prompts. */
#define SFUMATO_TYPE_SETTINGS (sfumato_settings_get_type ())
G_DECLARE_FINAL_TYPE (SfumatoSettings, sfumato_settings, SFUMATO, SETTINGS, GtkWidget)

/* Names the model and offers its sizes. @since: what the panel said when the model was asked for:
 * what still is as then gets the model's defaults, what was changed meanwhile stays. NULL: all
 * stays. */
void sfumato_settings_set_model (SfumatoSettings *self, SfModelInfo *info,
                                 const SfParameters *since);

/* Writes what the panel says into @request. A seed that is left open is drawn by the engine. */
void sfumato_settings_fill (SfumatoSettings *self, SfRequest *request);

/* Shows what @parameters knows; what it does not know stays. */
void sfumato_settings_restore (SfumatoSettings *self, const SfParameters *parameters);
/* What of @parameters would not be as it was with @model (nullable): a sentence, or NULL. */
char *sfumato_settings_name_lost (SfumatoSettings *self, const SfParameters *parameters,
                                  const SfModelInfo *model);
/* The reverse, for keeping them; the prompts are the caller's. */
void sfumato_settings_store (SfumatoSettings *self, SfParameters *parameters);

/* @seed: -1 leaves it open. */
void sfumato_settings_set_seed (SfumatoSettings *self, gint64 seed);
/* Whether what is written there is a seed, or nothing; a request has none otherwise. */
gboolean sfumato_settings_check_seed (SfumatoSettings *self);
/* Takes over a picture's, with the kind of noise that it stands for. */
void sfumato_settings_use_seed (SfumatoSettings *self, const SfParameters *parameters);
/* Draws one and writes it down. */
void sfumato_settings_draw_seed (SfumatoSettings *self);
/* The file that decodes in place of the model's own decoder; NULL for none. */
void sfumato_settings_set_tiny_decoder (SfumatoSettings *self, const char *path);
/* Tells which seed the last picture had. */
void sfumato_settings_show_used_seed (SfumatoSettings *self, gint64 seed);

G_END_DECLS
