/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ops/ops.h"

G_BEGIN_DECLS

/* sf_attention_packed() into @y, not causal, for heads that are too wide for one pass: the scores
 * of a band of queries lie in memory, and both products are plain ones. Only the texel family has
 * it. */
void sf_attention_wide (SfGraph *graph, const SfChannels *q, const SfChannels *k,
                        const SfChannels *v, guint heads, SfTensor *y);

G_END_DECLS
