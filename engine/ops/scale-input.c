/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ops/ops.h"
#include "ops/rows.h"
#include "params.h"

static gboolean
record (const SfNode *node, SfRecorder *recorder, GError **error)
{
  SfDevice *device = sf_recorder_device (recorder);
  const SfCaps *caps = sf_device_caps (device);
  const SfTensor *x = node->inputs[0], *step = node->inputs[1], *y = node->outputs[0];
  SfKernelSpec spec
      = { "scale-input", 2, 1, sizeof (struct SfFlatParams), 1, { caps->subgroup_size } };
  SfKernel *kernel = sf_kernel_get (device, &spec, error);
  struct SfFlatParams params = { .n = x->size / 16, .branches = y->n };
  SfRange ranges[] = { x->range, step->range, y->range };
  guint groups[3];

  sf_flat_groups (caps, params.n, groups);
  return kernel != NULL
         && sf_recorder_dispatch (recorder, kernel, ranges, &params, groups, 0, error);
}

static const SfOpClass scale_input_class = { .name = "scale-input", .record = record };

SfTensor *
sf_scale_input (SfGraph *graph, SfTensor *x, SfTensor *step, guint n)
{
  SfTensor *y = sf_graph_tensor (graph, SF_TENSOR_WORK, n, x->h, x->w, x->c);
  SfTensor *inputs[] = { x, step };

  g_assert (x->n == 1);
  sf_graph_append (graph, &scale_input_class, inputs, 2, &y, 1, NULL, 0);
  return y;
}
