/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SfTokenizer:
 *
 * CLIP's byte-pair tokenizer: text → token numbers, equal to those of transformers' CLIPTokenizer.
 * Immutable after creation: any number of threads may use one at once.
 *
 * Text is put in NFC and lower case, then cut into words: 's 't 're 've 'm 'll 'd, runs of letters,
 * single digits, runs of anything else; white space only separates. Each word is encoded by
 * itself. "<|startoftext|>" and "<|endoftext|>" in the text become those tokens.
 */
typedef struct _SfTokenizer SfTokenizer;

/**
 * sf_tokenizer_new_clip:
 * @error: return location for an error, which only a broken build can cause.
 *
 * Returns: (transfer full): the standard vocabulary of 49,408 tokens, from data in the program.
 */
SfTokenizer *sf_tokenizer_new_clip (GError **error);

/**
 * sf_tokenizer_new_from_folder:
 * @folder: a folder that holds vocab.json and merges.txt, such as tokenizer/ of a diffusers model.
 * @error: return location for %SF_ERROR_MODEL when the files are no such thing, or the file
 *   system's error when they cannot be read.
 *
 * Returns: (transfer full): the tokenizer, or %NULL.
 */
SfTokenizer *sf_tokenizer_new_from_folder (const char *folder, GError **error);

/**
 * sf_tokenizer_new_from_data:
 * @vocab: the contents of a vocab.json.
 * @merges: the contents of a merges.txt.
 * @name: where they come from, for messages.
 * @error: return location for %SF_ERROR_MODEL.
 *
 * Returns: (transfer full): the tokenizer, or %NULL.
 */
SfTokenizer *sf_tokenizer_new_from_data (GBytes *vocab, GBytes *merges, const char *name,
                                         GError **error);

void sf_tokenizer_free (SfTokenizer *self);

/**
 * sf_tokenizer_encode:
 * @self: a tokenizer.
 * @text: the text, in any case and of any length.
 * @length: its length in bytes, or -1 if it ends in NUL. Bytes that are not UTF-8, and NULs inside
 *   the length, count as U+FFFD.
 *
 * Returns: (transfer full) (element-type guint32): its tokens, without BOS and EOS; all are less
 * than sf_tokenizer_get_vocab_size().
 */
GArray *sf_tokenizer_encode (const SfTokenizer *self, const char *text, gssize length);

/* The token before a text: 49406 in the standard vocabulary. */
guint32 sf_tokenizer_get_bos (const SfTokenizer *self);

/* The token after a text, and for what the vocabulary cannot spell: 49407 in the standard one. */
guint32 sf_tokenizer_get_eos (const SfTokenizer *self);

/* The token of a comma that ends a word, or EOS where the vocabulary has none. */
guint32 sf_tokenizer_get_comma (const SfTokenizer *self);

/* The highest token number + 1: a model's token embedding must have at least as many rows. */
guint32 sf_tokenizer_get_vocab_size (const SfTokenizer *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfTokenizer, sf_tokenizer_free)

G_END_DECLS
