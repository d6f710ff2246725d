/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ops/ops.h"

G_BEGIN_DECLS

/* sf_conv2d() of stride 1 into @y, with a weight in one of Winograd's forms. Only the texel family
 * has it. */
void sf_winograd (SfGraph *graph, SfTensor *x, SfTensor *weight, const SfConv2d *conv,
                  const SfEpilogue *epilogue, SfTensor *y);

G_END_DECLS
