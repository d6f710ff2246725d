/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/read-ahead.h"

/* What lies in the ring: one tensor, in one piece. */
typedef struct
{
  gsize at, size; /* bytes */
  GError *error;
} Item;

struct _SfReadAhead
{
  /* Owned */
  GPtrArray *order;
  GThread *thread;
  guint8 *ring;
  GQueue items; /* of Item: the first is in the hands of whoever asked for it */
  GMutex lock;
  GCond changed;

  /* Borrowed */
  SfCheckpoint *checkpoint;

  gsize capacity; /* of the ring, in bytes */
  guint asked;    /* tensors that were asked for */
  gboolean held;  /* the first item is being used */
  gboolean stop;
};

/* What a tensor takes of the ring: each begins aligned for any type. */
static gsize
place_size (const SfTensorInfo *info)
{
  return (info->size + 15) / 16 * 16;
}

static void
item_free (Item *item)
{
  g_clear_error (&item->error);
  g_free (item);
}

/* Where @size bytes in a row are free: behind the newest item, or in front of the oldest one. */
static gboolean
find_place (SfReadAhead *self, gsize size, gsize *at)
{
  const Item *oldest = g_queue_peek_head (&self->items);
  const Item *newest = g_queue_peek_tail (&self->items);

  *at = 0;
  if (oldest == NULL)
    return TRUE;
  gsize end = newest->at + newest->size;
  if (newest->at < oldest->at)
    {
      *at = end;
      return oldest->at - end >= size;
    }
  if (self->capacity - end >= size)
    *at = end;
  return *at == end || oldest->at >= size;
}

/* Waits for a place. Returns: (nullable): %NULL if nobody wants it any more. */
static Item *
reserve (SfReadAhead *self, gsize size)
{
  Item *item = NULL;
  gsize at;

  g_mutex_lock (&self->lock);
  while (!self->stop && !find_place (self, size, &at))
    g_cond_wait (&self->changed, &self->lock);
  if (!self->stop)
    {
      item = g_new0 (Item, 1);
      item->at = at;
      item->size = size;
    }
  g_mutex_unlock (&self->lock);
  return item;
}

static void
deliver (SfReadAhead *self, Item *item)
{
  g_mutex_lock (&self->lock);
  g_queue_push_tail (&self->items, item);
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);
}

static gpointer
read_all (gpointer data)
{
  SfReadAhead *self = data;
  gboolean ok = TRUE;

  for (guint i = 0; ok && i < self->order->len; i++)
    {
      const SfTensorInfo *info = g_ptr_array_index (self->order, i);
      Item *item = reserve (self, place_size (info));
      if (item == NULL)
        break;
      ok = sf_checkpoint_read (self->checkpoint, info, self->ring + item->at, &item->error);
      deliver (self, item);
    }
  return NULL;
}

SfReadAhead *
sf_read_ahead_new (SfCheckpoint *checkpoint, GPtrArray *order, gsize ahead)
{
  g_autoptr (SfReadAhead) self = g_new0 (SfReadAhead, 1);

  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->checkpoint = checkpoint;
  self->order = g_ptr_array_ref (order);
  for (guint i = 0; i < order->len; i++)
    self->capacity = MAX (self->capacity, place_size (order->pdata[i]));
  self->capacity += ahead;
  self->ring = g_try_malloc (MAX (self->capacity, 1));
  if (self->ring != NULL)
    self->thread = g_thread_try_new ("sf-read", read_all, self, NULL);
  return self->thread != NULL ? g_steal_pointer (&self) : NULL;
}

void
sf_read_ahead_free (SfReadAhead *self)
{
  if (self == NULL)
    return;
  g_mutex_lock (&self->lock);
  self->stop = TRUE;
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);
  if (self->thread != NULL)
    g_thread_join (self->thread);
  g_queue_clear_full (&self->items, (GDestroyNotify)item_free);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  g_ptr_array_unref (self->order);
  g_free (self->ring);
  g_free (self);
}

/* Lets go of the item before and takes hold of the next. */
static const Item *
wait_for_next (SfReadAhead *self)
{
  const Item *item;

  g_mutex_lock (&self->lock);
  if (self->held)
    item_free (g_queue_pop_head (&self->items));
  self->held = FALSE;
  g_cond_signal (&self->changed);
  while ((item = g_queue_peek_head (&self->items)) == NULL)
    g_cond_wait (&self->changed, &self->lock);
  self->held = TRUE;
  g_mutex_unlock (&self->lock);
  return item;
}

const void *
sf_read_ahead_next (SfReadAhead *self, const SfTensorInfo *info, GError **error)
{
  g_assert (self->asked < self->order->len && info == self->order->pdata[self->asked]);
  self->asked++;
  const Item *item = wait_for_next (self);
  if (item->error == NULL)
    return self->ring + item->at;
  g_propagate_error (error, g_error_copy (item->error));
  return NULL;
}
