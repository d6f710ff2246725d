/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ops/ops.h"
#include "ops/rows.h"
#include "params.h"

/* Three nodes: sums for each channel over chunks of rows, one fold for each group, and the
 * normalisation. Chunks have at most 256 rows, so that large maps keep every core busy, and at
 * least 16, the block that the shader sums at a time; in between there are 256 of them. */
#define MIN_CHUNK 16
#define MAX_CHUNK 256
#define CHUNKS 256

enum
{
  X,
  SKIP,
  N_SOURCES
};

typedef struct
{
  float eps;
  guint groups;
  guint rows; /* of an image */
  gint32 silu;
} GroupNorm;

static guint
chunk_rows (guint rows)
{
  guint even = (rows / CHUNKS + MIN_CHUNK - 1) / MIN_CHUNK * MIN_CHUNK;
  return CLAMP (even, MIN_CHUNK, MAX_CHUNK);
}

static guint
count_chunks (guint rows)
{
  return (rows + chunk_rows (rows) - 1) / chunk_rows (rows);
}

/* A piece of a map: the same rows of @images images, all of them or one. */
typedef struct
{
  guint image, images;
  guint first, rows;
} Piece;

typedef struct
{
  const SfNode *node;
  const GroupNorm *norm;
  const SfCaps *caps;
  SfRecorder *recorder;
  SfKernel *kernel;
} Job;

/* Calls @func for each source and for each piece that a binding can hold. */
static gboolean
foreach_piece (const Job *job, guint pitch,
               gboolean (*func) (const Job *job, const SfTensor *source, guint quad,
                                 const Piece *piece, GError **error),
               GError **error)
{
  const SfTensor *x = job->node->inputs[X], *skip = job->node->inputs[SKIP];
  guint rows = job->norm->rows;
  gboolean whole = sf_rows_band (job->caps, x->n * rows, pitch, 1) == x->n * rows;
  guint band = whole ? rows : sf_rows_band (job->caps, rows, pitch, chunk_rows (rows));
  guint images = whole ? x->n : 1;

  for (guint image = 0; image < x->n; image += images)
    for (guint first = 0; first < rows; first += band)
      {
        Piece piece = { image, images, first, MIN (band, rows - first) };
        if (!func (job, x, 0, &piece, error))
          return FALSE;
        if (skip != NULL && !func (job, skip, x->pitch / 4, &piece, error))
          return FALSE;
      }
  return TRUE;
}

static SfRange
piece_span (const Job *job, const SfTensor *tensor, const Piece *piece, gint32 *offset)
{
  guint rows = job->norm->rows;
  guint n = piece->images > 1 ? piece->images * rows : piece->rows;

  return sf_span_rows (job->caps, tensor, (guint64)piece->image * rows + piece->first, n, offset);
}

static Job
job_new (const SfNode *node, SfRecorder *recorder, const SfKernelSpec *spec, GError **error)
{
  SfDevice *device = sf_recorder_device (recorder);

  return (Job){ node, (const GroupNorm *)node->params, sf_device_caps (device), recorder,
                sf_kernel_get (device, spec, error) };
}

static gint32
lanes (SfRecorder *recorder)
{
  return sf_device_caps (sf_recorder_device (recorder))->subgroup_size;
}

/* --- Sums ------------------------------------------------------------------------------------- */

static gboolean
dispatch_sums (const Job *job, const SfTensor *source, guint quad, const Piece *piece,
               GError **error)
{
  const SfTensor *sums = job->node->outputs[0];
  guint chunk = chunk_rows (job->norm->rows);
  struct SfGroupNormSumsParams params = {
    .rows = piece->rows,
    .image_rows = job->norm->rows,
    .chunk_rows = chunk,
    .chunks = sums->h,
    .first_chunk = piece->image * sums->h + piece->first / chunk,
    .x_vec4 = source->pitch / 4,
    .sums = quad,
    .sums_vec4 = sums->pitch / 4,
  };
  SfRange ranges[] = { piece_span (job, source, piece, &params.x), sums->range };
  guint groups[3];

  sf_rows_groups (job->caps, params.x_vec4, 1, piece->images, groups);
  groups[1] = (piece->rows + chunk - 1) / chunk;
  return sf_recorder_dispatch (job->recorder, job->kernel, ranges, &params, groups, 0, error);
}

static gboolean
record_sums (const SfNode *node, SfRecorder *recorder, GError **error)
{
  SfKernelSpec spec
      = { "group-norm-sums", 1, 1, sizeof (struct SfGroupNormSumsParams), 1, { lanes (recorder) } };
  Job job = job_new (node, recorder, &spec, error);

  return job.kernel != NULL && foreach_piece (&job, node->outputs[0]->pitch, dispatch_sums, error);
}

static const SfOpClass sums_class = { .name = "group-norm-sums", .record = record_sums };

/* --- Fold ------------------------------------------------------------------------------------- */

static gboolean
record_fold (const SfNode *node, SfRecorder *recorder, GError **error)
{
  SfKernelSpec spec
      = { "group-norm-fold", 2, 1, sizeof (struct SfGroupNormFoldParams), 1, { lanes (recorder) } };
  Job job = job_new (node, recorder, &spec, error);
  const SfTensor *sums = node->inputs[0], *gamma = node->inputs[1], *y = node->outputs[0];
  struct SfGroupNormFoldParams params = {
    .rows = job.norm->rows,
    .chunk_rows = chunk_rows (job.norm->rows),
    .chunks = sums->h,
    .size = sums->c / job.norm->groups,
    .channels = sums->c,
    .pitch4 = sums->pitch / 4,
    .eps = job.norm->eps,
  };
  SfRange ranges[] = { sums->range, gamma->range, y->range };
  guint groups[3] = { job.norm->groups, sums->n, 1 };

  return job.kernel != NULL
         && sf_recorder_dispatch (recorder, job.kernel, ranges, &params, groups, 0, error);
}

static const SfOpClass fold_class = { .name = "group-norm-fold", .record = record_fold };

/* --- Apply ------------------------------------------------------------------------------------ */

enum
{
  COEFFICIENTS = N_SOURCES,
  BETA,
};

static gboolean
dispatch_apply (const Job *job, const SfTensor *source, guint quad, const Piece *piece,
                GError **error)
{
  const SfTensor *y = job->node->outputs[0];
  struct SfGroupNormApplyParams params = {
    .rows = piece->rows,
    .image_rows = job->norm->rows,
    .image = piece->image,
    .quad = quad,
    .x_vec4 = source->pitch / 4,
    .y_vec4 = y->pitch / 4,
  };
  SfRange ranges[]
      = { piece_span (job, source, piece, &params.x), job->node->inputs[COEFFICIENTS]->range,
          job->node->inputs[BETA]->range, piece_span (job, y, piece, &params.y) };
  guint groups[3];

  sf_rows_groups (job->caps, params.x_vec4, piece->rows, piece->images, groups);
  return sf_recorder_dispatch (job->recorder, job->kernel, ranges, &params, groups, 0, error);
}

static gboolean
record_apply (const SfNode *node, SfRecorder *recorder, GError **error)
{
  const GroupNorm *norm = (const GroupNorm *)node->params;
  SfKernelSpec spec = { "group-norm-apply",
                        3,
                        1,
                        sizeof (struct SfGroupNormApplyParams),
                        2,
                        { lanes (recorder), norm->silu } };
  Job job = job_new (node, recorder, &spec, error);

  return job.kernel != NULL && foreach_piece (&job, node->outputs[0]->pitch, dispatch_apply, error);
}

static const SfOpClass apply_class = { .name = "group-norm-apply", .record = record_apply };

/* --- Building --------------------------------------------------------------------------------- */

SfTensor *
sf_group_norm (SfGraph *graph, SfTensor *x, SfTensor *skip, SfTensor *gamma, SfTensor *beta,
               guint groups, float eps, gboolean silu)
{
  guint c = x->c + (skip != NULL ? skip->c : 0);
  GroupNorm norm = { eps, groups, x->h * x->w, silu };
  SfTensor *sums = sf_graph_tensor (graph, SF_TENSOR_WORK, x->n, count_chunks (norm.rows), 2, c);
  SfTensor *coefficients = sf_graph_tensor (graph, SF_TENSOR_WORK, x->n, 2, 1, c);
  SfTensor *y = sf_graph_tensor (graph, SF_TENSOR_WORK, x->n, x->h, x->w, c);
  SfTensor *sums_inputs[] = { x, skip };
  SfTensor *fold_inputs[] = { sums, gamma };
  SfTensor *apply_inputs[] = { x, skip, coefficients, beta };

  g_assert (gamma->c == c && beta->c == c && c % groups == 0);
  g_assert (skip == NULL || (x->c % 8 == 0 && skip->n == x->n && skip->h * skip->w == norm.rows));
  sf_graph_append (graph, &sums_class, sums_inputs, 2, &sums, 1, &norm, sizeof norm);
  sf_graph_append (graph, &fold_class, fold_inputs, 2, &coefficients, 1, &norm, sizeof norm);
  sf_graph_append (graph, &apply_class, apply_inputs, 4, &y, 1, &norm, sizeof norm);
  return y;
}
