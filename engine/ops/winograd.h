/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ops/ops.h"

G_BEGIN_DECLS

/* sf_conv2d() of stride 1 into @y, with a weight in one of Winograd's forms, in the texel family.
 */
void sf_winograd (SfGraph *graph, SfTensor *x, SfTensor *weight, const SfConv2d *conv,
                  const SfEpilogue *epilogue, SfTensor *y);

/* The same in the storage family, of doubled pixels. Input channels are a multiple of
 * SF_WINOGRAD_DEPTH: whole slices of every tile along K. */
#define SF_WINOGRAD_DEPTH 32
void sf_winograd_sums (SfGraph *graph, SfTensor *x, SfTensor *weight, const SfConv2d *conv,
                       const SfEpilogue *epilogue, SfTensor *y);

G_END_DECLS
