/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph/graph-private.h"

#include <string.h>

#include "graph/hazards.h"

/* A quiet NaN as f32, and as two halves. */
#define POISON 0x7fff7fffu

/* --- Building --------------------------------------------------------------------------------- */

SfGraph *
sf_graph_new (SfDevice *device, SfGraphFlags flags)
{
  SfGraph *self = g_new0 (SfGraph, 1);

  self->device = sf_device_ref (device);
  self->tensors = g_ptr_array_new_with_free_func (g_free);
  self->nodes = g_ptr_array_new_with_free_func (g_free);
  self->recorders = g_ptr_array_new_with_free_func ((GDestroyNotify)sf_recorder_free);
  self->part_starts = g_array_new (FALSE, FALSE, sizeof (guint));
  self->block_sizes = g_array_new (FALSE, TRUE, sizeof (guint64));
  self->state_sizes = g_array_new (FALSE, TRUE, sizeof (guint64));
  self->derived = g_array_new (FALSE, FALSE, sizeof (SfDerived));
  self->flags = flags;
  sf_graph_begin_part (self);
  return self;
}

void
sf_graph_free (SfGraph *self)
{
  g_ptr_array_unref (self->recorders);
  g_clear_pointer (&self->host, sf_buffer_free);
  g_clear_pointer (&self->arena, sf_arena_unref);
  g_array_unref (self->part_starts);
  g_array_unref (self->block_sizes);
  g_array_unref (self->state_sizes);
  g_array_unref (self->derived);
  g_ptr_array_unref (self->nodes);
  g_ptr_array_unref (self->tensors);
  sf_device_unref (self->device);
  g_free (self);
}

const SfCaps *
sf_graph_caps (SfGraph *self)
{
  return sf_device_caps (self->device);
}

SfTensor *
sf_graph_tensor (SfGraph *self, SfTensorKind kind, guint n, guint h, guint w, guint c)
{
  SfTensor *tensor = g_new0 (SfTensor, 1);

  tensor->kind = kind;
  tensor->dtype = SF_DTYPE_F32;
  tensor->n = n;
  tensor->h = h;
  tensor->w = w;
  tensor->c = c;
  tensor->pitch = sf_pitch (c);
  tensor->lines = h;
  tensor->size = (guint64)n * h * w * tensor->pitch * 4;
  tensor->first = tensor->last = -1;
  g_ptr_array_add (self->tensors, tensor);
  return tensor;
}

/* The node that part @part begins with; of the part after the last one, the number of nodes. */
static guint
part_start (SfGraph *self, guint part)
{
  return part < self->part_starts->len ? g_array_index (self->part_starts, guint, part)
                                       : self->nodes->len;
}

guint
sf_graph_begin_part (SfGraph *self)
{
  g_array_append_val (self->part_starts, self->nodes->len);
  return self->part_starts->len - 1;
}

static void
mark_use (SfGraph *self, SfTensor *tensor)
{
  int node = self->nodes->len;

  if (tensor->kind == SF_TENSOR_CONSTANT)
    return;
  g_assert (tensor->kind != SF_TENSOR_WORK || tensor->first < 0
            || tensor->first >= (int)part_start (self, self->part_starts->len - 1));
  if (tensor->first < 0)
    tensor->first = node;
  tensor->last = MAX (tensor->last, node);
}

SfNode *
sf_graph_append (SfGraph *self, const SfOpClass *op, SfTensor *const *inputs, guint n_inputs,
                 SfTensor *const *outputs, guint n_outputs, const void *params, gsize params_size)
{
  SfNode *node = g_new0 (SfNode, 1);

  g_assert (n_inputs <= SF_NODE_MAX_INPUTS && n_outputs <= SF_NODE_MAX_OUTPUTS);
  g_assert (params_size <= SF_NODE_MAX_PARAMS);
  node->op = op;
  node->n_inputs = n_inputs;
  node->n_outputs = n_outputs;
  for (guint i = 0; i < n_inputs; i++)
    if ((node->inputs[i] = inputs[i]) != NULL)
      mark_use (self, sf_tensor_placed (inputs[i]));
  for (guint i = 0; i < n_outputs; i++)
    mark_use (self, sf_tensor_placed (node->outputs[i] = outputs[i]));
  if (params_size > 0)
    memcpy (node->params, params, params_size);
  g_ptr_array_add (self->nodes, node);
  return node;
}

void
sf_graph_keep (SfGraph *self, SfTensor *tensor)
{
  if (tensor->kind == SF_TENSOR_WORK)
    sf_tensor_placed (tensor)->last = G_MAXINT;
}

/* --- Work ------------------------------------------------------------------------------------- */

double
sf_node_gflop (const SfNode *node)
{
  return node->op->gflop != NULL ? node->op->gflop (node) : 0;
}

double
sf_graph_part_gflop (SfGraph *self, guint part)
{
  double sum = 0;

  for (guint i = part_start (self, part); i < part_start (self, part + 1); i++)
    sum += sf_node_gflop (g_ptr_array_index (self->nodes, i));
  return sum;
}

double
sf_graph_gflop (SfGraph *self)
{
  double sum = 0;

  for (guint i = 0; i < self->part_starts->len; i++)
    sum += sf_graph_part_gflop (self, i);
  return sum;
}

/* --- Recording -------------------------------------------------------------------------------- */

/* What inputs, then outputs, lie in. */
static SfTensor *
node_tensor (SfNode *node, guint i)
{
  return sf_tensor_placed (i < node->n_inputs ? node->inputs[i]
                                              : node->outputs[i - node->n_inputs]);
}

/* Calls @func for each WORK tensor whose last use is node @index, once. */
static void
foreach_dying (SfGraph *self, int index, void (*func) (gpointer data, SfTensor *tensor),
               gpointer data)
{
  SfNode *node = g_ptr_array_index (self->nodes, index);
  GHashTable *seen = NULL;

  if (self->flags & SF_GRAPH_KEEP_ALL)
    return;
  seen = g_hash_table_new (NULL, NULL);
  for (guint i = 0; i < node->n_inputs + node->n_outputs; i++)
    {
      SfTensor *tensor = node_tensor (node, i);
      if (tensor != NULL && tensor->kind == SF_TENSOR_WORK && tensor->last == index
          && g_hash_table_add (seen, tensor))
        func (data, tensor);
    }
  g_hash_table_unref (seen);
}

static gboolean
locate_tensors (SfGraph *self, GError **error)
{
  if (!sf_arena_allocate (self->arena, error))
    return FALSE;
  if (self->host_bytes > 0)
    {
      self->host = sf_buffer_new (self->device, self->host_bytes, SF_MEMORY_HOST, error);
      if (self->host == NULL)
        return FALSE;
      memset (sf_buffer_data (self->host), 0, self->host_bytes);
    }
  for (guint i = 0; i < self->tensors->len; i++)
    {
      SfTensor *tensor = g_ptr_array_index (self->tensors, i);
      const SfTensor *at = sf_tensor_placed (tensor);
      if (at->kind == SF_TENSOR_WORK && at->first < 0)
        continue; /* no node names it: it has no place */
      SfBuffer *buffer
          = at->kind == SF_TENSOR_HOST ? self->host : sf_arena_block (self->arena, at->block);
      tensor->range = (SfRange){ buffer, at->offset + tensor->within, tensor->size };
    }
  return TRUE;
}

/* Of the part that is being recorded. */
static SfRecorder *
current_recorder (SfGraph *self)
{
  return g_ptr_array_index (self->recorders, self->recorders->len - 1);
}

static void
wait_for (SfGraph *self, SfHazards *hazards, gboolean conflict)
{
  if (!conflict || (self->flags & SF_GRAPH_NO_BARRIERS))
    return;
  sf_recorder_barrier (current_recorder (self));
  sf_hazards_clear (hazards);
  self->n_barriers++;
}

/* Puts a barrier before the node if it needs one, and notes what it touches. */
static void
guard_node (SfGraph *self, SfHazards *hazards, const SfNode *node)
{
  gboolean conflict = FALSE;

  for (guint i = 0; i < node->n_inputs; i++)
    if (node->inputs[i] != NULL && node->inputs[i]->kind != SF_TENSOR_CONSTANT)
      conflict |= sf_hazards_conflict (hazards, &node->inputs[i]->range, FALSE);
  for (guint i = 0; i < node->n_outputs; i++)
    conflict |= sf_hazards_conflict (hazards, &node->outputs[i]->range, TRUE);
  wait_for (self, hazards, conflict);
  for (guint i = 0; i < node->n_inputs; i++)
    if (node->inputs[i] != NULL && node->inputs[i]->kind != SF_TENSOR_CONSTANT)
      sf_hazards_note (hazards, &node->inputs[i]->range, FALSE);
  for (guint i = 0; i < node->n_outputs; i++)
    sf_hazards_note (hazards, &node->outputs[i]->range, TRUE);
}

typedef struct
{
  SfGraph *graph;
  SfHazards *hazards;
} Poisoner;

static void
poison_range (Poisoner *poisoner, const SfRange *range)
{
  wait_for (poisoner->graph, poisoner->hazards,
            sf_hazards_conflict (poisoner->hazards, range, TRUE));
  sf_recorder_fill (current_recorder (poisoner->graph), range, POISON);
  sf_hazards_note (poisoner->hazards, range, TRUE);
}

static void
poison_tensor (gpointer data, SfTensor *tensor)
{
  poison_range (data, &tensor->range);
}

/* Everything but what must survive from one run to the next. */
static void
poison_blocks (Poisoner *poisoner)
{
  SfGraph *self = poisoner->graph;

  for (guint i = 0; i < self->block_sizes->len; i++)
    {
      guint64 from = i < self->state_sizes->len ? g_array_index (self->state_sizes, guint64, i) : 0;
      guint64 to = g_array_index (self->block_sizes, guint64, i);
      SfRange range = { sf_arena_block (self->arena, i), from, to - from };
      if (to > from)
        poison_range (poisoner, &range);
    }
}

static gboolean
record_part (SfGraph *self, guint part, GCancellable *cancellable, GError **error)
{
  g_autoptr (SfHazards) hazards = sf_hazards_new ();
  Poisoner poisoner = { self, hazards };
  gboolean poison = self->flags & SF_GRAPH_POISON;

  g_ptr_array_add (self->recorders, sf_recorder_new (self->device));
  sf_recorder_set_cancellable (current_recorder (self), cancellable);
  if (poison)
    poison_blocks (&poisoner);
  for (guint i = part_start (self, part); i < part_start (self, part + 1); i++)
    {
      SfNode *node = g_ptr_array_index (self->nodes, i);
      guard_node (self, hazards, node);
      if (!node->op->record (node, current_recorder (self), error))
        return FALSE;
      if (poison)
        foreach_dying (self, i, poison_tensor, &poisoner);
    }
  return sf_recorder_finish (current_recorder (self), error);
}

gboolean
sf_graph_compile (SfGraph *self, GError **error)
{
  g_autoptr (SfRecorder) dry = sf_recorder_new_dry (self->device);

  if (!locate_tensors (self, error))
    return FALSE;
  for (guint i = 0; i < self->nodes->len; i++)
    {
      SfNode *node = g_ptr_array_index (self->nodes, i);
      if (!node->op->record (node, dry, error))
        return FALSE;
    }
  self->compiling = TRUE;
  return TRUE;
}

gboolean
sf_graph_record (SfGraph *self, GCancellable *cancellable, GError **error)
{
  if (!self->compiling && !sf_graph_compile (self, error))
    return FALSE;
  for (guint i = 0; i < self->part_starts->len; i++)
    if (!record_part (self, i, cancellable, error))
      return FALSE;
  return TRUE;
}

gboolean
sf_graph_run_part (SfGraph *self, guint part, GCancellable *cancellable, GError **error)
{
  return sf_recorder_submit (g_ptr_array_index (self->recorders, part), cancellable, error);
}

gboolean
sf_graph_run (SfGraph *self, GCancellable *cancellable, GError **error)
{
  return sf_graph_run_part (self, 0, cancellable, error);
}

gboolean
sf_graph_prepare (SfGraph *self, GError **error)
{
  g_autoptr (SfArena) arena = sf_arena_new (self->device);

  return sf_graph_plan (self, arena, error) && sf_graph_record (self, NULL, error);
}

/* --- Looking ---------------------------------------------------------------------------------- */

SfRecorder *
sf_graph_recorder (SfGraph *self)
{
  return g_ptr_array_index (self->recorders, 0);
}

guint
sf_graph_part_end (SfGraph *self, guint part)
{
  return part_start (self, part + 1);
}

guint
sf_graph_n_nodes (SfGraph *self)
{
  return self->nodes->len;
}

const SfNode *
sf_graph_node (SfGraph *self, guint i)
{
  return g_ptr_array_index (self->nodes, i);
}

guint
sf_graph_n_barriers (SfGraph *self)
{
  return self->n_barriers;
}

char *
sf_graph_dump (SfGraph *self)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < self->nodes->len; i++)
    {
      const SfNode *node = g_ptr_array_index (self->nodes, i);
      const SfTensor *out = node->outputs[0];
      g_string_append_printf (
          text, "%4u %-16s [%u, %u, %u, %u] block %u at %" G_GUINT64_FORMAT ", %.3f GFLOP\n", i,
          node->op->name, out->n, out->h, out->w, out->c, out->block, out->offset,
          sf_node_gflop (node));
    }
  return g_string_free (text, FALSE);
}
