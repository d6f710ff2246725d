/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/norm-conv.h"

#include "graph/view.h"

/* Of a normalised copy. Large enough that a dispatch over it keeps a GPU busy; the U-Net of Stable
 * Diffusion at 512² stays just below. */
#define MAX_COPY_BYTES (16u << 20)

/* --- Norms ------------------------------------------------------------------------------------ */

static void
fill_sums (SfStrip *strip, const SfNorm *norm, SfGraph *graph, SfTensor *x)
{
  guint scale = strip->of / x->lines;
  SfTensor *own = sf_graph_lines (graph, x, strip->first / scale, strip->n / scale);

  if (strip->sums == NULL)
    strip->sums = sf_group_norm_sums_new (graph, x, norm->gamma->c);
  strip->unknown = norm;
  strip->rows = x->lines * x->w;
  sf_group_norm_sums (graph, own, NULL, strip->sums);
}

void
sf_strip_learn (SfStrip *self, SfGraph *graph)
{
  const SfNorm *norm = self->unknown;

  g_ptr_array_add (self->known, sf_group_norm_fold (graph, self->sums, norm->gamma, norm->groups,
                                                    norm->eps, self->rows));
  self->sums = NULL;
  self->unknown = NULL;
}

static SfTensor *
find_coefficients (const SfNorm *norm, SfGraph *graph, SfTensor *x, SfTensor *skip, SfStrip *strip)
{
  if (strip == NULL)
    {
      SfTensor *sums = sf_group_norm_sums_new (graph, x, norm->gamma->c);
      sf_group_norm_sums (graph, x, skip, sums);
      return sf_group_norm_fold (graph, sums, norm->gamma, norm->groups, norm->eps,
                                 x->lines * x->w);
    }
  if (strip->met < strip->known->len)
    return g_ptr_array_index (strip->known, strip->met++);
  fill_sums (strip, norm, graph, x);
  return NULL;
}

/* --- Lines ------------------------------------------------------------------------------------ */

static void
inner_lines (const SfTensor *x, guint *first, guint *n)
{
  guint end = x->top + x->h;

  *first = x->top > 0 ? x->top + 1 : 0;
  *n = (end < x->lines ? end - 1 : end) - *first;
}

SfTensor *
sf_strip_inner (SfGraph *graph, SfTensor *x)
{
  guint first, n;

  if (x->h == x->lines)
    return x;
  inner_lines (x, &first, &n);
  return sf_graph_lines (graph, x, first, n);
}

static SfTensor *
inner_new (SfGraph *graph, const SfTensor *x, guint c)
{
  guint first, n;

  inner_lines (x, &first, &n);
  SfTensor *y = sf_graph_tensor (graph, SF_TENSOR_WORK, 1, n, x->w, c);
  y->top = first;
  y->lines = x->lines;
  return y;
}

/* --- Bands ------------------------------------------------------------------------------------ */

typedef struct
{
  const SfNorm *norm;
  const SfConv *conv;
  SfGraph *graph;
  SfTensor *x, *y;
  SfTensor *coefficients;
  const SfEpilogue *epilogue;
  guint lines; /* of y, of a band */
} Bands;

static guint
band_lines (const SfTensor *x)
{
  guint fit = MAX (MAX_COPY_BYTES / (x->size / x->h), 3) - 2;
  guint n = (x->h + fit - 1) / fit;

  return (x->h + n - 1) / n;
}

/* A normalised copy of what the lines of @y from @first on look at. */
static SfTensor *
normalise (const Bands *self, guint first)
{
  const SfTensor *x = self->x;
  guint end = MIN (first + self->lines, self->y->top + self->y->h);
  guint from = MAX (first, x->top + 1) - 1, to = MIN (end + 1, x->top + x->h);
  SfTensor *piece = sf_graph_lines (self->graph, self->x, from, to - from);

  return sf_group_norm_apply (self->graph, piece, NULL, self->coefficients, self->norm->beta, TRUE);
}

static void
convolve (const Bands *self, SfTensor *copy, guint first)
{
  const SfConv2d same = SF_CONV2D_3X3;
  guint n = MIN (self->lines, self->y->top + self->y->h - first);
  SfEpilogue epilogue = *self->epilogue;

  epilogue.into = sf_graph_lines (self->graph, self->y, first, n);
  if (epilogue.residual != NULL)
    epilogue.residual = sf_graph_lines (self->graph, epilogue.residual, first, n);
  sf_conv2d (self->graph, copy, self->conv->weight, &same, &epilogue);
}

/* Where the result overwrites @x, a band is read, with a line of each neighbour, before the band
 * above it is written. */
static SfTensor *
build_bands (const Bands *self)
{
  gboolean in_place = self->epilogue->into != NULL;
  guint end = self->y->top + self->y->h;
  SfTensor *copy = normalise (self, self->y->top);

  for (guint first = self->y->top, next; first < end; first = next)
    {
      next = first + self->lines;
      SfTensor *ahead = in_place && next < end ? normalise (self, next) : NULL;
      convolve (self, copy, first);
      copy = !in_place && next < end ? normalise (self, next) : ahead;
    }
  return self->y;
}

SfTensor *
sf_norm_conv_build (const SfNorm *norm, const SfConv *conv, SfGraph *graph, SfTensor *x,
                    SfTensor *skip, const SfEpilogue *epilogue, SfStrip *strip)
{
  const SfConv2d same = SF_CONV2D_3X3;
  SfTensor *coefficients = find_coefficients (norm, graph, x, skip, strip);
  SfEpilogue with_bias = *epilogue;

  with_bias.bias = conv->bias;
  if (coefficients == NULL)
    return NULL;
  if (x->n == 1 && skip == NULL && x->size > MAX_COPY_BYTES)
    {
      SfTensor *into
          = epilogue->into != NULL ? epilogue->into : inner_new (graph, x, conv->weight->c);
      return build_bands (
          &(Bands){ norm, conv, graph, x, into, coefficients, &with_bias, band_lines (x) });
    }
  SfTensor *copy = sf_group_norm_apply (graph, x, skip, coefficients, norm->beta, TRUE);
  return sf_conv2d (graph, copy, conv->weight, &same, &with_bias);
}
