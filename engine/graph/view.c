/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph/view.h"

/* @at: where in @tensor, in bytes. */
static SfTensor *
piece_new (SfGraph *graph, SfTensor *tensor, guint h, guint64 at)
{
  SfTensor *piece = sf_graph_tensor (graph, tensor->kind, 1, h, tensor->w, tensor->c);

  piece->whole = tensor->whole != NULL ? tensor->whole : tensor;
  piece->within = tensor->within + at;
  piece->lines = tensor->lines;
  piece->top = tensor->top;
  return piece;
}

SfTensor *
sf_graph_lines (SfGraph *graph, SfTensor *tensor, guint first, guint n)
{
  guint64 line = (guint64)tensor->w * tensor->pitch * sizeof (float);

  g_assert (tensor->n == 1 && first >= tensor->top && first + n <= tensor->top + tensor->h);
  if (n == tensor->h)
    return tensor;
  SfTensor *piece = piece_new (graph, tensor, n, (first - tensor->top) * line);
  piece->top = first;
  return piece;
}

SfTensor *
sf_graph_image (SfGraph *graph, SfTensor *tensor, guint i)
{
  g_assert (i < tensor->n);
  return tensor->n == 1 ? tensor
                        : piece_new (graph, tensor, tensor->h, tensor->size / tensor->n * i);
}
