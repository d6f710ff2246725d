/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph/graph-private.h"
#include "graph/narrow.h"
#include "graph/planner.h"

static gboolean
place_states (SfGraph *self, SfPlanner *planner, GError **error)
{
  for (guint i = 0; i < self->tensors->len; i++)
    {
      SfTensor *tensor = g_ptr_array_index (self->tensors, i);
      if (tensor->whole != NULL)
        continue;
      if (tensor->kind == SF_TENSOR_STATE
          && !sf_planner_place (planner, tensor, 0, G_MAXINT, error))
        return FALSE;
      if (tensor->kind != SF_TENSOR_HOST)
        continue;
      tensor->offset = self->host_bytes;
      self->host_bytes += (tensor->size + 255) & ~255ull;
    }
  for (guint i = 0; i < sf_planner_n_blocks (planner); i++)
    {
      guint64 size = sf_planner_block_size (planner, i);
      g_array_append_val (self->state_sizes, size);
    }
  return TRUE;
}

static int
compare_sizes (gconstpointer a, gconstpointer b)
{
  const SfTensor *x = *(SfTensor *const *)a, *y = *(SfTensor *const *)b;

  if (x->size != y->size)
    return x->size < y->size ? 1 : -1;
  return x->first - y->first;
}

/* All WORK tensors that a node names, the largest first. */
static GPtrArray *
list_work (SfGraph *self)
{
  GPtrArray *list = g_ptr_array_new ();

  for (guint i = 0; i < self->tensors->len; i++)
    {
      SfTensor *tensor = g_ptr_array_index (self->tensors, i);
      if (tensor->kind == SF_TENSOR_WORK && tensor->whole == NULL && tensor->first >= 0)
        g_ptr_array_add (list, tensor);
    }
  g_ptr_array_sort (list, compare_sizes);
  return list;
}

/* A tensor's place begins with the first node that names it: the one that writes it, or in a graph
 * that is wrong one that reads it, and shall find nobody else's values there. */
static gboolean
place_work (SfGraph *self, SfPlanner *planner, GError **error)
{
  g_autoptr (GPtrArray) list = list_work (self);
  gboolean keep = self->flags & SF_GRAPH_KEEP_ALL;

  for (guint i = 0; i < list->len; i++)
    {
      SfTensor *tensor = g_ptr_array_index (list, i);
      int first = keep ? 0 : tensor->first, last = keep ? G_MAXINT : tensor->last;
      if (!sf_planner_place (planner, tensor, first, last, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
sf_graph_plan (SfGraph *self, SfArena *arena, GError **error)
{
  const SfCaps *caps = sf_device_caps (self->device);
  g_autoptr (SfPlanner) planner = sf_planner_new (caps->max_allocation, caps->offset_align);

  sf_graph_narrow (self);
  if (!place_states (self, planner, error) || !place_work (self, planner, error))
    return FALSE;
  for (guint i = 0; i < sf_planner_n_blocks (planner); i++)
    {
      guint64 size = sf_planner_block_size (planner, i);
      g_array_append_val (self->block_sizes, size);
    }
  if (arena != NULL)
    sf_graph_use_arena (self, arena);
  return TRUE;
}

void
sf_graph_use_arena (SfGraph *self, SfArena *arena)
{
  SfArena *old = self->arena;

  self->arena = sf_arena_ref (arena);
  g_clear_pointer (&old, sf_arena_unref);
  for (guint i = 0; i < self->block_sizes->len; i++)
    sf_arena_require (arena, i, g_array_index (self->block_sizes, guint64, i));
}

guint64
sf_graph_work_bytes (SfGraph *self)
{
  guint64 sum = self->host_bytes;

  for (guint i = 0; i < self->block_sizes->len; i++)
    sum += g_array_index (self->block_sizes, guint64, i);
  return sum;
}

guint64
sf_graph_host_bytes (SfGraph *self)
{
  return self->host_bytes;
}
