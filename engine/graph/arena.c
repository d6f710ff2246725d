/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph/arena.h"

typedef struct
{
  guint64 size;
  SfBuffer *buffer;
} Block;

struct _SfArena
{
  grefcount ref_count;

  /* Owned */
  SfDevice *device;
  GArray *blocks; /* of Block */
};

static void
block_clear (gpointer data)
{
  Block *block = data;
  g_clear_pointer (&block->buffer, sf_buffer_free);
}

SfArena *
sf_arena_new (SfDevice *device)
{
  SfArena *self = g_new0 (SfArena, 1);

  g_ref_count_init (&self->ref_count);
  self->device = sf_device_ref (device);
  self->blocks = g_array_new (FALSE, TRUE, sizeof (Block));
  g_array_set_clear_func (self->blocks, block_clear);
  return self;
}

SfArena *
sf_arena_ref (SfArena *self)
{
  g_ref_count_inc (&self->ref_count);
  return self;
}

void
sf_arena_unref (SfArena *self)
{
  if (!g_ref_count_dec (&self->ref_count))
    return;
  g_array_unref (self->blocks);
  sf_device_unref (self->device);
  g_free (self);
}

void
sf_arena_require (SfArena *self, guint index, guint64 size)
{
  if (self->blocks->len <= index)
    g_array_set_size (self->blocks, index + 1);
  Block *block = &g_array_index (self->blocks, Block, index);
  g_return_if_fail (block->buffer == NULL || size <= block->size);
  block->size = MAX (block->size, size);
}

guint64
sf_arena_bytes (SfArena *self)
{
  guint64 sum = 0;

  for (guint i = 0; i < self->blocks->len; i++)
    sum += g_array_index (self->blocks, Block, i).size;
  return sum;
}

gboolean
sf_arena_allocate (SfArena *self, GError **error)
{
  for (guint i = 0; i < self->blocks->len; i++)
    {
      Block *block = &g_array_index (self->blocks, Block, i);
      if (block->buffer == NULL && block->size > 0)
        block->buffer = sf_buffer_new (self->device, block->size, SF_MEMORY_DEVICE, error);
      if (block->buffer == NULL && block->size > 0)
        return FALSE;
    }
  return TRUE;
}

SfBuffer *
sf_arena_block (SfArena *self, guint index)
{
  return g_array_index (self->blocks, Block, index).buffer;
}

guint
sf_arena_n_blocks (SfArena *self)
{
  return self->blocks->len;
}
