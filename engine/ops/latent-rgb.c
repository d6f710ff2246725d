/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ops/ops.h"
#include "ops/rows.h"
#include "params.h"

static gboolean
record (const SfNode *node, SfRecorder *recorder, GError **error)
{
  SfDevice *device = sf_recorder_device (recorder);
  const SfCaps *caps = sf_device_caps (device);
  const SfTensor *x = node->inputs[0], *matrix = node->inputs[1], *rgb = node->outputs[0];
  SfKernelSpec spec
      = { "latent-rgb", 2, 1, sizeof (struct SfLatentRgbParams), 1, { caps->subgroup_size } };
  SfKernel *kernel = sf_kernel_get (device, &spec, error);
  struct SfLatentRgbParams params
      = { .pixels = sf_tensor_rows (x), .channels = x->c, .x_vec4 = x->pitch / 4 };
  SfRange ranges[] = { x->range, matrix->range, rgb->range };
  guint groups[3];

  sf_flat_groups (caps, params.pixels, groups);
  return kernel != NULL
         && sf_recorder_dispatch (recorder, kernel, ranges, &params, groups, 0, error);
}

static const SfOpClass latent_rgb_class = { .name = "latent-rgb", .record = record };

void
sf_latent_rgb (SfGraph *graph, SfTensor *x, SfTensor *matrix, SfTensor *rgb)
{
  SfTensor *inputs[] = { x, matrix };

  g_assert (matrix->w == x->c + 1 && matrix->c == 3 && rgb->c == 3);
  g_assert (sf_tensor_rows (rgb) == sf_tensor_rows (x));
  sf_graph_append (graph, &latent_rgb_class, inputs, 2, &rgb, 1, NULL, 0);
}
