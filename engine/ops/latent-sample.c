/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ops/ops.h"
#include "ops/rows.h"
#include "params.h"

typedef struct
{
  float scale;
} LatentSample;

static gboolean
record (const SfNode *node, SfRecorder *recorder, GError **error)
{
  SfDevice *device = sf_recorder_device (recorder);
  const SfCaps *caps = sf_device_caps (device);
  const SfTensor *moments = node->inputs[0], *noise = node->inputs[1], *y = node->outputs[0];
  SfKernelSpec spec
      = { "latent-sample", 2, 1, sizeof (struct SfLatentSampleParams), 1, { caps->subgroup_size } };
  SfKernel *kernel = sf_kernel_get (device, &spec, error);
  struct SfLatentSampleParams params = {
    .pixels = sf_tensor_rows (y),
    .channels = y->c,
    .moments_vec4 = moments->pitch / 4,
    .y_vec4 = y->pitch / 4,
    .scale = ((const LatentSample *)node->params)->scale,
  };
  SfRange ranges[] = { moments->range, noise->range, y->range };
  guint groups[3];

  sf_flat_groups (caps, params.pixels, groups);
  return kernel != NULL
         && sf_recorder_dispatch (recorder, kernel, ranges, &params, groups, 0, error);
}

static const SfOpClass latent_sample_class = { .name = "latent-sample", .record = record };

SfTensor *
sf_latent_sample (SfGraph *graph, SfTensor *moments, SfTensor *noise, float scale)
{
  SfTensor *y = sf_graph_tensor (graph, SF_TENSOR_WORK, noise->n, noise->h, noise->w, noise->c);
  SfTensor *inputs[] = { moments, noise };
  LatentSample params = { scale };

  g_assert (moments->c == 2 * noise->c && sf_tensor_rows (moments) == sf_tensor_rows (noise));
  sf_graph_append (graph, &latent_sample_class, inputs, 2, &y, 1, &params, sizeof params);
  return y;
}
