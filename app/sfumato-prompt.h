/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "sfumato.h"

G_BEGIN_DECLS

/* The prompt box: a text that grows, its number of tokens, the words that the model does not know,
 * and the negative prompt behind an expander. */
#define SFUMATO_TYPE_PROMPT (sfumato_prompt_get_type ())
G_DECLARE_FINAL_TYPE (SfumatoPrompt, sfumato_prompt, SFUMATO, PROMPT, GtkWidget)

/* Whose tokenizer counts, and whose model knows words. */
void sfumato_prompt_set_engine (SfumatoPrompt *self, SfEngine *engine);
/* Looks at the texts again: after another model was loaded. */
void sfumato_prompt_refresh (SfumatoPrompt *self);

char *sfumato_prompt_get_text (SfumatoPrompt *self);
void sfumato_prompt_set_text (SfumatoPrompt *self, const char *text);
char *sfumato_prompt_get_negative (SfumatoPrompt *self);
void sfumato_prompt_set_negative (SfumatoPrompt *self, const char *text);
void sfumato_prompt_focus (SfumatoPrompt *self);

G_END_DECLS
