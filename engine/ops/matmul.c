/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ops/product.h"

static const SfOpClass matmul_class
    = { "matmul", sf_product_gflop, sf_product_record, sf_product_halves };

void
sf_matmul_sums (SfGraph *graph, SfTensor *x, SfTensor *weight, SfTensor *sums)
{
  SfTensor *inputs[] = { x, weight, NULL, NULL, NULL };
  const SfProduct product
      = { .conv = { .stride = 1, .upsample = 1 }, .side = 1, .splits = sums->n };

  g_assert (x->c == weight->h * weight->w && sums->c == weight->c);
  g_assert (sums->n == weight->h && weight->w % SF_TILE_MAX_DEPTH == 0);
  sf_graph_append (graph, &matmul_class, inputs, G_N_ELEMENTS (inputs), &sums, 1, &product,
                   sizeof product);
}

SfTensor *
sf_matmul (SfGraph *graph, SfTensor *x, SfTensor *weight, const SfEpilogue *epilogue)
{
  SfProduct product = { .spatial = FALSE, .conv = { .stride = 1, .upsample = 1 }, .side = 1 };
  const SfProductSize size = { x->top, x->h, x->lines, x->w };

  g_assert (weight->h == 1);
  return sf_product_append (graph, &matmul_class, x, weight, &product, &size, epilogue);
}
