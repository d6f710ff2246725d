/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ops/ops.h"
#include "ops/rows.h"
#include "ops/span.h"
#include "params.h"

typedef struct
{
  guint32 h, w, salt, merged;
} Move;

static Move
move_of (const SfTokenMatch *match)
{
  return (Move){ match->h, match->w, match->salt, match->merged };
}

/* All tokens of an image: one dispatch. */
static gboolean
dispatch (SfRecorder *recorder, SfKernel *kernel, const SfRange *ranges, const void *params,
          const SfTensor *x, const Move *move, GError **error)
{
  const SfCaps *caps = sf_device_caps (sf_recorder_device (recorder));
  guint groups[3];

  sf_rows_groups (caps, x->pitch / 4, move->h * move->w, 1, groups);
  return sf_recorder_dispatch (recorder, kernel, ranges, params, groups, 0, error);
}

static gboolean
image_fits (const SfCaps *caps, const SfTensor *x, const Move *move, GError **error)
{
  return sf_span_check (caps, (guint64)move->h * move->w * x->pitch * sizeof (float), error);
}

/* --- Merge ------------------------------------------------------------------------------------ */

enum
{
  MERGE_X,
  MERGE_RANK,
  MERGE_HEAD,
  MERGE_NEXT,
  MERGE_N_INPUTS
};

static gboolean
merge_record (const SfNode *node, SfRecorder *recorder, GError **error)
{
  SfDevice *device = sf_recorder_device (recorder);
  const SfCaps *caps = sf_device_caps (device);
  const Move *move = (const Move *)node->params;
  SfTensor *const *in = node->inputs;
  const SfTensor *x = in[MERGE_X], *y = node->outputs[0];
  SfKernelSpec spec
      = { "token-merge",          MERGE_N_INPUTS, 1, sizeof (struct SfTokenMergeParams), 1,
          { caps->subgroup_size } };
  SfKernel *kernel = sf_kernel_get (device, &spec, error);
  guint tokens = move->h * move->w;
  gboolean ok = kernel != NULL && image_fits (caps, x, move, error);

  for (guint i = 0; ok && i < x->n; i++)
    {
      struct SfTokenMergeParams params = {
        .h = move->h,
        .w = move->w,
        .salt = move->salt,
        .sources = in[MERGE_RANK]->c,
        .merged = move->merged,
        .vec4s = x->pitch / 4,
      };
      SfRange ranges[] = { sf_span_rows (caps, x, (guint64)i * tokens, tokens, &params.x),
                           sf_span_rows (caps, in[MERGE_RANK], i, 1, &params.rank),
                           sf_span_rows (caps, in[MERGE_HEAD], i, 1, &params.head),
                           sf_span_rows (caps, in[MERGE_NEXT], i, 1, &params.next),
                           sf_span_rows (caps, y, (guint64)i * y->w, y->w, &params.y) };

      ok = dispatch (recorder, kernel, ranges, &params, x, move, error);
    }
  return ok;
}

static const SfOpClass merge_class = { .name = "token-merge", .record = merge_record };

SfTensor *
sf_token_merge (SfGraph *graph, SfTensor *x, const SfTokenMatch *match)
{
  SfTensor *inputs[] = { x, match->rank, match->head, match->next };
  guint left = match->h * match->w - match->merged;
  SfTensor *y = sf_graph_tensor (graph, SF_TENSOR_WORK, x->n, 1, left, x->c);
  Move move = move_of (match);

  g_assert (x->h == match->h && x->w == match->w && x->n == match->score->n);
  sf_graph_append (graph, &merge_class, inputs, MERGE_N_INPUTS, &y, 1, &move, sizeof move);
  return y;
}

/* --- Unmerge ---------------------------------------------------------------------------------- */

enum
{
  UNMERGE_X,
  UNMERGE_RESIDUAL,
  UNMERGE_BEST,
  UNMERGE_RANK,
  UNMERGE_N_INPUTS
};

static gboolean
unmerge_record (const SfNode *node, SfRecorder *recorder, GError **error)
{
  SfDevice *device = sf_recorder_device (recorder);
  const SfCaps *caps = sf_device_caps (device);
  const Move *move = (const Move *)node->params;
  SfTensor *const *in = node->inputs;
  const SfTensor *x = in[UNMERGE_X], *residual = in[UNMERGE_RESIDUAL], *y = node->outputs[0];
  SfKernelSpec spec
      = { "token-unmerge",        UNMERGE_N_INPUTS, 1, sizeof (struct SfTokenUnmergeParams), 1,
          { caps->subgroup_size } };
  SfKernel *kernel = sf_kernel_get (device, &spec, error);
  guint tokens = move->h * move->w;
  gboolean ok = kernel != NULL && image_fits (caps, y, move, error);

  for (guint i = 0; ok && i < y->n; i++)
    {
      guint64 first = (guint64)i * tokens;
      struct SfTokenUnmergeParams params = {
        .h = move->h,
        .w = move->w,
        .salt = move->salt,
        .sources = in[UNMERGE_RANK]->c,
        .merged = move->merged,
        .vec4s = y->pitch / 4,
      };
      SfRange ranges[] = { sf_span_rows (caps, x, (guint64)i * x->w, x->w, &params.x),
                           sf_span_rows (caps, residual, first, tokens, &params.residual),
                           sf_span_rows (caps, in[UNMERGE_BEST], i, 1, &params.best),
                           sf_span_rows (caps, in[UNMERGE_RANK], i, 1, &params.rank),
                           sf_span_rows (caps, y, first, tokens, &params.y) };

      ok = dispatch (recorder, kernel, ranges, &params, y, move, error);
    }
  return ok;
}

static const SfOpClass unmerge_class = { .name = "token-unmerge", .record = unmerge_record };

SfTensor *
sf_token_unmerge (SfGraph *graph, SfTensor *x, const SfTokenMatch *match, SfTensor *residual)
{
  SfTensor *inputs[] = { x, residual, match->best, match->rank };
  SfTensor *y
      = sf_graph_tensor (graph, SF_TENSOR_WORK, residual->n, match->h, match->w, residual->c);
  Move move = move_of (match);

  g_assert (x->w == match->h * match->w - match->merged && x->c == residual->c);
  sf_graph_append (graph, &unmerge_class, inputs, UNMERGE_N_INPUTS, &y, 1, &move, sizeof move);
  return y;
}
