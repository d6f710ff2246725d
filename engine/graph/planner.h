/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "graph/tensor.h"

G_BEGIN_DECLS

/**
 * Places tensors in the blocks of an arena: each in the best fitting gap between those that were
 * placed before and that live at the same time, else at the end of the first block that has room
 * below @limit. No tensor lies in two blocks. Whoever calls decides the order: with the largest
 * first (Pisarchyk and Lee, "Efficient Memory Management for Deep Neural Net Inference", 2020,
 * greedy by size) the U-Net and the VAE stay within a few percent of their largest live set.
 */
typedef struct _SfPlanner SfPlanner;

/* @limit: the largest block, in bytes. */
SfPlanner *sf_planner_new (guint64 limit, guint align);
void sf_planner_free (SfPlanner *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfPlanner, sf_planner_free)

/* Sets block and offset of @tensor, which lives from node @first to node @last, both included.
 * Fails with SF_ERROR_MEMORY when it is larger than a block. */
gboolean sf_planner_place (SfPlanner *self, SfTensor *tensor, int first, int last, GError **error);

guint sf_planner_n_blocks (SfPlanner *self);
/* The most that block @index holds at any time, in bytes. */
guint64 sf_planner_block_size (SfPlanner *self, guint index);

G_END_DECLS
