/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ops/ops.h"
#include "ops/rows.h"
#include "params.h"

enum
{
  X,
  OUT,
  STEP,
  N_INPUTS
};

static gboolean
record (const SfNode *node, SfRecorder *recorder, GError **error)
{
  SfDevice *device = sf_recorder_device (recorder);
  const SfCaps *caps = sf_device_caps (device);
  SfTensor *const *in = node->inputs;
  SfKernelSpec spec = { "guide", 3, 1, sizeof (struct SfFlatParams), 1, { caps->subgroup_size } };
  SfKernel *kernel = sf_kernel_get (device, &spec, error);
  struct SfFlatParams params = { .n = in[X]->size / 16, .branches = in[OUT]->n };
  SfRange ranges[] = { in[X]->range, in[OUT]->range, in[STEP]->range, node->outputs[0]->range };
  guint groups[3];

  sf_flat_groups (caps, params.n, groups);
  return kernel != NULL
         && sf_recorder_dispatch (recorder, kernel, ranges, &params, groups, 0, error);
}

static const SfOpClass guide_class = { .name = "guide", .record = record };

void
sf_guide (SfGraph *graph, SfTensor *x, SfTensor *out, SfTensor *step, SfTensor *denoised)
{
  SfTensor *inputs[] = { x, out, step };

  g_assert (x->n == 1 && out->size == x->size * out->n && denoised->size == x->size);
  g_assert (step->c >= 2 + out->n);
  sf_graph_append (graph, &guide_class, inputs, N_INPUTS, &denoised, 1, NULL, 0);
}
