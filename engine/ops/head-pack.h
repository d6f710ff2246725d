/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ops/ops.h"

G_BEGIN_DECLS

/* Tokens that lie together. */
#define SF_HEAD_PACK_TOKENS 4

/**
 * sf_head_pack:
 * @x: keys or values: @channels of each token, heads one after the other.
 *
 * Moves the tokens of a head together, so that attention reads memory from one end to the other,
 * and fours of them side by side: first the first vec4 of all four, then the second … After the
 * last token that one comes again until there are four. Only the texel family has it.
 *
 * Returns: [n, heads, ⌈tokens / 4⌉, 4 · channels / heads].
 */
SfTensor *sf_head_pack (SfGraph *graph, const SfChannels *x, guint channels, guint heads);

G_END_DECLS
