/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SfVocabulary:
 *
 * The tokens of a byte-pair encoding and the merges that build them. Immutable after creation, so
 * any thread may read it.
 *
 * A token is spelled in CLIP's alphabet: each byte is one printable character ("Ġ" for a space),
 * and
 * "</w>" marks the end of a word. The standard vocabulary is, in this order: the 256 bytes, the
 * 256 bytes at a word's end, the result of each of the 48,894 merges, "<|startoftext|>",
 * "<|endoftext|>". (CLIP's SimpleTokenizer, https://github.com/openai/CLIP.)
 */
typedef struct _SfVocabulary SfVocabulary;

/**
 * sf_vocabulary_new_clip:
 * @merges: the text of data/tokenizer/merges.txt.
 * @error: return location for %SF_ERROR_MODEL.
 *
 * Returns: (transfer full): the vocabulary that follows from @merges alone.
 */
SfVocabulary *sf_vocabulary_new_clip (GBytes *merges, GError **error);

/**
 * sf_vocabulary_new_from_data:
 * @vocab: the contents of a vocab.json: an object from token to number.
 * @merges: the contents of a merges.txt: an optional line "#version", then two tokens a line.
 * @name: where they come from, for messages.
 * @error: return location for %SF_ERROR_MODEL: not of that form, or a merge of tokens that @vocab
 *   does not have.
 *
 * Returns: (transfer full): the vocabulary, or %NULL.
 */
SfVocabulary *sf_vocabulary_new_from_data (GBytes *vocab, GBytes *merges, const char *name,
                                           GError **error);

void sf_vocabulary_free (SfVocabulary *self);

/* The highest token number + 1: a model's embedding needs this many rows. */
guint32 sf_vocabulary_get_size (const SfVocabulary *self);

/* Finds the number of a token; FALSE when there is no such token. */
gboolean sf_vocabulary_find (const SfVocabulary *self, const char *token, guint32 *id);

/* The token of one byte, inside a word or at its end; FALSE when the vocabulary lacks it. */
gboolean sf_vocabulary_find_byte (const SfVocabulary *self, guint8 byte, gboolean word_end,
                                  guint32 *id);

/**
 * sf_vocabulary_find_merge:
 * @self: a vocabulary.
 * @left: a token.
 * @right: the token after it.
 * @rank: (out): the merge's place in the list; of all possible merges the lowest goes first.
 * @id: (out): the token that the two become.
 *
 * Returns: whether the two merge.
 */
gboolean sf_vocabulary_find_merge (const SfVocabulary *self, guint32 left, guint32 right,
                                   guint32 *rank, guint32 *id);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfVocabulary, sf_vocabulary_free)

G_END_DECLS
