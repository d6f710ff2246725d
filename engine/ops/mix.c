/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "ops/ops.h"
#include "ops/rows.h"
#include "params.h"

enum
{
  NOISE,
  COEFFICIENTS,
  SLOTS,
  N_INPUTS = SLOTS + SF_MIX_SLOTS
};

static gboolean
record (const SfNode *node, SfRecorder *recorder, GError **error)
{
  SfDevice *device = sf_recorder_device (recorder);
  const SfCaps *caps = sf_device_caps (device);
  SfKernelSpec spec
      = { "mix", SLOTS, SF_MIX_SLOTS, sizeof (struct SfFlatParams), 1, { caps->subgroup_size } };
  SfKernel *kernel = sf_kernel_get (device, &spec, error);
  struct SfFlatParams params = { .n = node->inputs[NOISE]->size / 16, .branches = 1 };
  SfRange ranges[N_INPUTS];
  guint groups[3];

  for (guint i = 0; i < N_INPUTS; i++)
    ranges[i] = node->inputs[i]->range;
  sf_flat_groups (caps, params.n, groups);
  return kernel != NULL
         && sf_recorder_dispatch (recorder, kernel, ranges, &params, groups, 0, error);
}

static const SfOpClass mix_class = { .name = "mix", .record = record };

void
sf_mix (SfGraph *graph, SfTensor *const slots[SF_MIX_SLOTS], SfTensor *noise,
        SfTensor *coefficients)
{
  SfTensor *inputs[N_INPUTS] = { noise, coefficients };

  g_assert (coefficients->w == SF_MIX_SLOTS + 1 && coefficients->c == 8);
  for (guint i = 0; i < SF_MIX_SLOTS; i++)
    {
      g_assert (slots[i]->size == noise->size);
      inputs[SLOTS + i] = slots[i];
    }
  sf_graph_append (graph, &mix_class, inputs, N_INPUTS, slots, SF_MIX_SLOTS, NULL, 0);
}
