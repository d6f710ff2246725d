/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "graph/graph.h"

G_BEGIN_DECLS

/* torch.softmax of each row of @x over its channels, in place; the padding becomes zero. Only the
 * texel family has it. */
void sf_softmax (SfGraph *graph, SfTensor *x);

G_END_DECLS
