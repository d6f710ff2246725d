/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sfumato.h"

#include "text/words.h"

/* More names would not be read. */
#define MAX_NAMES 6

GArray *
sf_model_info_find_unknown (const SfModelInfo *info, const char *text)
{
  if (info->words == NULL)
    return g_array_new (FALSE, FALSE, sizeof (SfTextSpan));
  return sf_words_find_unknown (info->words, text);
}

/* The words as they are written, each once however it is written. */
static GPtrArray *
list_words (const char *text, const GArray *spans)
{
  GPtrArray *words = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GHashTable) seen = sf_words_new ();

  for (guint i = 0; i < spans->len; i++)
    {
      const SfTextSpan *span = &g_array_index (spans, SfTextSpan, i);
      char *word = g_strndup (text + span->start, span->end - span->start);
      guint n = g_hash_table_size (seen);
      sf_words_add (seen, word);
      if (g_hash_table_size (seen) > n)
        g_ptr_array_add (words, word);
      else
        g_free (word);
    }
  return words;
}

char *
sf_model_info_name_unknown (const SfModelInfo *info, const char *text)
{
  g_autoptr (GArray) spans = sf_model_info_find_unknown (info, text);
  g_autoptr (GPtrArray) words = list_words (text, spans);
  /* Never "and 1 more", which is no shorter than the word. */
  guint n = words->len > MAX_NAMES + 1 ? MAX_NAMES : words->len;

  if (n == 0)
    return NULL;
  GString *sentence = g_string_new ("This model does not know ");
  for (guint i = 0; i < n; i++)
    g_string_append_printf (sentence, "%s“%s”",
                            i == 0               ? ""
                            : i + 1 < words->len ? ", "
                                                 : " and ",
                            (const char *)g_ptr_array_index (words, i));
  if (n < words->len)
    g_string_append_printf (sentence, " and %u more", words->len - n);
  return g_string_free (g_string_append_c (sentence, '.'), FALSE);
}
