/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ops/split.h"

#include "ops/rows.h"
#include "ops/span.h"
#include "params.h"

/* A large card's multiprocessors, each of which takes a tile of so many outputs on a side. Where
 * there are more than half as many tiles, two rounds fill up better, if sums are long enough to be
 * worth it. */
#define PROCESSORS 128
#define TILE 128
#define DEPTH 32 /* of a slice */
#define LONG_SLICES 72
#define LEAST_SLICES 8 /* that a sum has, so that adding it to the others costs little */
#define MOST_SUMS 16
#define IMAGES 2 /* as there are with guidance */

#define THREADS 64

typedef struct
{
  guint32 count;
  SfActivation activation;
  guint32 shift_first;
} Split;

guint
sf_split_count (const SfCaps *caps, guint64 image_rows, guint columns, guint depth)
{
  guint64 tiles = (IMAGES * image_rows + TILE - 1) / TILE * ((columns + TILE - 1) / TILE);
  guint slices = (depth + DEPTH - 1) / DEPTH;

  /* A processor's graphics has few threads to feed; software is here for the tests. */
  if (!caps->discrete && !caps->software)
    return 1;
  if (tiles <= PROCESSORS / 2)
    return CLAMP (MIN (PROCESSORS / tiles, slices / LEAST_SLICES), 1, MOST_SUMS);
  return slices >= LONG_SLICES ? CLAMP (2 * PROCESSORS / tiles, 1, MOST_SUMS) : 1;
}

static SfKernel *
get_kernel (const SfNode *node, SfDevice *device, GError **error)
{
  const Split *split = (const Split *)node->params;
  SfKernelSpec spec = {
    .name = node->op->name,
    .n_reads = SF_PRODUCT_Y,
    .n_writes = 1,
    .push_size = sizeof (struct SfProductParams),
    .n_spec = 6,
    .spec = { THREADS, TRUE, split->activation, node->inputs[SF_PRODUCT_BIAS] != NULL,
              node->inputs[SF_PRODUCT_SHIFT] != NULL, node->inputs[SF_PRODUCT_RESIDUAL] != NULL },
  };
  return sf_kernel_get (device, &spec, error);
}

static gboolean
split_record (const SfNode *node, SfRecorder *recorder, GError **error)
{
  SfDevice *device = sf_recorder_device (recorder);
  const SfCaps *caps = sf_device_caps (device);
  const Split *split = (const Split *)node->params;
  const SfTensor *sums = node->inputs[SF_PRODUCT_X], *y = node->outputs[0];
  const SfTensor *shift = node->inputs[SF_PRODUCT_SHIFT];
  guint rows = sf_tensor_rows (y);
  guint vec4s = sums->pitch / 4;
  struct SfProductParams params = {
    .rows = rows,
    .out_vec4 = y->pitch / 4,
    .image_rows = rows / y->n,
    .split_slices = split->count,
    .x_step = rows * vec4s,
    .shift_vec4 = shift != NULL ? shift->pitch / 4 : 0,
    .shift = split->shift_first / 4,
  };
  SfRange ranges[SF_PRODUCT_BINDINGS];
  guint64 n_groups = ((guint64)rows * vec4s + THREADS - 1) / THREADS;
  guint line = MIN (n_groups, SF_MAX_GROUPS);
  guint groups[3] = { line, (n_groups + line - 1) / line, 1 };
  SfKernel *kernel = get_kernel (node, device, error);

  if (kernel == NULL)
    return FALSE;
  ranges[SF_PRODUCT_X] = sf_span_rows (caps, sums, 0, sf_tensor_rows (sums), &params.x);
  ranges[SF_PRODUCT_Y] = sf_span_rows (caps, y, 0, rows, &params.y);
  ranges[SF_PRODUCT_WEIGHT] = ranges[SF_PRODUCT_BIAS] = ranges[SF_PRODUCT_SHIFT]
      = ranges[SF_PRODUCT_RESIDUAL] = ranges[SF_PRODUCT_X];
  if (node->inputs[SF_PRODUCT_BIAS] != NULL)
    ranges[SF_PRODUCT_BIAS] = node->inputs[SF_PRODUCT_BIAS]->range;
  if (shift != NULL)
    ranges[SF_PRODUCT_SHIFT] = shift->range;
  if (node->inputs[SF_PRODUCT_RESIDUAL] != NULL)
    ranges[SF_PRODUCT_RESIDUAL]
        = sf_span_rows (caps, node->inputs[SF_PRODUCT_RESIDUAL], 0, rows, &params.residual);
  return sf_recorder_dispatch (recorder, kernel, ranges, &params, groups, 0, error);
}

static const SfOpClass split_class = { "split-sum", NULL, split_record };

void
sf_split_append (SfGraph *graph, SfTensor *sums, SfTensor *y, const SfEpilogue *epilogue)
{
  SfTensor *inputs[] = { sums, NULL, epilogue->bias, epilogue->shift, epilogue->residual };
  Split params
      = { sf_tensor_rows (sums) / sf_tensor_rows (y), epilogue->activation, epilogue->shift_first };

  sf_graph_append (graph, &split_class, inputs, G_N_ELEMENTS (inputs), &y, 1, &params,
                   sizeof params);
}
