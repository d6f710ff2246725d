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
  guint rows;  /* of an image, as far as x holds them */
  guint first; /* of these, in the image */
  guint total; /* of an image */
  gint32 silu;
} GroupNorm;

guint
sf_group_norm_chunk_rows (guint rows)
{
  guint even = (rows / CHUNKS + MIN_CHUNK - 1) / MIN_CHUNK * MIN_CHUNK;
  return CLAMP (even, MIN_CHUNK, MAX_CHUNK);
}

static guint
count_chunks (guint rows)
{
  return (rows + sf_group_norm_chunk_rows (rows) - 1) / sf_group_norm_chunk_rows (rows);
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
  guint chunk = sf_group_norm_chunk_rows (job->norm->total);
  guint band = whole ? rows : sf_rows_band (job->caps, rows, pitch, chunk);
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
  guint chunk = sf_group_norm_chunk_rows (job->norm->total);
  struct SfGroupNormSumsParams params = {
    .rows = piece->rows,
    .image_rows = job->norm->rows,
    .chunk_rows = chunk,
    .chunks = sums->h,
    .first_chunk = piece->image * sums->h + (job->norm->first + piece->first) / chunk,
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

/* A graphics card waits for memory here: the more lanes, the fewer chunks one after the other. As
 * many as every device has. */
static gint32
fold_lanes (SfRecorder *recorder)
{
  const SfCaps *caps = sf_device_caps (sf_recorder_device (recorder));
  return caps->family == SF_FAMILY_STORAGE ? 128 : caps->subgroup_size;
}

static gboolean
record_fold (const SfNode *node, SfRecorder *recorder, GError **error)
{
  SfKernelSpec spec = { "group-norm-fold",        2, 1, sizeof (struct SfGroupNormFoldParams), 1,
                        { fold_lanes (recorder) } };
  Job job = job_new (node, recorder, &spec, error);
  const SfTensor *sums = node->inputs[0], *gamma = node->inputs[1], *y = node->outputs[0];
  struct SfGroupNormFoldParams params = {
    .rows = job.norm->total,
    .chunk_rows = sf_group_norm_chunk_rows (job.norm->total),
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
                        3,
                        { lanes (recorder), norm->silu, node->outputs[0]->dtype == SF_DTYPE_F16 } };
  Job job = job_new (node, recorder, &spec, error);

  return job.kernel != NULL && foreach_piece (&job, node->outputs[0]->pitch, dispatch_apply, error);
}

static gboolean
apply_halves (const SfNode *node, const SfCaps *caps, int which)
{
  return which == SF_NODE_OUTPUT;
}

static const SfOpClass apply_class
    = { .name = "group-norm-apply", .record = record_apply, .halves = apply_halves };

/* --- Building --------------------------------------------------------------------------------- */

SfTensor *
sf_group_norm_sums_new (SfGraph *graph, const SfTensor *x, guint c)
{
  return sf_graph_tensor (graph, SF_TENSOR_WORK, x->n, count_chunks (x->lines * x->w), 2, c);
}

void
sf_group_norm_sums (SfGraph *graph, SfTensor *x, SfTensor *skip, SfTensor *sums)
{
  SfTensor *inputs[] = { x, skip };
  GroupNorm norm = { .rows = x->h * x->w, .first = x->top * x->w, .total = x->lines * x->w };
  guint chunk = sf_group_norm_chunk_rows (norm.total);

  g_assert (sums->n == x->n && sums->h == count_chunks (norm.total));
  g_assert (sums->c == x->c + (skip != NULL ? skip->c : 0));
  g_assert (norm.first % chunk == 0);
  g_assert (norm.rows % chunk == 0 || norm.first + norm.rows == norm.total);
  sf_graph_append (graph, &sums_class, inputs, N_SOURCES, &sums, 1, &norm, sizeof norm);
}

SfTensor *
sf_group_norm_fold (SfGraph *graph, SfTensor *sums, SfTensor *gamma, guint groups, float eps,
                    guint rows)
{
  SfTensor *coefficients = sf_graph_tensor (graph, SF_TENSOR_WORK, sums->n, 2, 1, sums->c);
  SfTensor *inputs[] = { sums, gamma };
  GroupNorm norm = { .eps = eps, .groups = groups, .total = rows };

  g_assert (gamma->c == sums->c && sums->c % groups == 0);
  sf_graph_append (graph, &fold_class, inputs, 2, &coefficients, 1, &norm, sizeof norm);
  return coefficients;
}

SfTensor *
sf_group_norm_apply (SfGraph *graph, SfTensor *x, SfTensor *skip, SfTensor *coefficients,
                     SfTensor *beta, gboolean silu)
{
  guint c = coefficients->c;
  SfTensor *inputs[] = { x, skip, coefficients, beta };
  SfTensor *y = sf_graph_tensor (graph, SF_TENSOR_WORK, x->n, x->h, x->w, c);
  GroupNorm norm = { .rows = x->h * x->w, .total = x->lines * x->w, .silu = silu };

  g_assert (beta->c == c && x->c + (skip != NULL ? skip->c : 0) == c);
  y->top = x->top;
  y->lines = x->lines;
  sf_graph_append (graph, &apply_class, inputs, G_N_ELEMENTS (inputs), &y, 1, &norm, sizeof norm);
  return y;
}

SfTensor *
sf_group_norm (SfGraph *graph, SfTensor *x, SfTensor *skip, SfTensor *gamma, SfTensor *beta,
               guint groups, float eps, gboolean silu)
{
  SfTensor *sums = sf_group_norm_sums_new (graph, x, gamma->c);

  g_assert (skip == NULL || (x->c % 8 == 0 && skip->n == x->n && skip->h * skip->w == x->h * x->w));
  sf_group_norm_sums (graph, x, skip, sums);
  SfTensor *coefficients = sf_group_norm_fold (graph, sums, gamma, groups, eps, x->lines * x->w);
  return sf_group_norm_apply (graph, x, skip, coefficients, beta, silu);
}
