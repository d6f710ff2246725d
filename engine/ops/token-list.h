/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ops/ops.h"

G_BEGIN_DECLS

/* From the scores and destinations of @match, which are there: the ranks, and the list of sources
 * of each of @cells destinations. Sets the fields of @match that hold them. */
void sf_token_list (SfGraph *graph, guint cells, SfTokenMatch *match);

G_END_DECLS
