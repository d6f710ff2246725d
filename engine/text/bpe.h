/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "text/vocabulary.h"

G_BEGIN_DECLS

/**
 * sf_bpe_encode:
 * @vocabulary: tokens and merges.
 * @word: (array length=length): the UTF-8 bytes of one word.
 * @length: how many.
 * @unknown: stands for a byte that the vocabulary does not have.
 * @ids: (element-type guint32): the word's tokens are appended here.
 *
 * Byte-pair encoding: starts from the single bytes, the last one marked as the word's end, and
 * merges the neighbours with the lowest rank, the leftmost first, until none merge. The time is
 * n log n, so that a megabyte without a space is no trouble.
 * (Sennrich et al. 2016, "Neural Machine Translation of Rare Words with Subword Units".)
 */
void sf_bpe_encode (const SfVocabulary *vocabulary, const char *word, gsize length, guint32 unknown,
                    GArray *ids);

G_END_DECLS
