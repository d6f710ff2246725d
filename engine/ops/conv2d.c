/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ops/product.h"

static const SfOpClass conv2d_class = { "conv2d", sf_product_gflop, sf_product_record };

static guint
output_size (guint size, guint crop, const SfConv2d *conv, guint side)
{
  return (size * conv->upsample - crop + conv->pad_begin + conv->pad_end - side) / conv->stride + 1;
}

SfTensor *
sf_conv2d (SfGraph *graph, SfTensor *x, SfTensor *weight, const SfConv2d *conv,
           const SfEpilogue *epilogue)
{
  SfProduct product = { .spatial = TRUE, .conv = *conv, .side = weight->h == 9 ? 3 : 1 };

  g_assert (weight->h == product.side * product.side);
  return sf_product_append (graph, &conv2d_class, x, weight, &product,
                            output_size (x->h, conv->crop_h, conv, product.side),
                            output_size (x->w, conv->crop_w, conv, product.side), epilogue);
}
