/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ops/ops.h"
#include "ops/span.h"
#include "params.h"

enum
{
  IDS,
  TOKENS,
  POSITIONS,
  N_INPUTS
};

static SfKernel *
get_kernel (const SfNode *node, SfDevice *device, GError **error)
{
  SfKernelSpec spec = {
    "embed",
    3,
    1,
    sizeof (struct SfEmbedParams),
    3,
    { sf_device_caps (device)->subgroup_size, node->inputs[TOKENS]->dtype == SF_DTYPE_F16,
      node->inputs[POSITIONS]->dtype == SF_DTYPE_F16 },
  };
  return sf_kernel_get (device, &spec, error);
}

static gboolean
record (const SfNode *node, SfRecorder *recorder, GError **error)
{
  SfDevice *device = sf_recorder_device (recorder);
  const SfCaps *caps = sf_device_caps (device);
  const SfTensor *table = node->inputs[TOKENS], *y = node->outputs[0];
  SfKernel *kernel = get_kernel (node, device, error);
  guint64 row_bytes = (guint64)table->pitch * sf_dtype_size (table->dtype);
  guint piece = MIN (table->w, sf_span_limit (caps) / row_bytes);
  gboolean ok = kernel != NULL;

  for (guint first = 0; ok && first < table->w; first += piece)
    {
      struct SfEmbedParams params = {
        .sequence = y->w,
        .eights = y->pitch / 8,
        .vocabulary = table->w,
        .first = first,
        .count = MIN (piece, table->w - first),
      };
      guint groups[3]
          = { (params.eights + caps->subgroup_size - 1) / caps->subgroup_size, y->w, y->n };
      SfRange ranges[]
          = { node->inputs[IDS]->range,
              sf_span (caps, table, first * row_bytes, params.count * row_bytes, &params.tokens),
              node->inputs[POSITIONS]->range, y->range };

      ok = sf_recorder_dispatch (recorder, kernel, ranges, &params, groups, 0, error);
    }
  return ok;
}

static const SfOpClass embed_class = { .name = "embed", .record = record };

SfTensor *
sf_embed (SfGraph *graph, SfTensor *ids, SfTensor *tokens, SfTensor *positions)
{
  SfTensor *y = sf_graph_tensor (graph, SF_TENSOR_WORK, ids->n, 1, ids->w, tokens->c);
  SfTensor *inputs[] = { ids, tokens, positions };

  g_assert (ids->h == 1 && ids->c == 1);
  g_assert (positions->c == tokens->c && ids->w <= positions->w);
  sf_graph_append (graph, &embed_class, inputs, N_INPUTS, &y, 1, NULL, 0);
  return y;
}
