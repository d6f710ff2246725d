/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ops/ops.h"
#include "ops/rows.h"
#include "params.h"

typedef struct
{
  float scale, shift;
} Affine;

static gboolean
record (const SfNode *node, SfRecorder *recorder, GError **error)
{
  SfDevice *device = sf_recorder_device (recorder);
  const SfCaps *caps = sf_device_caps (device);
  const SfTensor *x = node->inputs[0], *y = node->outputs[0];
  const Affine *affine = (const Affine *)node->params;
  SfKernelSpec spec
      = { "affine", 1, 1, sizeof (struct SfAffineParams), 1, { caps->subgroup_size } };
  SfKernel *kernel = sf_kernel_get (device, &spec, error);
  guint rows = sf_tensor_rows (y), band = sf_rows_band (caps, rows, x->pitch, 8);
  gboolean ok = kernel != NULL;

  for (guint first = 0; ok && first < rows; first += band)
    {
      guint n = MIN (band, rows - first), groups[3];
      struct SfAffineParams params = {
        .rows = n,
        .channels = x->c,
        .vec4s = x->pitch / 4,
        .scale = affine->scale,
        .shift = affine->shift,
      };
      SfRange ranges[] = { sf_span_rows (caps, x, first, n, &params.x),
                           sf_span_rows (caps, y, first, n, &params.y) };

      sf_rows_groups (caps, params.vec4s, n, 1, groups);
      ok = sf_recorder_dispatch (recorder, kernel, ranges, &params, groups, 0, error);
    }
  return ok;
}

static const SfOpClass affine_class = { .name = "affine", .record = record };

SfTensor *
sf_affine (SfGraph *graph, SfTensor *x, float scale, float shift)
{
  SfTensor *y = sf_graph_tensor (graph, SF_TENSOR_WORK, x->n, x->h, x->w, x->c);
  Affine params = { scale, shift };

  sf_graph_append (graph, &affine_class, &x, 1, &y, 1, &params, sizeof params);
  return y;
}
