/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ops/attention-wide.h"

#include <math.h>

#include "ops/bmm.h"
#include "ops/softmax.h"
#include "ops/span.h"

/* Of the scores that are in memory at once: what follows in a decoder needs more than this. */
#define MAX_SCORE_BYTES (64u << 20)
/* Bands of queries are multiples of it: whole tiles. */
#define GRANULE 32

static guint
tokens (const SfTensor *tensor)
{
  return tensor->h * tensor->w;
}

/* The rows of one image, each head a matrix. */
static SfBmmPiece
heads_of (const SfChannels *x, guint image, guint first, guint dims)
{
  guint pitch = x->tensor->pitch / 4;
  guint at = (image * tokens (x->tensor) + first) * pitch + x->first / 4;

  return (SfBmmPiece){ x->tensor, at, pitch, dims / 4 };
}

static guint
band_queries (const SfCaps *caps, guint heads, guint queries, guint keys)
{
  guint64 bytes = MIN (MAX_SCORE_BYTES, sf_span_limit (caps));
  guint fit = bytes / ((guint64)heads * sf_pitch (keys) * sizeof (float));

  return MIN (MAX (fit / GRANULE, 1) * GRANULE, queries);
}

void
sf_attention_wide (SfGraph *graph, const SfChannels *q, const SfChannels *k, const SfChannels *v,
                   guint heads, SfTensor *y)
{
  guint queries = tokens (q->tensor), keys = tokens (k->tensor), dims = y->c / heads;
  guint band = band_queries (sf_graph_caps (graph), heads, queries, keys);

  for (guint image = 0; image < y->n; image++)
    for (guint first = 0; first < queries; first += band)
      {
        guint n = MIN (band, queries - first);
        SfTensor *scores = sf_graph_tensor (graph, SF_TENSOR_WORK, heads, 1, n, keys);
        guint pitch = scores->pitch / 4;
        SfBmmPiece s = { scores, 0, pitch, n * pitch };
        SfBmmPiece rows = heads_of (q, image, first, dims),
                   result = heads_of (&(SfChannels){ y, 0 }, image, first, dims);
        SfBmmPiece key = heads_of (k, image, 0, dims), value = heads_of (v, image, 0, dims);

        sf_bmm (graph, heads, n, keys, dims, &rows, &key, TRUE, &s, 1 / sqrtf (dims));
        sf_softmax (graph, scores);
        sf_bmm (graph, heads, n, dims, keys, &s, &value, FALSE, &result, 1);
      }
}
