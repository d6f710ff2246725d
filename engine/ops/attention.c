/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ops/ops.h"

#include <math.h>

#include "base/error.h"
#include "ops/attention-wide.h"
#include "ops/head-pack.h"
#include "ops/span.h"
#include "params.h"

/* Of the texel form, see shaders/attention/attention.texel.comp: the widest head (wider ones go to
 * sf_attention_wide()), the most queries of a lane, and dimensions of all of them: more is more
 * code than is fetched quickly. None of this changes bits. */
#define TEXEL_MAX_DIMS 128
#define TEXEL_MAX_QUERIES 3
#define TEXEL_QUERY_DIMS 144
/* lavapipe 22.3 leaves a loop after 65535 rounds. */
#define TEXEL_MAX_KEYS (65000 * SF_HEAD_PACK_TOKENS)

/* Of the storage form, see shaders/attention/attention.storage.comp. */
#define STORAGE_THREADS 128
#define STORAGE_KEYS 32
#define STORAGE_GRANULE 32 /* of output dimensions */
#define STORAGE_MAX_OUT_DIMS 128
#define STORAGE_LEAST_CHUNK 32

/* Of the matrix form, see shaders/attention/attention.matrix.comp. */
#define MATRIX_KEYS 32        /* that lie in shared memory at once */
#define MATRIX_KEPT_DIMS 160  /* the widest head whose queries stay in shared memory */
#define MATRIX_CHUNK 64       /* dimensions of a wider one's scores at once, */
#define MATRIX_WIDE_OUT 128   /* and of the result that a workgroup makes */
#define MATRIX_SUBGROUPS 4    /* of a workgroup, */
#define MATRIX_WORKGROUPS 256 /* or fewer, where there would be less than so many of these */
#define MATRIX_TALL_DIMS 64   /* the widest head of which a subgroup has 32 queries, not 16 */

enum
{
  Q,
  K,
  V,
  Y,
  N_BINDINGS
};

typedef struct
{
  guint32 heads;
  guint32 keys;
  gboolean causal;
  guint32 first[Y]; /* vec4 of a row that queries, keys, values begin with */
} Attention;

typedef struct
{
  const SfNode *node;
  SfRecorder *recorder;
  const SfCaps *caps;
  SfKernel *kernel;
  guint heads, dims;
  guint tile;     /* queries of a workgroup */
  guint out_dims; /* of a workgroup */
  guint slices;   /* workgroups that share a head's dimensions */
  guint scorings; /* how often a score is worked out */
  guint chunk;    /* dimensions of a score at once */
  guint held;     /* of out_dims, that lie in shared memory at once; storage form */
  guint rows;     /* queries of a subgroup; matrix form */
} Job;

static guint
head_dims (const SfNode *node)
{
  return node->outputs[0]->c / ((const Attention *)node->params)->heads;
}

/* Sequences may be images: tokens are pixels. */
static guint
tokens (const SfTensor *tensor)
{
  return tensor->h * tensor->w;
}

static double
attention_gflop (const SfNode *node)
{
  const SfTensor *y = node->outputs[0];
  return 4e-9 * sf_tensor_rows (y) * ((const Attention *)node->params)->keys * y->c;
}

/* Splits the head's dimensions evenly over as few workgroups as can be. */
static void
split_dims (Job *job)
{
  guint n = (job->dims + STORAGE_MAX_OUT_DIMS - 1) / STORAGE_MAX_OUT_DIMS;
  guint each = (job->dims + n - 1) / n;

  job->out_dims = (each + STORAGE_GRANULE - 1) / STORAGE_GRANULE * STORAGE_GRANULE;
  job->slices = (job->dims + job->out_dims - 1) / job->out_dims;
  job->scorings = job->slices;
}

/* Shared memory of the storage form, in bytes. */
static guint
shared_bytes (guint queries, guint chunk, guint held)
{
  guint pitch = chunk / 8 * 2 + 1, value_pitch = held / 4;
  guint vec4s = queries * pitch + STORAGE_KEYS * MAX (pitch, value_pitch)
                + queries * (STORAGE_KEYS / 4 + 1) + queries * 2;

  return vec4s * 16;
}

/* What a workgroup of the storage form holds, the most that fits first. More queries read keys less
 * often, but with wide heads a thread runs out of registers: docs/performance/graphics-card.md. All
 * of them give the same bits. */
static void
choose_tile (Job *job)
{
  const guint wishes[][3] = {
    { 64, job->dims, job->out_dims },
    { 32, job->dims, job->out_dims },
    { 32, job->dims, STORAGE_GRANULE },
    { 32, STORAGE_LEAST_CHUNK, STORAGE_GRANULE },
  };
  guint i = job->out_dims > 64 ? 1 : 0;

  while (i < G_N_ELEMENTS (wishes) - 1
         && shared_bytes (wishes[i][0], wishes[i][1], wishes[i][2]) > job->caps->shared_memory)
    i++;
  job->tile = wishes[i][0];
  job->chunk = wishes[i][1];
  job->held = wishes[i][2];
}

/* Shared memory of the matrix form, in bytes. */
static guint
matrix_bytes (const Job *job)
{
  guint k_pitch = (job->chunk + 8) * 2, v_pitch = (job->out_dims + 8) * 2;
  guint scores = (MATRIX_KEYS + 4) * 4, weights = (MATRIX_KEYS + 8) * 2;

  return job->tile * (k_pitch + scores + weights) + MATRIX_KEYS * (k_pitch + v_pitch);
}

/* As many queries as fit; but no fewer workgroups than keep a card busy, if that is possible. None
 * of this changes bits. */
static gboolean
fit_matrix_tile (Job *job)
{
  const SfCaps *caps = job->caps;
  guint64 queries = (guint64)sf_tensor_rows (job->node->outputs[0]) * job->heads * job->slices;
  guint subgroups = MATRIX_SUBGROUPS;

  while (subgroups > 2 && queries / (subgroups * job->rows) < MATRIX_WORKGROUPS)
    subgroups--;
  for (; subgroups > 0; subgroups--)
    {
      job->tile = subgroups * job->rows;
      if (matrix_bytes (job) <= caps->shared_memory
          && subgroups * caps->subgroup_size <= caps->max_workgroup)
        return TRUE;
    }
  return FALSE;
}

/* Whether the matrix units can do it; then the tile is chosen. */
static gboolean
choose_matrix_tile (Job *job)
{
  const SfMatrixShape *shape = &job->caps->matrix;
  guint whole = (job->dims + 15) / 16 * 16;

  if (!sf_caps_use_matrix (job->caps) || job->caps->tiles.plain_attention || 16 % shape->m != 0
      || 16 % shape->n != 0 || 16 % shape->k != 0)
    return FALSE;
  job->rows = job->dims <= MATRIX_TALL_DIMS ? 32 : 16;
  job->chunk = whole <= MATRIX_KEPT_DIMS ? whole : MATRIX_CHUNK;
  job->out_dims = whole <= MATRIX_KEPT_DIMS ? whole : MATRIX_WIDE_OUT;
  job->slices = (whole + job->out_dims - 1) / job->out_dims;
  job->scorings = job->slices;
  return fit_matrix_tile (job);
}

static SfKernel *
get_matrix_kernel (const Job *job, SfDevice *device, gboolean causal, GError **error)
{
  const SfMatrixShape *shape = &job->caps->matrix;
  guint lanes = job->caps->subgroup_size;
  SfKernelSpec spec = {
    .name = job->node->op->name,
    .n_reads = Y,
    .n_writes = 1,
    .push_size = sizeof (struct SfAttentionParams),
    .n_spec = 11,
    .spec
    = { job->tile / job->rows * lanes, job->dims, causal, job->tile, shape->m, shape->n, shape->k,
        job->rows, job->chunk, job->out_dims, job->node->outputs[0]->dtype == SF_DTYPE_F16 },
    .subgroup_size = lanes,
  };
  return sf_kernel_get (device, &spec, error);
}

static SfKernel *
get_storage_kernel (const Job *job, SfDevice *device, gboolean causal, GError **error)
{
  SfKernelSpec spec = {
    .name = job->node->op->name,
    .n_reads = Y,
    .n_writes = 1,
    .push_size = sizeof (struct SfAttentionParams),
    .n_spec = 8,
    .spec = { STORAGE_THREADS, job->dims, job->out_dims, causal, job->tile, job->chunk, job->held,
              job->caps->software ? 1 : 2 },
  };
  return sf_kernel_get (device, &spec, error);
}

static SfKernel *
get_texel_kernel (Job *job, SfDevice *device, gboolean causal, GError **error)
{
  guint width = job->caps->subgroup_size;
  guint queries = CLAMP (TEXEL_QUERY_DIMS / job->dims, 1, TEXEL_MAX_QUERIES);
  SfKernelSpec spec = {
    .name = job->node->op->name,
    .n_reads = Y,
    .n_writes = 1,
    .push_size = sizeof (struct SfAttentionParams),
    .n_spec = 4,
    .spec = { width, job->dims, causal, queries },
  };

  job->tile = width * queries;
  return sf_kernel_get (device, &spec, error);
}

static Job
job_new (const SfNode *node, const SfCaps *caps)
{
  guint heads = ((const Attention *)node->params)->heads;
  return (Job){
    .node = node, .caps = caps, .heads = heads, .dims = head_dims (node), .slices = 1, .scorings = 1
  };
}

static gboolean
job_init (Job *job, const SfNode *node, SfRecorder *recorder, GError **error)
{
  SfDevice *device = sf_recorder_device (recorder);
  const SfCaps *caps = sf_device_caps (device);
  gboolean causal = ((const Attention *)node->params)->causal;

  *job = job_new (node, caps);
  job->recorder = recorder;
  if (caps->family == SF_FAMILY_TEXEL)
    job->kernel = get_texel_kernel (job, device, causal, error);
  else if (choose_matrix_tile (job))
    job->kernel = get_matrix_kernel (job, device, causal, error);
  else
    {
      split_dims (job);
      choose_tile (job);
      job->kernel = get_storage_kernel (job, device, causal, error);
    }
  return job->kernel != NULL;
}

/* Work of a query with what is done more than once: scores. */
static double
gflop_per_query (const Job *job)
{
  guint keys = ((const Attention *)job->node->params)->keys;
  double pairs = (double)keys * job->heads * job->dims;
  return 2e-9 * pairs * (1 + job->scorings);
}

static gboolean
dispatch_band (const Job *job, guint image, guint first, guint n, GError **error)
{
  SfTensor *const *in = job->node->inputs;
  const SfTensor *y = job->node->outputs[0];
  const guint32 *offset = ((const Attention *)job->node->params)->first;
  guint key_rows = tokens (in[K]);
  guint64 row = (guint64)image * tokens (y) + first;
  struct SfAttentionParams params = {
    .queries = n,
    .first = first,
    .keys = ((const Attention *)job->node->params)->keys,
    .q_vec4 = in[Q]->pitch / 4,
    .k_vec4 = in[K]->pitch / 4,
    .v_vec4 = in[V]->pitch / 4,
    .y_vec4 = y->pitch / 4,
    .scale = 1 / sqrt (job->dims),
  };
  SfRange ranges[N_BINDINGS] = {
    [Q] = sf_span_rows (job->caps, in[Q], row, n, &params.q),
    [K] = sf_span_rows (job->caps, in[K], (guint64)image * key_rows, key_rows, &params.k),
    [V] = sf_span_rows (job->caps, in[V], (guint64)image * key_rows, key_rows, &params.v),
    [Y] = sf_span_rows (job->caps, y, row, n, &params.y),
  };
  guint groups[3] = { (n + job->tile - 1) / job->tile, job->heads, job->slices };

  params.q += offset[Q];
  params.k += offset[K];
  params.v += offset[V];
  return sf_recorder_dispatch (job->recorder, job->kernel, ranges, &params, groups,
                               n * gflop_per_query (job), error);
}

static gboolean
keys_fit (const Job *job, GError **error)
{
  const SfTensor *k = job->node->inputs[K], *v = job->node->inputs[V];
  guint64 bytes = (guint64)tokens (k) * MAX (k->pitch, v->pitch) * sizeof (float);
  guint keys = ((const Attention *)job->node->params)->keys;

  if (bytes <= sf_span_read_limit (job->caps)
      && (job->caps->family != SF_FAMILY_TEXEL || keys <= TEXEL_MAX_KEYS))
    return TRUE;
  g_set_error_literal (error, SF_ERROR, SF_ERROR_MEMORY,
                       "The picture is too large for what the graphics device can address; choose "
                       "a smaller size.");
  return FALSE;
}

static gboolean
attention_record (const SfNode *node, SfRecorder *recorder, GError **error)
{
  const SfTensor *y = node->outputs[0];
  Job job;

  if (!job_init (&job, node, recorder, error) || !keys_fit (&job, error))
    return FALSE;
  guint band = sf_recorder_band (recorder, tokens (y), job.tile, gflop_per_query (&job),
                                 y->pitch * sizeof (float));
  for (guint image = 0; image < y->n; image++)
    for (guint first = 0; first < tokens (y); first += band)
      if (!dispatch_band (&job, image, first, MIN (band, tokens (y) - first), error))
        return FALSE;
  return TRUE;
}

static gboolean
attention_halves (const SfNode *node, const SfCaps *caps, int which)
{
  Job job = job_new (node, caps);
  return which == SF_NODE_OUTPUT && choose_matrix_tile (&job);
}

static const SfOpClass attention_class
    = { "attention", attention_gflop, attention_record, attention_halves };

/* The texel form reads what sf_head_pack() makes of keys and values. */
static void
append_node (SfGraph *graph, SfTensor *inputs[Y], Attention *params, SfTensor *y)
{
  if (sf_graph_caps (graph)->family == SF_FAMILY_TEXEL)
    for (guint i = K; i <= V; i++)
      {
        SfChannels x = { inputs[i], params->first[i] * 4 };
        inputs[i] = sf_head_pack (graph, &x, y->c, params->heads);
        params->first[i] = 0;
      }
  sf_graph_append (graph, &attention_class, inputs, Y, &y, 1, params, sizeof *params);
}

SfTensor *
sf_attention_packed (SfGraph *graph, const SfChannels *q, const SfChannels *k, const SfChannels *v,
                     guint channels, guint heads, gboolean causal)
{
  SfTensor *inputs[Y] = { q->tensor, k->tensor, v->tensor };
  const SfTensor *shape = q->tensor;
  SfTensor *y = sf_graph_tensor (graph, SF_TENSOR_WORK, shape->n, shape->h, shape->w, channels);
  Attention params
      = { heads, tokens (k->tensor), causal, { q->first / 4, k->first / 4, v->first / 4 } };
  guint dims = channels / heads;

  g_assert (channels % heads == 0 && dims % 8 == 0 && dims <= 512);
  g_assert (q->first + channels <= q->tensor->c && k->first + channels <= k->tensor->c
            && v->first + channels <= v->tensor->c && tokens (k->tensor) == tokens (v->tensor));
  if (dims > TEXEL_MAX_DIMS && !causal && sf_graph_caps (graph)->family == SF_FAMILY_TEXEL)
    sf_attention_wide (graph, q, k, v, heads, y);
  else
    append_node (graph, inputs, &params, y);
  return y;
}

SfTensor *
sf_attention (SfGraph *graph, SfTensor *q, SfTensor *k, SfTensor *v, guint heads, gboolean causal)
{
  g_assert (k->c == q->c && v->c == q->c);
  return sf_attention_packed (graph, &(SfChannels){ q, 0 }, &(SfChannels){ k, 0 },
                              &(SfChannels){ v, 0 }, q->c, heads, causal);
}
