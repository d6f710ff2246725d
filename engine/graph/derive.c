/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph/derive.h"

#include "graph/graph-private.h"

static gboolean
is_once (const SfGraph *self)
{
  return self->flags & SF_GRAPH_DERIVE_ONCE;
}

static SfTensor *
find (SfGraph *self, const SfTensor *from)
{
  guint n = self->derived->len, first = is_once (self) || n == 0 ? 0 : n - 1;

  for (guint i = first; i < n; i++)
    {
      const SfDerived *derived = &g_array_index (self->derived, SfDerived, i);
      if (derived->from == from && (is_once (self) || derived->part == self->part_starts->len))
        return derived->to;
    }
  return NULL;
}

/* A copy of @shape that belongs to the graph. */
static SfTensor *
tensor_new (SfGraph *self, const SfTensor *shape)
{
  SfTensor *tensor = g_memdup2 (shape, sizeof *shape);

  tensor->kind = is_once (self) ? SF_TENSOR_STATE : SF_TENSOR_WORK;
  tensor->lines = tensor->h;
  tensor->first = tensor->last = -1;
  g_ptr_array_add (self->tensors, tensor);
  return tensor;
}

SfTensor *
sf_graph_derive (SfGraph *self, SfTensor *from, const SfTensor *shape, SfDeriveFunc derive)
{
  SfTensor *to = find (self, from);

  if (to != NULL)
    return to;
  to = tensor_new (self, shape);
  g_array_append_val (self->derived, ((SfDerived){ from, to, derive, self->part_starts->len }));
  if (!is_once (self))
    derive (self, from, to);
  return to;
}

void
sf_graph_derive_all (SfGraph *self)
{
  g_assert (is_once (self));
  for (guint i = 0; i < self->derived->len; i++)
    {
      const SfDerived *derived = &g_array_index (self->derived, SfDerived, i);
      derived->derive (self, derived->from, derived->to);
    }
}
