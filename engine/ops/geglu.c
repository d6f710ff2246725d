/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ops/ops.h"
#include "ops/rows.h"
#include "params.h"

static gboolean
record (const SfNode *node, SfRecorder *recorder, GError **error)
{
  SfDevice *device = sf_recorder_device (recorder);
  const SfCaps *caps = sf_device_caps (device);
  const SfTensor *x = node->inputs[0], *y = node->outputs[0];
  SfKernelSpec spec = { "geglu", 1, 1, sizeof (struct SfGegluParams), 1, { caps->subgroup_size } };
  SfKernel *kernel = sf_kernel_get (device, &spec, error);
  guint rows = sf_tensor_rows (y), band = sf_rows_band (caps, rows, x->pitch, 8);
  gboolean ok = kernel != NULL;

  for (guint first = 0; ok && first < rows; first += band)
    {
      guint n = MIN (band, rows - first), groups[3];
      struct SfGegluParams params = { .rows = n, .y_vec4 = y->pitch / 4 };
      SfRange ranges[] = { sf_span_rows (caps, x, first, n, &params.x),
                           sf_span_rows (caps, y, first, n, &params.y) };

      sf_rows_groups (caps, params.y_vec4, n, 1, groups);
      ok = sf_recorder_dispatch (recorder, kernel, ranges, &params, groups, 0, error);
    }
  return ok;
}

static const SfOpClass geglu_class = { .name = "geglu", .record = record };

SfTensor *
sf_geglu (SfGraph *graph, SfTensor *x)
{
  SfTensor *y = sf_graph_tensor (graph, SF_TENSOR_WORK, x->n, x->h, x->w, x->c / 2);

  g_assert (x->c % 16 == 0);
  sf_graph_append (graph, &geglu_class, &x, 1, &y, 1, NULL, 0);
  return y;
}
