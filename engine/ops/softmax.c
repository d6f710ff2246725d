/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ops/softmax.h"

#include "ops/rows.h"
#include "params.h"

static gboolean
record (const SfNode *node, SfRecorder *recorder, GError **error)
{
  SfDevice *device = sf_recorder_device (recorder);
  const SfCaps *caps = sf_device_caps (device);
  const SfTensor *x = node->inputs[0];
  guint lanes = caps->subgroup_size;
  SfKernelSpec spec = { "softmax", 1, 1, sizeof (struct SfSoftmaxParams), 1, { lanes } };
  SfKernel *kernel = sf_kernel_get (device, &spec, error);
  guint rows = sf_tensor_rows (x);
  guint band = MIN (sf_rows_band (caps, rows, x->pitch, 8), SF_MAX_GROUPS * lanes);
  gboolean ok = kernel != NULL;

  for (guint first = 0; ok && first < rows; first += band)
    {
      guint n = MIN (band, rows - first);
      guint groups[3] = { (n + lanes - 1) / lanes, 1, 1 };
      struct SfSoftmaxParams params = { .rows = n, .columns = x->c, .vec4s = x->pitch / 4 };
      SfRange ranges[] = { sf_span_rows (caps, x, first, n, &params.x),
                           sf_span_rows (caps, x, first, n, &params.y) };

      ok = sf_recorder_dispatch (recorder, kernel, ranges, &params, groups, 0, error);
    }
  return ok;
}

static const SfOpClass softmax_class = { .name = "softmax", .record = record };

void
sf_softmax (SfGraph *graph, SfTensor *x)
{
  sf_graph_append (graph, &softmax_class, &x, 1, &x, 1, NULL, 0);
}
