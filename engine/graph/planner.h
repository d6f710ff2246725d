/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "graph/tensor.h"

G_BEGIN_DECLS

/**
 * Places tensors in the blocks of an arena while a graph is walked in order: the best fitting gap
 * between those that live now, else the end of the first block that has room below @limit. No
 * tensor lies in two blocks. The usual greedy liveness allocation; on the U-Net and the VAE it
 * stays within a few percent of the largest live set, because their tensors come in few sizes.
 */
typedef struct _SfPlanner SfPlanner;

/* @limit: the largest block, in bytes. */
SfPlanner *sf_planner_new (guint64 limit, guint align);
void sf_planner_free (SfPlanner *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfPlanner, sf_planner_free)

/* Sets block and offset of @tensor. Fails with SF_ERROR_MEMORY when it is larger than a block. */
gboolean sf_planner_place (SfPlanner *self, SfTensor *tensor, GError **error);
/* Its place may be used again by those that come later. */
void sf_planner_release (SfPlanner *self, SfTensor *tensor);

guint sf_planner_n_blocks (SfPlanner *self);
/* The most that block @index held at any time, in bytes. */
guint64 sf_planner_block_size (SfPlanner *self, guint index);

G_END_DECLS
