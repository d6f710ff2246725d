/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "graph/graph.h"

G_BEGIN_DECLS

/**
 * Pieces of activations, without a copy: a node that reads or writes a piece reads or writes that
 * part of the whole, and barriers are derived for that part alone. The whole lives as long as any
 * of its pieces is used.
 */

/**
 * sf_graph_lines:
 * @tensor: [1, h, w, c], or a piece of one.
 * @first: counted in lines of the image, as @tensor->top is.
 * @n: lines, all of which @tensor holds.
 *
 * Returns: [1, n, w, c]: that part of @tensor, or @tensor itself where that is all.
 */
SfTensor *sf_graph_lines (SfGraph *graph, SfTensor *tensor, guint first, guint n);

/* Image @i of [n, h, w, c]. Returns: [1, h, w, c]. */
SfTensor *sf_graph_image (SfGraph *graph, SfTensor *tensor, guint i);

G_END_DECLS
