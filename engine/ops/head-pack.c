/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ops/head-pack.h"

#include "ops/rows.h"
#include "ops/span.h"
#include "params.h"

typedef struct
{
  guint32 first; /* vec4 of a token that the first head begins with */
} HeadPack;

/* Heads @first … of one image. */
static gboolean
dispatch (const SfNode *node, SfRecorder *recorder, SfKernel *kernel, guint image, guint first,
          guint heads, GError **error)
{
  const SfCaps *caps = sf_device_caps (sf_recorder_device (recorder));
  const SfTensor *x = node->inputs[0], *y = node->outputs[0];
  guint dims = y->c / SF_HEAD_PACK_TOKENS, tokens = x->h * x->w, groups[3];
  struct SfHeadPackParams params
      = { .rows = y->w, .tokens = tokens, .dims = dims, .x_vec4 = x->pitch / 4 };
  SfRange ranges[] = {
    sf_span_rows (caps, x, (guint64)image * tokens, tokens, &params.x),
    sf_span_rows (caps, y, ((guint64)image * y->h + first) * y->w, (guint64)heads * y->w,
                  &params.y),
  };

  params.x += ((const HeadPack *)node->params)->first + first * (dims / 4);
  sf_rows_groups (caps, dims, y->w, heads, groups);
  return sf_recorder_dispatch (recorder, kernel, ranges, &params, groups, 0, error);
}

static gboolean
record (const SfNode *node, SfRecorder *recorder, GError **error)
{
  SfDevice *device = sf_recorder_device (recorder);
  const SfCaps *caps = sf_device_caps (device);
  const SfTensor *y = node->outputs[0];
  SfKernelSpec spec
      = { "head-pack", 1, 1, sizeof (struct SfHeadPackParams), 1, { caps->subgroup_size } };
  SfKernel *kernel = sf_kernel_get (device, &spec, error);
  guint64 bytes = (guint64)y->w * y->pitch * sizeof (float);
  guint fit = MAX (sf_span_limit (caps) / bytes, 1);
  gboolean ok = kernel != NULL;

  for (guint image = 0; ok && image < y->n; image++)
    for (guint head = 0; ok && head < y->h; head += fit)
      ok = dispatch (node, recorder, kernel, image, head, MIN (fit, y->h - head), error);
  return ok;
}

static const SfOpClass head_pack_class = { .name = "head-pack", .record = record };

SfTensor *
sf_head_pack (SfGraph *graph, const SfChannels *x, guint channels, guint heads)
{
  const SfTensor *shape = x->tensor;
  guint rows = (shape->h * shape->w + SF_HEAD_PACK_TOKENS - 1) / SF_HEAD_PACK_TOKENS;
  SfTensor *inputs[] = { x->tensor };
  SfTensor *y = sf_graph_tensor (graph, SF_TENSOR_WORK, shape->n, heads, rows,
                                 SF_HEAD_PACK_TOKENS * channels / heads);
  HeadPack params = { x->first / 4 };

  g_assert (channels % heads == 0 && channels / heads % 4 == 0 && x->first % 4 == 0);
  sf_graph_append (graph, &head_pack_class, inputs, 1, &y, 1, &params, sizeof params);
  return y;
}
