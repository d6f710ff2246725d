/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph/derive.h"

#include "graph/graph-private.h"

static gboolean
is_once (const SfDerived *derived)
{
  return derived->to->kind == SF_TENSOR_STATE;
}

static SfTensor *
find (SfGraph *self, const SfTensor *from)
{
  guint n = self->derived->len;

  for (guint i = 0; i < n; i++)
    {
      const SfDerived *derived = &g_array_index (self->derived, SfDerived, i);
      gboolean just_made = i == n - 1 && derived->part == self->part_starts->len;
      if (derived->from == from && (is_once (derived) || just_made))
        return derived->to;
    }
  return NULL;
}

/* A copy of @shape that belongs to the graph. */
static SfTensor *
tensor_new (SfGraph *self, const SfTensor *shape, SfTensorKind kind)
{
  SfTensor *tensor = g_memdup2 (shape, sizeof *shape);

  tensor->kind = kind;
  tensor->lines = tensor->h;
  tensor->first = tensor->last = -1;
  g_ptr_array_add (self->tensors, tensor);
  return tensor;
}

SfTensor *
sf_graph_derive (SfGraph *self, SfTensor *from, const SfTensor *shape, SfDeriveFunc derive,
                 gboolean lasting)
{
  gboolean once = lasting && (self->flags & SF_GRAPH_DERIVE_ONCE);
  SfTensor *to = find (self, from);

  if (to != NULL)
    return to;
  to = tensor_new (self, shape, once ? SF_TENSOR_STATE : SF_TENSOR_WORK);
  g_array_append_val (self->derived, ((SfDerived){ from, to, derive, self->part_starts->len }));
  if (!once)
    derive (self, from, to);
  return to;
}

void
sf_graph_derive_all (SfGraph *self)
{
  for (guint i = 0; i < self->derived->len; i++)
    {
      const SfDerived *derived = &g_array_index (self->derived, SfDerived, i);
      if (is_once (derived))
        derived->derive (self, derived->from, derived->to);
    }
}
