/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ops/ops.h"

#include "ops/span.h"
#include "ops/token-list.h"
#include "params.h"

/* Sources of a workgroup: of the texel form two for each lane, up to 32, as in
 * shaders/include/tile.texel.glsl. */
#define TEXEL_MAX_LINES 16
#define TEXEL_LOADS 2
#define STORAGE_THREADS 128
#define STORAGE_TILE 32

/* Bands are multiples of this: a tile of either form. */
#define GRANULE 32

enum
{
  X,
  N_INPUTS
};

enum
{
  SCORE,
  BEST,
  N_OUTPUTS
};

typedef struct
{
  guint32 salt;
} Match;

static guint
cells (const SfTensor *x)
{
  return (x->h / 2) * (x->w / 2);
}

static double
gflop_per_source (const SfNode *node)
{
  const SfTensor *x = node->inputs[X];
  return 2e-9 * cells (x) * x->c;
}

static double
match_gflop (const SfNode *node)
{
  const SfTensor *score = node->outputs[SCORE];
  return gflop_per_source (node) * score->n * score->c;
}

static gboolean
dispatch (const SfNode *node, SfRecorder *recorder, SfKernel *kernel, guint tile, guint image,
          guint first, guint n, GError **error)
{
  const SfCaps *caps = sf_device_caps (sf_recorder_device (recorder));
  const SfTensor *x = node->inputs[X], *score = node->outputs[SCORE];
  struct SfTokenMatchParams params = {
    .h = x->h,
    .w = x->w,
    .salt = ((const Match *)node->params)->salt,
    .sources = score->c,
    .first = first,
    .x_vec4 = x->pitch / 4,
    .out_vec4 = score->pitch / 4,
  };
  guint tokens = x->h * x->w, groups[3] = { (n + tile - 1) / tile, 1, 1 };
  SfRange ranges[] = { sf_span_rows (caps, x, (guint64)image * tokens, tokens, &params.x),
                       sf_span_rows (caps, score, image, 1, &params.score),
                       sf_span_rows (caps, node->outputs[BEST], image, 1, &params.best) };

  return sf_recorder_dispatch (recorder, kernel, ranges, &params, groups,
                               n * gflop_per_source (node), error);
}

static SfKernel *
get_kernel (SfDevice *device, guint *tile, GError **error)
{
  const SfCaps *caps = sf_device_caps (device);
  gboolean texel = caps->family == SF_FAMILY_TEXEL;
  guint width = texel ? caps->subgroup_size : STORAGE_THREADS;
  SfKernelSpec spec
      = { "token-match", N_INPUTS, N_OUTPUTS, sizeof (struct SfTokenMatchParams), 1, { width } };

  *tile = texel ? MIN (width, TEXEL_MAX_LINES) * TEXEL_LOADS : STORAGE_TILE;
  return sf_kernel_get (device, &spec, error);
}

static gboolean
match_record (const SfNode *node, SfRecorder *recorder, GError **error)
{
  SfDevice *device = sf_recorder_device (recorder);
  const SfTensor *x = node->inputs[X], *score = node->outputs[SCORE];
  guint tile;
  SfKernel *kernel = get_kernel (device, &tile, error);

  if (kernel == NULL
      || !sf_span_check (sf_device_caps (device), (guint64)x->h * x->w * x->pitch * sizeof (float),
                         error))
    return FALSE;
  guint band = sf_recorder_band (recorder, score->c, GRANULE, gflop_per_source (node), 0);
  for (guint image = 0; image < x->n; image++)
    for (guint first = 0; first < score->c; first += band)
      if (!dispatch (node, recorder, kernel, tile, image, first, MIN (band, score->c - first),
                     error))
        return FALSE;
  return TRUE;
}

static const SfOpClass match_class = { "token-match", match_gflop, match_record };

gboolean
sf_token_match (SfGraph *graph, SfTensor *x, double ratio, guint salt, SfTokenMatch *match)
{
  guint tokens = x->h * x->w, sources = tokens - cells (x);
  Match params = { salt };

  *match = (SfTokenMatch){ x->h, x->w, salt, MIN ((guint)(tokens * ratio), sources) };
  if (match->merged == 0 || cells (x) == 0)
    return FALSE;
  match->score = sf_graph_tensor (graph, SF_TENSOR_WORK, x->n, 1, 1, sources);
  match->best = sf_graph_tensor (graph, SF_TENSOR_WORK, x->n, 1, 1, sources);
  SfTensor *outputs[] = { match->score, match->best };
  sf_graph_append (graph, &match_class, &x, N_INPUTS, outputs, N_OUTPUTS, &params, sizeof params);
  sf_token_list (graph, cells (x), match);
  return TRUE;
}
