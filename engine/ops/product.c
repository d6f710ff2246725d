/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ops/product.h"

#include "base/error.h"
#include "ops/product-tile.h"
#include "ops/rows.h"
#include "ops/span.h"
#include "ops/split.h"
#include "params.h"

typedef struct
{
  const SfNode *node;
  const SfProduct *product;
  const SfCaps *caps;
  SfRecorder *recorder;
  SfKernel *kernel;
  SfProductTile tile;
  guint images, image_rows; /* a dispatch's rows lie in one image, or are those of all */
  guint rows;               /* of all images */
  guint64 limit;            /* bytes of a binding */
  guint column_bytes;       /* of the weights of a column */
} Job;

SfTensor *
sf_product_result (SfGraph *graph, guint n, guint c, const SfProductSize *size,
                   const SfEpilogue *epilogue)
{
  if (epilogue->into != NULL)
    return epilogue->into;
  SfTensor *y = sf_graph_tensor (graph, SF_TENSOR_WORK, n, size->h, size->w, c);

  y->top = size->top;
  y->lines = size->lines;
  return y;
}

/* Sums over parts of K, if @y is better made of such. */
static SfTensor *
split_sums (SfGraph *graph, const SfTensor *weight, const SfTensor *y, guint *splits)
{
  const SfCaps *caps = sf_graph_caps (graph);

  *splits = 1;
  if (!sf_product_uses_matrix (caps, weight))
    return NULL;
  *splits = sf_split_count (caps, (guint64)y->lines * y->w, weight->c, weight->h * weight->w);
  if (*splits == 1)
    return NULL;
  SfTensor *sums = sf_graph_tensor (graph, SF_TENSOR_WORK, *splits * y->n, y->h, y->w, weight->c);
  sums->top = y->top;
  sums->lines = y->lines;
  return sums;
}

void
sf_product_check (const SfTensor *x, const SfTensor *weight, const SfTensor *y,
                  const SfProductSize *size, const SfEpilogue *e)
{
  g_assert (x->c == weight->w);
  g_assert (y->n == x->n && y->w == size->w && y->lines == size->lines);
  g_assert (y->top >= size->top && y->top + y->h <= size->top + size->h);
  g_assert (e->residual == NULL || e->residual->size == y->size);
  g_assert (e->shift == NULL
            || (e->shift->n == x->n && e->shift_first % 8 == 0
                && e->shift_first + y->pitch <= e->shift->pitch));
}

SfTensor *
sf_product_append (SfGraph *graph, const SfOpClass *op, SfTensor *x, SfTensor *weight,
                   const SfProduct *product, const SfProductSize *size, const SfEpilogue *epilogue)
{
  const SfEpilogue none = { 0 };
  const SfEpilogue *e = epilogue != NULL ? epilogue : &none;
  gboolean gated = e->activation == SF_ACTIVATION_GEGLU;
  guint c = gated ? weight->c / 2 : weight->c;
  SfTensor *y = sf_product_result (graph, x->n, c, size, e);
  SfTensor *inputs[] = { x, weight, e->bias, e->shift, e->residual };
  SfProduct params = *product;

  g_assert (!gated || (weight->c % 16 == 0 && e->shift == NULL && e->residual == NULL));
  g_assert (y->c == c && (product->spatial || y->h == size->h));
  sf_product_check (x, weight, y, size, e);
  SfTensor *sums = split_sums (graph, weight, y, &params.splits);
  if (sums != NULL)
    {
      sf_graph_append (graph, op, inputs, SF_PRODUCT_BIAS, &sums, 1, &params, sizeof params);
      sf_split_append (graph, sums, y, e);
      return y;
    }
  params.activation = e->activation;
  params.shift_first = e->shift_first;
  sf_graph_append (graph, op, inputs, G_N_ELEMENTS (inputs), &y, 1, &params, sizeof params);
  return y;
}

static double
gflop_per_row (const SfNode *node)
{
  const SfTensor *weight = node->inputs[SF_PRODUCT_WEIGHT];
  return 2e-9 * weight->h * weight->w * weight->c;
}

double
sf_product_gflop (const SfNode *node)
{
  const SfProduct *product = (const SfProduct *)node->params;
  return gflop_per_row (node) * sf_tensor_rows (node->outputs[0]) / product->splits;
}

gboolean
sf_product_halves (const SfNode *node, const SfCaps *caps, int which)
{
  const SfProduct *product = (const SfProduct *)node->params;

  if (!sf_product_uses_matrix (caps, node->inputs[SF_PRODUCT_WEIGHT]))
    return FALSE;
  return which == SF_PRODUCT_X
         || (which == SF_NODE_OUTPUT && product->activation == SF_ACTIVATION_GEGLU);
}

static SfKernel *
get_kernel (const Job *job, SfDevice *device, GError **error)
{
  const SfNode *node = job->node;
  SfKernelSpec spec = {
    .name = node->op->name,
    .n_reads = SF_PRODUCT_Y,
    .n_writes = 1,
    .push_size = sizeof (struct SfProductParams),
    .n_spec = 7,
    .spec = { job->tile.width, node->inputs[SF_PRODUCT_WEIGHT]->dtype == SF_DTYPE_F16,
              job->product->activation, node->inputs[SF_PRODUCT_BIAS] != NULL,
              node->inputs[SF_PRODUCT_SHIFT] != NULL, node->inputs[SF_PRODUCT_RESIDUAL] != NULL,
              job->product->side },
  };
  sf_product_tile_add (&job->tile, node, job->caps, &spec);
  return sf_kernel_get (device, &spec, error);
}

static gboolean
job_init (Job *job, const SfNode *node, SfRecorder *recorder, GError **error)
{
  SfDevice *device = sf_recorder_device (recorder);
  const SfCaps *caps = sf_device_caps (device);
  const SfTensor *weight = node->inputs[SF_PRODUCT_WEIGHT], *y = node->outputs[0];
  const SfProduct *product = (const SfProduct *)node->params;

  *job = (Job){ .node = node, .product = product, .caps = caps, .recorder = recorder };
  /* A convolution's rows find their pixels within one image, and a shift belongs to one. */
  job->images
      = product->spatial || node->inputs[SF_PRODUCT_SHIFT] != NULL ? y->n / product->splits : 1;
  job->rows = sf_tensor_rows (y) / product->splits;
  job->image_rows = job->rows / job->images;
  job->limit = sf_span_limit (caps);
  job->column_bytes = weight->h * sf_pitch (weight->w) * sf_dtype_size (weight->dtype);
  job->tile = sf_product_tile_choose (node, caps, job->rows, job->image_rows);
  job->kernel = get_kernel (job, device, error);
  return job->kernel != NULL;
}

/* The lines of x's image that @n output rows of an image look at, from @first on. */
static void
input_lines (const Job *job, guint first, guint n, guint *begin, guint *end)
{
  const SfConv2d *conv = &job->product->conv;
  const SfTensor *x = job->node->inputs[SF_PRODUCT_X], *y = job->node->outputs[0];
  guint held = x->top + x->h;
  guint top = (y->top + first / y->w) * conv->stride;
  guint bottom = (y->top + (first + n - 1) / y->w) * conv->stride + job->product->side;

  top = (top > conv->pad_begin ? top - conv->pad_begin : 0) / conv->upsample;
  bottom = bottom > conv->pad_begin ? (bottom - conv->pad_begin - 1) / conv->upsample + 1 : 1;
  *begin = CLAMP (top, x->top, held - 1);
  *end = CLAMP (bottom, *begin + 1, held);
}

/* The rows of x, counted over all images, that the output rows need: those of image @image, or with
 * those of all that follow. */
static SfRange
input_span (const Job *job, guint image, guint first, guint n, struct SfProductParams *params)
{
  const SfTensor *x = job->node->inputs[SF_PRODUCT_X];
  guint begin, end;

  if (!job->product->spatial)
    return sf_span_rows (job->caps, x, (guint64)image * job->image_rows + first, n, &params->x);
  if (n > job->image_rows)
    {
      params->first_line = x->top;
      params->x_step = x->h * x->w * (x->pitch * sf_dtype_size (x->dtype) / 16);
      return sf_span_rows (job->caps, x, 0, sf_tensor_rows (x), &params->x);
    }
  input_lines (job, first, n, &begin, &end);
  params->first_line = begin;
  return sf_span_rows (job->caps, x, ((guint64)image * x->h + begin - x->top) * x->w,
                       (guint64)(end - begin) * x->w, &params->x);
}

/* An upper bound of the bytes of x that @n output rows need, wherever they are. */
static guint64
input_bytes (const Job *job, guint n)
{
  const SfTensor *x = job->node->inputs[SF_PRODUCT_X];
  guint64 pixel = (guint64)x->pitch * sizeof (float);
  guint lines;

  if (!job->product->spatial)
    return pixel * n;
  lines = (n - 1) / job->node->outputs[0]->w + 1;
  lines
      = (lines * job->product->conv.stride + job->product->side) / job->product->conv.upsample + 1;
  return pixel * x->w * MIN (lines, x->h);
}

/* Output rows of one dispatch, or 0 if not even a tile can be bound. */
static guint
band_rows (const Job *job, GError **error)
{
  guint64 row_bytes = (guint64)job->node->outputs[0]->pitch * sizeof (float);
  guint tile = MAX (job->tile.rows, 8);
  guint rows = sf_recorder_band (job->recorder, job->image_rows, tile, gflop_per_row (job->node),
                                 row_bytes);

  rows = MIN (rows, SF_MAX_GROUPS * job->tile.rows);
  while (rows > tile && (input_bytes (job, rows) > job->limit || row_bytes * rows > job->limit))
    rows = (rows / 2 + tile - 1) / tile * tile;
  if (input_bytes (job, rows) <= job->limit && row_bytes * rows <= job->limit)
    return rows;
  g_set_error_literal (error, SF_ERROR, SF_ERROR_MEMORY,
                       "The picture is too wide for what the graphics device can address; choose a "
                       "smaller size.");
  return 0;
}

/* Of the storage and the matrix form, rounded up. */
static guint
split_slices (const Job *job)
{
  const SfTensor *weight = job->node->inputs[SF_PRODUCT_WEIGHT];
  guint depth = job->tile.tile != NULL ? job->tile.tile->depth : 8;
  guint slices = (weight->h * sf_pitch (weight->w) + depth - 1) / depth;

  return (slices + job->product->splits - 1) / job->product->splits;
}

static struct SfProductParams
common_params (const Job *job)
{
  const SfTensor *x = job->node->inputs[SF_PRODUCT_X], *y = job->node->outputs[0];
  const SfConv2d *conv = &job->product->conv;

  return (struct SfProductParams){
    .groups = x->pitch / 8,
    .out_vec4 = y->pitch / 4,
    .out_w = y->w,
    .in_h = x->lines * conv->upsample - conv->crop_h,
    .in_w = x->w * conv->upsample - conv->crop_w,
    .stride = conv->stride,
    .up = conv->upsample - 1,
    .pad = conv->pad_begin,
    .image_rows = job->image_rows,
    .split_slices = split_slices (job),
    .y_step = job->rows * (y->pitch / 4),
  };
}

/* A range for a binding that may be unused: then x's, which can be read in any family. */
static SfRange
whole_or (const SfTensor *tensor, const SfRange *other)
{
  return tensor != NULL ? tensor->range : *other;
}

/* All columns of some rows: several dispatches where the weights are larger than a range. */
static gboolean
dispatch_rows (const Job *job, guint image, guint first, guint n, GError **error)
{
  SfTensor *const *in = job->node->inputs;
  const SfTensor *y = job->node->outputs[0];
  struct SfProductParams params = common_params (job);
  guint64 row = (guint64)image * job->image_rows + first;
  guint64 block_bytes = (guint64)job->column_bytes * job->tile.columns;
  guint blocks = (in[SF_PRODUCT_WEIGHT]->pitch + job->tile.columns - 1) / job->tile.columns;
  guint step = MAX (job->limit / block_bytes, 1);
  SfRange ranges[SF_PRODUCT_BINDINGS];

  params.rows = n;
  params.pixel = y->top * y->w + first;
  params.shift_vec4 = in[SF_PRODUCT_SHIFT] != NULL ? in[SF_PRODUCT_SHIFT]->pitch / 4 : 0;
  params.shift = image * params.shift_vec4 + job->product->shift_first / 4;
  ranges[SF_PRODUCT_X] = input_span (job, image, first, n, &params);
  ranges[SF_PRODUCT_Y]
      = sf_span_rows (job->caps, y, row, n + (job->product->splits - 1) * job->rows, &params.y);
  ranges[SF_PRODUCT_BIAS] = whole_or (in[SF_PRODUCT_BIAS], &ranges[SF_PRODUCT_X]);
  ranges[SF_PRODUCT_SHIFT] = whole_or (in[SF_PRODUCT_SHIFT], &ranges[SF_PRODUCT_X]);
  ranges[SF_PRODUCT_RESIDUAL]
      = in[SF_PRODUCT_RESIDUAL] != NULL
            ? sf_span_rows (job->caps, in[SF_PRODUCT_RESIDUAL], row, n, &params.residual)
            : ranges[SF_PRODUCT_X];
  for (guint block = 0; block < blocks; block += step)
    {
      guint count = MIN (step, blocks - block);
      guint64 at = block * block_bytes;
      guint groups[3] = { count, (n + job->tile.rows - 1) / job->tile.rows, job->product->splits };
      double share = MIN (count * job->tile.columns, in[SF_PRODUCT_WEIGHT]->c)
                     / (double)in[SF_PRODUCT_WEIGHT]->c;

      params.block = block;
      ranges[SF_PRODUCT_WEIGHT]
          = sf_span (job->caps, in[SF_PRODUCT_WEIGHT], at,
                     MIN (count * block_bytes, in[SF_PRODUCT_WEIGHT]->size - at), &params.weight);
      if (!sf_recorder_dispatch (job->recorder, job->kernel, ranges, &params, groups,
                                 share * n * gflop_per_row (job->node), error))
        return FALSE;
    }
  return TRUE;
}

/* One dispatch for all images, where the shader can tell them apart and nothing is too large. */
static gboolean
can_take_all_images (const Job *job)
{
  const SfTensor *x = job->node->inputs[SF_PRODUCT_X], *y = job->node->outputs[0];
  guint64 row_bytes = (guint64)y->pitch * sizeof (float);
  guint tile = MAX (job->tile.rows, 8);

  return job->tile.matrix && job->images > 1 && MAX (x->size, y->size) <= job->limit
         && job->rows <= SF_MAX_GROUPS * job->tile.rows
         && sf_recorder_band (job->recorder, job->rows, tile, gflop_per_row (job->node), row_bytes)
                == job->rows;
}

gboolean
sf_product_record (const SfNode *node, SfRecorder *recorder, GError **error)
{
  Job job;

  if (!job_init (&job, node, recorder, error))
    return FALSE;
  if (can_take_all_images (&job))
    return dispatch_rows (&job, 0, 0, job.rows, error);
  guint band = band_rows (&job, error);
  if (band == 0)
    return FALSE;
  for (guint image = 0; image < job.images; image++)
    for (guint first = 0; first < job.image_rows; first += band)
      if (!dispatch_rows (&job, image, first, MIN (band, job.image_rows - first), error))
        return FALSE;
  return TRUE;
}
