/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/text-span.h"

G_BEGIN_DECLS

/* How CLIP's tokenizer cuts a text before it encodes a word: runs of letters, 's 't 're 've 'm 'll
 * 'd, single digits, runs of anything else; white space only separates. */

/* White_Space of Unicode: g_unichar_isspace() lacks two of its control characters. */
gboolean sf_word_is_space (gunichar c);

/* The length in bytes of the word that starts at @p, which is neither space nor the end. */
gsize sf_word_length (const char *p);

/* Lower case a character at a time: unlike g_utf8_strdown(), it depends on neither the locale nor
 * the place in the word (a final sigma). Only the dotted capital I becomes two characters. */
char *sf_word_lower (const char *text);

/* A set of words. Once filled, any number of threads may look in it. */
GHashTable *sf_words_new (void);

/* Adds the words of letters in @text, in lower case. */
void sf_words_add (GHashTable *self, const char *text);

/**
 * sf_words_find_unknown:
 * @self: a set of words.
 * @text: UTF-8, in any case and normal form.
 *
 * The words of letters in @text that are not in the set. Numbers and signs are no words, nor are
 * the weight and the brackets of "(boat:1.2)", nor is what follows the apostrophe in "boat's".
 *
 * Returns: (transfer full) (element-type SfTextSpan): their places, in order.
 */
GArray *sf_words_find_unknown (GHashTable *self, const char *text);

G_END_DECLS
