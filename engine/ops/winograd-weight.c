/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The sixteen components of each kernel of a convolution that is done by Winograd's algorithm (see
 * ops/winograd.c), in the texel family. They would take 16/9 of the memory of what they are made
 * of, for as long as a model is loaded, so they are made when a graph needs them (graph/derive.h).
 */
#include "graph/derive.h"
#include "ops/rows.h"
#include "ops/winograd.h"
#include "params.h"

#define SIDE 4
#define COMPONENTS (SIDE * SIDE)

/* The components of a matrix with so many elements at most are made once and kept for all steps, so
 * they pay for an image of any size. Those of larger ones would be 600 MB for Stable Diffusion 1,
 * so they are made again in each step. That takes about as long as they save where an image has few
 * pixels: then the convolution is a plain one. The pixels of one image count, not of all, since
 * branches may be evaluated one by one and have to give the same bits. */
#define MAX_LASTING_ELEMENTS (640 * 1920)
#define MAX_LASTING_BYTES (MAX_LASTING_ELEMENTS * COMPONENTS * 2)
#define LEAST_PIXELS (16 * 16)

/* A row of a packed matrix: one of the four columns of all lanes. */
static guint
count_rows (const SfTensor *weight, const SfCaps *caps)
{
  guint block = caps->subgroup_size * 4;
  return (weight->c + block - 1) / block * 4;
}

static SfKernel *
get_kernel (const SfNode *node, SfDevice *device, GError **error)
{
  SfKernelSpec spec = {
    .name = node->op->name,
    .n_reads = 1,
    .n_writes = 1,
    .push_size = sizeof (struct SfWinogradWeightParams),
    .n_spec = 2,
    .spec = { sf_device_caps (device)->subgroup_size, node->inputs[0]->dtype == SF_DTYPE_F16 },
  };
  return sf_kernel_get (device, &spec, error);
}

static gboolean
record (const SfNode *node, SfRecorder *recorder, GError **error)
{
  SfDevice *device = sf_recorder_device (recorder);
  const SfCaps *caps = sf_device_caps (device);
  const SfTensor *x = node->inputs[0], *y = node->outputs[0];
  guint rows = count_rows (x, caps), stride = caps->subgroup_size * sf_pitch (x->w) / 8;
  guint64 x_bytes = x->size / rows, y_bytes = y->size / rows;
  guint band = MAX (sf_span_limit (caps) / y_bytes, 1);
  SfKernel *kernel = get_kernel (node, device, error);

  for (guint first = 0; kernel != NULL && first < rows; first += band)
    {
      guint n = MIN (band, rows - first), groups[3];
      struct SfWinogradWeightParams params = { .n = n * stride, .stride = stride };
      SfRange ranges[] = { sf_span (caps, x, first * x_bytes, n * x_bytes, &params.x),
                           sf_span (caps, y, first * y_bytes, n * y_bytes, &params.y) };

      sf_flat_groups (caps, params.n, groups);
      groups[1] = SIDE;
      if (!sf_recorder_dispatch (recorder, kernel, ranges, &params, groups, 0, error))
        return FALSE;
    }
  return kernel != NULL;
}

static const SfOpClass weight_class = { .name = "winograd-weight", .record = record };

static void
append (SfGraph *graph, SfTensor *from, SfTensor *to)
{
  sf_graph_append (graph, &weight_class, &from, 1, &to, 1, NULL, 0);
}

SfTensor *
sf_winograd_weight (SfGraph *graph, SfTensor *weight)
{
  SfTensor shape = *weight;

  g_assert (weight->taps == SF_TAPS_WINOGRAD);
  shape.h = COMPONENTS;
  shape.size = weight->size / weight->h * COMPONENTS;
  return sf_graph_derive (graph, weight, &shape, append, shape.size <= MAX_LASTING_BYTES);
}

gboolean
sf_winograd_pays (const SfTensor *weight, const SfTensor *x)
{
  return (guint64)weight->w * weight->c <= MAX_LASTING_ELEMENTS || x->lines * x->w >= LEAST_PIXELS;
}
