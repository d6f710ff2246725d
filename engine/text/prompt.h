/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "text/tokenizer.h"

G_BEGIN_DECLS

/**
 * SfPrompt:
 * @n_chunks: how many times the text encoder runs, at least 1.
 * @n_places: n_chunks · places of the model.
 * @ids: token numbers, [n_chunks, places]: BOS, tokens, EOS, padding in each chunk.
 * @n_tokens: tokens of the text itself.
 *
 * A prompt as a text encoder takes it. A text longer than one chunk holds is encoded a chunk at a
 * time and the results are put one after the other.
 */
typedef struct
{
  guint n_chunks;
  guint n_places;
  guint n_tokens;

  /* Owned */
  gint32 *ids;

  /*< private >*/
  guint places;
  gint32 bos, eos, pad;
} SfPrompt;

/**
 * sf_prompt_chunks:
 * @tokenizer: the model's tokenizer.
 * @text: the prompt, NUL-terminated; may be empty, which gives one chunk without tokens.
 * @places: places of the text encoder, at least 3; 77 for the CLIP family.
 * @pad_id: fills a chunk after EOS: EOS itself for CLIP-L, 0 for OpenCLIP-H and bigG.
 *
 * Cuts at places - 2 tokens. When there is a comma among the last 20 tokens of a full chunk and
 * the text goes on with something else, what follows that comma moves to the next chunk, so that
 * no phrase is torn.
 *
 * Returns: (transfer full): the prompt.
 */
SfPrompt *sf_prompt_chunks (const SfTokenizer *tokenizer, const char *text, guint places,
                            guint32 pad_id);

/* Adds chunks without tokens until there are n_chunks: guidance needs both prompts equally long. */
void sf_prompt_pad (SfPrompt *self, guint n_chunks);

/* The number of tokens in text, without BOS and EOS: what a counter beside the prompt shows. */
guint sf_prompt_count_tokens (const SfTokenizer *tokenizer, const char *text);

void sf_prompt_free (SfPrompt *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfPrompt, sf_prompt_free)

G_END_DECLS
