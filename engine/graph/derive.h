/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "graph/graph.h"

G_BEGIN_DECLS

/**
 * What is made of weights alone, such as another form of them, is the same whenever it is made. So
 * it need not lie in memory as long as they do: it has a place among the tensors of a graph, which
 * other graphs take when it is not needed.
 */

/* Appends what makes @to of @from. */
typedef void (*SfDeriveFunc) (SfGraph *graph, SfTensor *from, SfTensor *to);

/**
 * sf_graph_derive:
 * @from: a constant, of which there is one other form.
 * @shape: of that form: dtype, n, h, w, c, pitch, taps, size.
 * @lasting: whether it is worth its place for as long as the graph is used.
 *
 * By default it is made here, as a WORK tensor, unless what was derived last in this part was the
 * same. With SF_GRAPH_DERIVE_ONCE what is @lasting is a STATE tensor that sf_graph_derive_all()
 * makes.
 */
SfTensor *sf_graph_derive (SfGraph *self, SfTensor *from, const SfTensor *shape,
                           SfDeriveFunc derive, gboolean lasting);

/* Appends what makes all such tensors up to here: in a part that runs before those that use them,
 * and again after another graph has had the arena. */
void sf_graph_derive_all (SfGraph *self);

G_END_DECLS
