/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "gpu/buffer.h"

G_BEGIN_DECLS

/**
 * Work memory for graphs: a few blocks, each one allocation (at most caps->max_allocation). Graphs
 * that share an arena overlay each other, so it is as large as the largest of them.
 */
typedef struct _SfArena SfArena;

SfArena *sf_arena_new (SfDevice *device);
SfArena *sf_arena_ref (SfArena *self);
void sf_arena_unref (SfArena *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfArena, sf_arena_unref)

/* Makes sure that block @index will have @size bytes. Before sf_arena_allocate(). */
void sf_arena_require (SfArena *self, guint index, guint64 size);
guint64 sf_arena_bytes (SfArena *self);
/* Allocates the blocks that have no memory yet. Fails with SF_ERROR_MEMORY, saying how much was
 * asked for; blocks that were allocated before that stay, so it may be called again. */
gboolean sf_arena_allocate (SfArena *self, GError **error);
SfBuffer *sf_arena_block (SfArena *self, guint index);
guint sf_arena_n_blocks (SfArena *self);

G_END_DECLS
