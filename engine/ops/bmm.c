/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ops/bmm.h"

#include "base/error.h"
#include "ops/rows.h"
#include "params.h"

#define VEC4_BYTES 16
/* Of shaders/include/tile.texel.glsl. */
#define MAX_LINES 16
#define LOADS 2
#define COLUMNS 4

enum
{
  X,
  W,
  Y,
  N_BINDINGS
};

typedef struct
{
  guint32 at, pitch, step;
} Place;

typedef struct
{
  guint32 batch, rows, columns, depth;
  Place place[N_BINDINGS];
  gboolean transposed;
  float scale;
} Bmm;

typedef struct
{
  const Bmm *bmm;
  const SfTensor *tensors[N_BINDINGS];
  const SfCaps *caps;
  SfRecorder *recorder;
  SfKernel *kernel;
  guint tile_rows, tile_columns;
} Job;

static double
bmm_gflop (const SfNode *node)
{
  const Bmm *bmm = (const Bmm *)node->params;
  return 2e-9 * bmm->batch * bmm->rows * bmm->columns * bmm->depth;
}

static gboolean
job_init (Job *job, const SfNode *node, SfRecorder *recorder, GError **error)
{
  SfDevice *device = sf_recorder_device (recorder);
  const SfCaps *caps = sf_device_caps (device);
  const Bmm *bmm = (const Bmm *)node->params;
  SfKernelSpec spec
      = { "bmm", Y, 1, sizeof (struct SfBmmParams), 2, { caps->subgroup_size, bmm->transposed } };

  *job = (Job){
    .bmm = bmm,
    .tensors = { node->inputs[X], node->inputs[W], node->outputs[0] },
    .caps = caps,
    .recorder = recorder,
    .kernel = sf_kernel_get (device, &spec, error),
    .tile_rows = MIN (caps->subgroup_size, MAX_LINES) * LOADS,
    .tile_columns = caps->subgroup_size * COLUMNS,
  };
  return job->kernel != NULL;
}

/* Bytes of @rows rows of @width elements, in each of @batch matrices. */
static guint64
span_bytes (const Place *place, guint batch, guint rows, guint width)
{
  guint64 vec4s = (guint64)(batch - 1) * place->step + (guint64)(rows - 1) * place->pitch;
  return (vec4s + (width + 3) / 4) * VEC4_BYTES;
}

static SfRange
span (const Job *job, guint binding, guint first_batch, guint batch, guint first_row, guint rows,
      guint width, gint32 *offset)
{
  const Place *place = &job->bmm->place[binding];
  guint64 at = place->at + (guint64)first_batch * place->step + (guint64)first_row * place->pitch;

  return sf_span (job->caps, job->tensors[binding], at * VEC4_BYTES,
                  span_bytes (place, batch, rows, width), offset);
}

/* As wide as the eights that the shader reads. */
static guint
depth_read (const Bmm *bmm)
{
  return (bmm->depth + 7) / 8 * 8;
}

static gboolean
fits (const Job *job, guint batch, guint rows)
{
  const Bmm *bmm = job->bmm;
  guint64 limit = sf_span_read_limit (job->caps);
  guint w_rows = bmm->transposed ? bmm->columns : bmm->depth;
  guint w_width = bmm->transposed ? bmm->depth : bmm->columns;

  return span_bytes (&bmm->place[X], batch, rows, depth_read (bmm)) <= limit
         && span_bytes (&bmm->place[W], batch, w_rows, w_width) <= limit
         && span_bytes (&bmm->place[Y], batch, rows, bmm->columns) <= sf_span_limit (job->caps);
}

static gboolean
dispatch (const Job *job, guint first_batch, guint batch, guint first_row, guint rows,
          GError **error)
{
  const Bmm *bmm = job->bmm;
  const Place *place = bmm->place;
  struct SfBmmParams params = {
    .rows = rows,
    .columns = bmm->columns,
    .depth = bmm->depth,
    .x_vec4 = place[X].pitch,
    .x_step = place[X].step,
    .w_vec4 = place[W].pitch,
    .w_step = place[W].step,
    .y_vec4 = place[Y].pitch,
    .y_step = place[Y].step,
    .scale = bmm->scale,
  };
  guint w_rows = bmm->transposed ? bmm->columns : bmm->depth;
  guint w_width = bmm->transposed ? bmm->depth : bmm->columns;
  SfRange ranges[N_BINDINGS] = {
    [X] = span (job, X, first_batch, batch, first_row, rows, depth_read (bmm), &params.x),
    [W] = span (job, W, first_batch, batch, 0, w_rows, w_width, &params.w),
    [Y] = span (job, Y, first_batch, batch, first_row, rows, bmm->columns, &params.y),
  };
  guint groups[3] = { (bmm->columns + job->tile_columns - 1) / job->tile_columns,
                      (rows + job->tile_rows - 1) / job->tile_rows, batch };

  return sf_recorder_dispatch (job->recorder, job->kernel, ranges, &params, groups,
                               2e-9 * batch * rows * bmm->columns * bmm->depth, error);
}

/* As many batches and rows as one dispatch may have. */
static gboolean
job_band (const Job *job, guint *batch, guint *rows, GError **error)
{
  const Bmm *bmm = job->bmm;
  guint tile = job->tile_rows;

  *batch = MIN (bmm->batch, SF_MAX_GROUPS);
  while (*batch > 1 && !fits (job, *batch, MIN (bmm->rows, tile)))
    *batch = (*batch + 1) / 2;
  *rows = sf_recorder_band (job->recorder, bmm->rows, tile,
                            2e-9 * *batch * bmm->columns * bmm->depth, 0);
  *rows = MIN (*rows, SF_MAX_GROUPS * tile);
  while (*rows > tile && !fits (job, *batch, *rows))
    *rows = (*rows / 2 + tile - 1) / tile * tile;
  if (fits (job, *batch, *rows))
    return TRUE;
  g_set_error_literal (error, SF_ERROR, SF_ERROR_MEMORY,
                       "The picture is too large for what the graphics device can address; choose "
                       "a smaller size.");
  return FALSE;
}

static gboolean
bmm_record (const SfNode *node, SfRecorder *recorder, GError **error)
{
  const Bmm *bmm = (const Bmm *)node->params;
  guint batch, band;
  Job job;

  if (!job_init (&job, node, recorder, error) || !job_band (&job, &batch, &band, error))
    return FALSE;
  for (guint b = 0; b < bmm->batch; b += batch)
    for (guint row = 0; row < bmm->rows; row += band)
      if (!dispatch (&job, b, MIN (batch, bmm->batch - b), row, MIN (band, bmm->rows - row), error))
        return FALSE;
  return TRUE;
}

static const SfOpClass bmm_class = { "bmm", bmm_gflop, bmm_record };

void
sf_bmm (SfGraph *graph, guint batch, guint rows, guint columns, guint depth, const SfBmmPiece *x,
        const SfBmmPiece *w, gboolean transposed, const SfBmmPiece *y, float scale)
{
  SfTensor *inputs[] = { x->tensor, w->tensor };
  SfTensor *output = y->tensor;
  Bmm params = {
    batch,
    rows,
    columns,
    depth,
    { { x->at, x->pitch, x->step }, { w->at, w->pitch, w->step }, { y->at, y->pitch, y->step } },
    transposed,
    scale
  };

  g_assert (!transposed || depth % 8 == 0);
  sf_graph_append (graph, &bmm_class, inputs, G_N_ELEMENTS (inputs), &output, 1, &params,
                   sizeof params);
}
