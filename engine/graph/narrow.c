/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph/narrow.h"

#include "graph/graph-private.h"

static gboolean
can (const SfNode *node, const SfCaps *caps, int which)
{
  return node->op->halves != NULL && node->op->halves (node, caps, which);
}

/* Pieces and what they are pieces of stay as they are. */
static void
refuse (GHashTable *refused, SfTensor *tensor)
{
  g_hash_table_add (refused, tensor);
  g_hash_table_add (refused, sf_tensor_placed (tensor));
}

static void
look_at_node (const SfNode *node, const SfCaps *caps, GHashTable *refused)
{
  for (guint i = 0; i < node->n_inputs; i++)
    if (node->inputs[i] != NULL && (node->inputs[i]->whole != NULL || !can (node, caps, i)))
      refuse (refused, node->inputs[i]);
  for (guint i = 0; i < node->n_outputs; i++)
    if (node->outputs[i]->whole != NULL || !can (node, caps, SF_NODE_OUTPUT))
      refuse (refused, node->outputs[i]);
}

void
sf_graph_narrow (SfGraph *self)
{
  const SfCaps *caps = sf_device_caps (self->device);
  g_autoptr (GHashTable) refused = g_hash_table_new (NULL, NULL);

  if (caps->family != SF_FAMILY_STORAGE || !sf_caps_use_matrix (caps)
      || (self->flags & SF_GRAPH_KEEP_ALL))
    return;
  for (guint i = 0; i < self->nodes->len; i++)
    look_at_node (g_ptr_array_index (self->nodes, i), caps, refused);
  for (guint i = 0; i < self->tensors->len; i++)
    {
      SfTensor *tensor = g_ptr_array_index (self->tensors, i);
      if (tensor->kind != SF_TENSOR_WORK || tensor->dtype != SF_DTYPE_F32 || tensor->first < 0
          || tensor->last == G_MAXINT || g_hash_table_contains (refused, tensor))
        continue;
      tensor->dtype = SF_DTYPE_F16;
      tensor->size /= 2;
    }
}
