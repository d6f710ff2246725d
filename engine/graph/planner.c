/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph/planner.h"

#include "base/error.h"

typedef struct
{
  GPtrArray *live; /* of SfTensor, by offset */
  guint64 high;
} Block;

struct _SfPlanner
{
  /* Owned */
  GArray *blocks; /* of Block */

  guint64 limit;
  guint align;
};

static void
block_clear (gpointer data)
{
  g_ptr_array_unref (((Block *)data)->live);
}

SfPlanner *
sf_planner_new (guint64 limit, guint align)
{
  SfPlanner *self = g_new0 (SfPlanner, 1);

  self->blocks = g_array_new (FALSE, TRUE, sizeof (Block));
  g_array_set_clear_func (self->blocks, block_clear);
  self->limit = limit;
  self->align = align;
  return self;
}

void
sf_planner_free (SfPlanner *self)
{
  g_array_unref (self->blocks);
  g_free (self);
}

static guint64
aligned (SfPlanner *self, guint64 size)
{
  return (size + self->align - 1) / self->align * self->align;
}

typedef struct
{
  gboolean found;
  guint block;
  guint index; /* among the live ones of the block */
  guint64 offset;
  guint64 waste;
} Place;

/* Looks at the gaps between live tensors and at the end of one block. */
static void
search_block (SfPlanner *self, guint index, guint64 size, Place *best)
{
  Block *block = &g_array_index (self->blocks, Block, index);
  guint64 end = 0;

  for (guint i = 0; i <= block->live->len; i++)
    {
      gboolean last = i == block->live->len;
      SfTensor *next = last ? NULL : g_ptr_array_index (block->live, i);
      guint64 gap = (last ? self->limit : next->offset) - end;
      /* The open end of a block counts as the worst gap that still fits. */
      guint64 waste = last ? G_MAXUINT64 - 1 : gap - size;

      if (gap >= size && (!best->found || waste < best->waste))
        *best = (Place){ TRUE, index, i, end, waste };
      if (!last)
        end = next->offset + aligned (self, next->size);
    }
}

gboolean
sf_planner_place (SfPlanner *self, SfTensor *tensor, GError **error)
{
  guint64 size = aligned (self, tensor->size);
  Place place = { 0 };

  for (guint i = 0; i < self->blocks->len; i++)
    search_block (self, i, size, &place);
  if (!place.found)
    {
      Block block = { .live = g_ptr_array_new () };
      g_array_append_val (self->blocks, block);
      search_block (self, self->blocks->len - 1, size, &place);
    }
  if (!place.found)
    {
      g_set_error (error, SF_ERROR, SF_ERROR_MEMORY,
                   "The picture needs a single piece of %.0f MB, more than this device allows; "
                   "choose a smaller size.",
                   size / 1e6);
      return FALSE;
    }
  Block *block = &g_array_index (self->blocks, Block, place.block);
  tensor->block = place.block;
  tensor->offset = place.offset;
  g_ptr_array_insert (block->live, place.index, tensor);
  block->high = MAX (block->high, place.offset + size);
  return TRUE;
}

void
sf_planner_release (SfPlanner *self, SfTensor *tensor)
{
  g_ptr_array_remove (g_array_index (self->blocks, Block, tensor->block).live, tensor);
}

guint
sf_planner_n_blocks (SfPlanner *self)
{
  return self->blocks->len;
}

guint64
sf_planner_block_size (SfPlanner *self, guint index)
{
  return g_array_index (self->blocks, Block, index).high;
}
