/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include "text/prompt.h"
#include "text/tokenizer.h"

/* The first byte of an input says what the rest is: 't' a text for the standard vocabulary, 'f' a
 * vocab.json, a NUL or \x1e, a merges.txt, another of those, and a text for this vocabulary. */

/* Kept for the whole process: building it takes longer than thousands of inputs. */
static const SfTokenizer *
standard (void)
{
  static gsize once;
  if (g_once_init_enter (&once))
    {
      g_autoptr (GError) error = NULL;
      SfTokenizer *tokenizer = sf_tokenizer_new_clip (&error);
      if (tokenizer == NULL)
        g_error ("%s", error->message);
      g_once_init_leave (&once, (gsize)tokenizer);
    }
  return (const SfTokenizer *)once;
}

static void
check_ids (const SfTokenizer *tokenizer, const char *text, gsize size)
{
  g_autoptr (GArray) ids = sf_tokenizer_encode (tokenizer, text, (gssize)size);
  for (guint i = 0; i < ids->len; i++)
    g_assert_cmpuint (g_array_index (ids, guint32, i), <, sf_tokenizer_get_vocab_size (tokenizer));
}

static void
check_prompt (const SfTokenizer *tokenizer, const char *text, gsize size)
{
  g_autofree char *string = g_strndup (text, size);
  g_autoptr (SfPrompt) prompt = sf_prompt_chunks (tokenizer, string, 77, 0);
  g_assert_cmpuint (prompt->n_places, ==, prompt->n_chunks * 77);
  g_assert_cmpuint (prompt->n_chunks, >=, (prompt->n_tokens + 74) / 75);
}

/* The end of the part that starts at p. */
static const char *
part_end (const char *p, const char *end)
{
  while (p < end && *p != '\0' && *p != '\x1e')
    p++;
  return p;
}

static void
check_files (const char *data, gsize size)
{
  const char *end = data + size;
  const char *vocab_end = part_end (data, end);
  const char *merges = MIN (vocab_end + 1, end);
  const char *merges_end = part_end (merges, end);
  const char *text = MIN (merges_end + 1, end);
  g_autoptr (GBytes) vocab = g_bytes_new (data, (gsize)(vocab_end - data));
  g_autoptr (GBytes) list = g_bytes_new (merges, (gsize)(merges_end - merges));
  g_autoptr (GError) error = NULL;
  g_autoptr (SfTokenizer) tokenizer = sf_tokenizer_new_from_data (vocab, list, "it", &error);
  g_assert_true ((tokenizer == NULL) == (error != NULL));
  if (tokenizer != NULL)
    check_ids (tokenizer, text, (gsize)(end - text));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const char *text = (const char *)data + 1;
  if (size == 0)
    return 0;
  if (data[0] == 'f')
    check_files (text, size - 1);
  else if (data[0] == 't')
    {
      check_ids (standard (), text, size - 1);
      check_prompt (standard (), text, size - 1);
    }
  return 0;
}
