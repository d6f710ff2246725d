/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "nn/layers.h"

G_BEGIN_DECLS

/**
 * SfStrip:
 * @first: line of the picture, the network's result.
 * @n: lines that the strip answers for; what it looks at beyond them others answer for.
 * @of: lines of the whole picture.
 * @known: (element-type SfTensor): of the first norms, in the order in which they are met: what
 *   channels are normalised with.
 * @met: norms met so far on the way through the network.
 * @unknown: (nullable): the norm after the known ones, once a strip has met it.
 * @rows: pixels of the whole image that it normalises.
 * @sums: (nullable): its sums, as far as strips have been there.
 *
 * A strip of a picture, made by itself because the whole network's images do not fit the memory.
 * Only group norms look at a whole image. So strips are taken through the network again and again:
 * the first time up to the first norm, whose sums they fill a strip at a time, then, with that norm
 * known, up to the second, and at last to the end. Every value is computed as it is without strips.
 */
typedef struct
{
  guint first, n, of;
  guint met;
  guint rows;

  /* Borrowed */
  GPtrArray *known;
  const SfNorm *unknown;
  SfTensor *sums;
} SfStrip;

/* Ends a round of all strips: the norm that they met is known from now on. */
void sf_strip_learn (SfStrip *self, SfGraph *graph);

/* The lines of @x that a 3×3 convolution of it can make. */
SfTensor *sf_strip_inner (SfGraph *graph, SfTensor *x);

/**
 * sf_norm_conv_build:
 * @norm: a group norm, SiLU after it.
 * @conv: 3×3.
 * @skip: (nullable): see sf_group_norm().
 * @epilogue: but for the bias, which is @conv's. Its @into may be sf_strip_inner() of @x.
 * @strip: (nullable): that @x belongs to.
 *
 * conv (silu (norm (x))). Where a normalised copy of @x would be large (VAEs have images of a GB)
 * it is made some lines at a time: the same bits.
 *
 * Returns: (nullable): the result, %NULL if the strip has to end here, at a norm that is not known.
 */
SfTensor *sf_norm_conv_build (const SfNorm *norm, const SfConv *conv, SfGraph *graph, SfTensor *x,
                              SfTensor *skip, const SfEpilogue *epilogue, SfStrip *strip);

G_END_DECLS
