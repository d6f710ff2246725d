/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ops/ops.h"

G_BEGIN_DECLS

/* The components of the kernels of @weight, a matrix with SF_TAPS_WINOGRAD. */
SfTensor *sf_winograd_weight (SfGraph *graph, SfTensor *weight);

/* Whether it pays to do so for @x. */
gboolean sf_winograd_pays (const SfTensor *weight, const SfTensor *x);

/* The texel family's sf_conv2d() of stride 1 into @y, with a weight's components. */
void sf_winograd (SfGraph *graph, SfTensor *x, SfTensor *weight, const SfConv2d *conv,
                  const SfEpilogue *epilogue, SfTensor *y);

/* The storage family's, of doubled pixels. Input channels are a multiple of SF_TILE_MAX_DEPTH. */
void sf_winograd_sums (SfGraph *graph, SfTensor *x, SfTensor *weight, const SfConv2d *conv,
                       const SfEpilogue *epilogue, SfTensor *y);

G_END_DECLS
