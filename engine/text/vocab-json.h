/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SfVocabJsonFunc:
 * @token: UTF-8, never empty, only valid during the call.
 * @id: from 0 to %SF_VOCAB_JSON_MAX_ID.
 * @user_data: as given to sf_vocab_json_parse().
 */
typedef void (*SfVocabJsonFunc) (const char *token, guint32 id, gpointer user_data);

#define SF_VOCAB_JSON_MAX_ID 0xffffffu

/**
 * sf_vocab_json_parse:
 * @data: (array length=size): a whole vocab.json, which need not end in NUL.
 * @size: its length in bytes.
 * @func: called for each token in the order of the file.
 * @user_data: for @func.
 * @offset: (out): where reading stopped, in bytes, when %FALSE is returned.
 *
 * Reads the only form of JSON that a vocabulary has: one object from strings to whole numbers.
 * Anything else ends the reading, nested values included, so the depth of a hostile file costs
 * nothing.
 *
 * Returns: %TRUE if all of the file was of that form.
 */
gboolean sf_vocab_json_parse (const char *data, gsize size, SfVocabJsonFunc func,
                              gpointer user_data, gsize *offset);

G_END_DECLS
