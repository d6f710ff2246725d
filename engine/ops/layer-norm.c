/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ops/ops.h"
#include "ops/rows.h"
#include "params.h"

typedef struct
{
  float eps;
} LayerNorm;

enum
{
  X,
  GAMMA,
  BETA,
  N_INPUTS
};

static gboolean
record (const SfNode *node, SfRecorder *recorder, GError **error)
{
  SfDevice *device = sf_recorder_device (recorder);
  const SfCaps *caps = sf_device_caps (device);
  const SfTensor *x = node->inputs[X], *y = node->outputs[0];
  gboolean across = caps->family == SF_FAMILY_STORAGE;
  guint lanes = caps->subgroup_size, group_rows = across ? 1 : lanes;
  SfKernelSpec spec = { "layer-norm",
                        3,
                        1,
                        sizeof (struct SfLayerNormParams),
                        3,
                        { lanes, across, y->dtype == SF_DTYPE_F16 } };
  SfKernel *kernel = sf_kernel_get (device, &spec, error);
  guint rows = sf_tensor_rows (y);
  guint band = MIN (sf_rows_band (caps, rows, x->pitch, 8), SF_MAX_GROUPS * group_rows);
  gboolean ok = kernel != NULL;

  for (guint first = 0; ok && first < rows; first += band)
    {
      guint n = MIN (band, rows - first);
      guint groups[3] = { (n + group_rows - 1) / group_rows, 1, 1 };
      struct SfLayerNormParams params = {
        .rows = n,
        .channels = x->c,
        .vec4s = x->pitch / 4,
        .eps = ((const LayerNorm *)node->params)->eps,
      };
      SfRange ranges[] = { sf_span_rows (caps, x, first, n, &params.x), node->inputs[GAMMA]->range,
                           node->inputs[BETA]->range, sf_span_rows (caps, y, first, n, &params.y) };

      ok = sf_recorder_dispatch (recorder, kernel, ranges, &params, groups, 0, error);
    }
  return ok;
}

static gboolean
halves (const SfNode *node, const SfCaps *caps, int which)
{
  return which == SF_NODE_OUTPUT;
}

static const SfOpClass layer_norm_class
    = { .name = "layer-norm", .record = record, .halves = halves };

SfTensor *
sf_layer_norm (SfGraph *graph, SfTensor *x, SfTensor *gamma, SfTensor *beta, float eps)
{
  SfTensor *y = sf_graph_tensor (graph, SF_TENSOR_WORK, x->n, x->h, x->w, x->c);
  SfTensor *inputs[] = { x, gamma, beta };
  LayerNorm params = { eps };

  g_assert (gamma->c == x->c && beta->c == x->c);
  sf_graph_append (graph, &layer_norm_class, inputs, N_INPUTS, &y, 1, &params, sizeof params);
  return y;
}
