/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ops/product.h"

G_BEGIN_DECLS

/**
 * sf_split_count:
 * @rows, @columns, @depth: of a product, @depth along K with all taps.
 *
 * Returns: into how many sums over a part of K a product is cut that has so few outputs that they
 *   would leave most of a card idle (split-K). It follows from the shape alone, as it changes bits.
 */
guint sf_split_count (const SfCaps *caps, guint64 rows, guint columns, guint depth);

/* Appends what adds them up, with the epilogue. @sums: [count · n, h, w, c]. @y: what it writes. */
void sf_split_append (SfGraph *graph, SfTensor *sums, SfTensor *y, const SfEpilogue *epilogue);

G_END_DECLS
