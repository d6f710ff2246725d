/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "text/prompt.h"

/* How far back a full chunk looks for a comma to break at. */
#define COMMA_REACH 20

/* Adds a chunk that holds n tokens. */
static void
add_chunk (SfPrompt *self, const guint32 *tokens, guint n)
{
  self->ids = g_renew (gint32, self->ids, self->n_places + self->places);
  gint32 *chunk = self->ids + self->n_places;
  chunk[0] = self->bos;
  for (guint i = 0; i < n; i++)
    chunk[1 + i] = (gint32)tokens[i];
  chunk[1 + n] = self->eos;
  for (guint i = 2 + n; i < self->places; i++)
    chunk[i] = self->pad;
  self->n_chunks++;
  self->n_places += self->places;
}

/* How many of the n remaining tokens go into the next chunk, which has room for fewer than n. */
static guint
break_after (const guint32 *tokens, guint room, guint32 comma)
{
  if (tokens[room] == comma)
    return room;
  for (guint i = room; i > 0 && i + COMMA_REACH > room; i--)
    if (tokens[i - 1] == comma)
      return i;
  return room;
}

SfPrompt *
sf_prompt_chunks (const SfTokenizer *tokenizer, const char *text, guint places, guint32 pad_id)
{
  g_return_val_if_fail (places >= 3, NULL);
  g_autoptr (GArray) tokens = sf_tokenizer_encode (tokenizer, text, -1);
  const guint32 *rest = (const guint32 *)tokens->data;
  guint32 comma = sf_tokenizer_get_comma (tokenizer);
  SfPrompt *self = g_new0 (SfPrompt, 1);
  self->places = places;
  self->bos = (gint32)sf_tokenizer_get_bos (tokenizer);
  self->eos = (gint32)sf_tokenizer_get_eos (tokenizer);
  self->pad = (gint32)pad_id;
  self->n_tokens = tokens->len;
  guint room = places - 2, left = tokens->len;
  for (guint n; left > room; left -= n, rest += n)
    {
      n = break_after (rest, room, comma);
      add_chunk (self, rest, n);
    }
  if (left > 0 || self->n_chunks == 0)
    add_chunk (self, rest, left);
  return self;
}

void
sf_prompt_pad (SfPrompt *self, guint n_chunks)
{
  while (self->n_chunks < n_chunks)
    add_chunk (self, NULL, 0);
}

guint
sf_prompt_count_tokens (const SfTokenizer *tokenizer, const char *text)
{
  g_autoptr (GArray) tokens = sf_tokenizer_encode (tokenizer, text, -1);
  return tokens->len;
}

void
sf_prompt_free (SfPrompt *self)
{
  if (self == NULL)
    return;
  g_free (self->ids);
  g_free (self);
}
