/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "graph/graph.h"

G_BEGIN_DECLS

/**
 * sf_graph_profile:
 * @graph: recorded.
 * @repeats: how often the whole graph is gone through, at least 1.
 * @seconds: (out): [sf_graph_n_nodes()], each node's shortest time.
 *
 * Runs the nodes one after the other, each submitted and waited for by itself, the time of an empty
 * submission taken off. What an unlucky moment costs a node, another round mends; nothing runs side
 * by side here, so that the sum is an upper bound of the graph's time.
 */
gboolean sf_graph_profile (SfGraph *graph, guint repeats, double *seconds,
                           GCancellable *cancellable, GError **error);

/* What the node reads and writes at least, in bytes: all its tensors, once. */
guint64 sf_node_bytes (const SfNode *node);

G_END_DECLS
