/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph/planner.h"

#include "base/error.h"

typedef struct
{
  guint64 offset, end;
  int first, last;
} Taken;

typedef struct
{
  GArray *taken; /* of Taken, by offset */
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
  g_array_unref (((Block *)data)->taken);
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
  guint64 offset;
  guint64 waste;
} Place;

static void
consider (Place *best, guint block, guint64 offset, guint64 waste)
{
  if (!best->found || waste < best->waste)
    *best = (Place){ TRUE, block, offset, waste };
}

/* Looks at the gaps that one block has from node @first to node @last, and at its end. Tensors that
 * live one after the other may overlap: a gap begins behind all that came before. */
static void
search_block (SfPlanner *self, guint index, guint64 size, int first, int last, Place *best)
{
  const Block *block = &g_array_index (self->blocks, Block, index);
  guint64 end = 0;

  for (guint i = 0; i < block->taken->len; i++)
    {
      const Taken *taken = &g_array_index (block->taken, Taken, i);
      if (taken->last < first || taken->first > last)
        continue;
      if (taken->offset >= end + size)
        consider (best, index, end, taken->offset - end - size);
      end = MAX (end, taken->end);
    }
  /* The open end of a block counts as the worst gap that still fits. */
  if (end + size <= self->limit)
    consider (best, index, end, G_MAXUINT64 - 1);
}

static void
take (SfPlanner *self, const Place *place, guint64 size, int first, int last)
{
  Block *block = &g_array_index (self->blocks, Block, place->block);
  Taken taken = { place->offset, place->offset + size, first, last };
  guint at = 0;

  while (at < block->taken->len && g_array_index (block->taken, Taken, at).offset < place->offset)
    at++;
  g_array_insert_val (block->taken, at, taken);
  block->high = MAX (block->high, taken.end);
}

gboolean
sf_planner_place (SfPlanner *self, SfTensor *tensor, int first, int last, GError **error)
{
  guint64 size = aligned (self, tensor->size);
  Place place = { 0 };

  for (guint i = 0; i < self->blocks->len; i++)
    search_block (self, i, size, first, last, &place);
  if (!place.found)
    {
      Block block = { .taken = g_array_new (FALSE, FALSE, sizeof (Taken)) };
      g_array_append_val (self->blocks, block);
      search_block (self, self->blocks->len - 1, size, first, last, &place);
    }
  if (!place.found)
    {
      g_set_error (error, SF_ERROR, SF_ERROR_MEMORY,
                   "The picture needs a single piece of %.0f MB, more than this device allows; "
                   "choose a smaller size.",
                   size / 1e6);
      return FALSE;
    }
  tensor->block = place.block;
  tensor->offset = place.offset;
  take (self, &place, size, first, last);
  return TRUE;
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
