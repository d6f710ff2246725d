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
  SfKernelSpec spec = { "copy", 1, 1, sizeof (struct SfCopyParams), 1, { caps->subgroup_size } };
  SfKernel *kernel = sf_kernel_get (device, &spec, error);
  guint rows = sf_tensor_rows (x), band = sf_flat_band (caps, rows, x->pitch);
  gboolean ok = kernel != NULL;

  for (guint first = 0; ok && first < rows; first += band)
    {
      guint n = MIN (band, rows - first), groups[3];
      struct SfCopyParams params = { .n = n * (x->pitch / 4) };
      SfRange ranges[] = { sf_span_rows (caps, x, first, n, &params.x),
                           sf_span_rows (caps, y, first, n, &params.y) };

      sf_flat_groups (caps, params.n, groups);
      ok = sf_recorder_dispatch (recorder, kernel, ranges, &params, groups, 0, error);
    }
  return ok;
}

static const SfOpClass copy_class = { .name = "copy", .record = record };

void
sf_copy (SfGraph *graph, SfTensor *x, SfTensor *out)
{
  g_assert (x->c == out->c && sf_tensor_rows (x) == sf_tensor_rows (out));
  sf_graph_append (graph, &copy_class, &x, 1, &out, 1, NULL, 0);
}
