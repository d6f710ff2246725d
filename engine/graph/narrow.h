/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "graph/graph.h"

G_BEGIN_DECLS

/**
 * sf_graph_narrow:
 *
 * Makes tensors halves that nothing but matrix units read, which would round every value to one
 * anyway: half of the memory, and half of what each workgroup of a product has to fetch. No result
 * changes. Of use after the last node and before the plan.
 */
void sf_graph_narrow (SfGraph *self);

G_END_DECLS
