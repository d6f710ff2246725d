/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ops/product.h"

G_BEGIN_DECLS

/**
 * sf_split_count:
 * @image_rows, @columns, @depth: of a product; rows of a whole image, @depth along K with all taps.
 *
 * Returns: into how many sums over a part of K a product is cut that has so few outputs that they
 *   would leave most of a card idle (split-K). As it changes bits it follows from the layer alone,
 * not from how many images or which lines of them are made at once.
 */
guint sf_split_count (const SfCaps *caps, guint64 image_rows, guint columns, guint depth);

/* Appends what adds them up, with the epilogue. @sums: [count · n, h, w, c]. @y: what it writes. */
void sf_split_append (SfGraph *graph, SfTensor *sums, SfTensor *y, const SfEpilogue *epilogue);

G_END_DECLS
