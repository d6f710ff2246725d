/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ops/product.h"
#include "ops/winograd.h"

static const SfOpClass conv2d_class
    = { "conv2d", sf_product_gflop, sf_product_record, sf_product_halves };

/* Winograd's convolutions cost 2.25 times fewer multiplications, but transforms that take as long
 * as they save where channels are few, and tiles that stay half empty where pixels are. Those of
 * doubled pixels save 4 times and take no more memory. Halves are rounded once more in both, which
 * small models are spared. In large images half as many channels as caps->winograd_channels will
 * do. */
SfTaps
sf_conv2d_taps (const SfCaps *caps, guint out, guint in, const SfConv2d *conv, gboolean large)
{
  guint least = large ? caps->winograd_channels / 2 : caps->winograd_channels;

  if (conv->stride > 1 || MIN (out, in) < least)
    return SF_TAPS_3X3;
  if (conv->upsample > 1 && in % SF_TILE_MAX_DEPTH == 0)
    return SF_TAPS_WINOGRAD_DOUBLED;
  return caps->family == SF_FAMILY_TEXEL && conv->upsample == 1 ? SF_TAPS_WINOGRAD : SF_TAPS_3X3;
}

static guint
output_size (guint size, guint crop, const SfConv2d *conv, guint side)
{
  return (size * conv->upsample - crop + conv->pad_begin + conv->pad_end - side) / conv->stride + 1;
}

/* The lines for which @x, some lines of an image, holds all that they look at. */
static void
cut_size (SfProductSize *size, const SfTensor *x, const SfConv2d *conv)
{
  guint end = (x->top + x->h) * conv->upsample;

  g_assert (conv->stride == 1 && conv->pad_begin == 1 && conv->pad_end == 1);
  size->top = x->top > 0 ? x->top * conv->upsample + 1 : 0;
  size->h = MIN (x->top + x->h < x->lines ? end - 1 : size->lines, size->lines) - size->top;
}

static SfTensor *
append_winograd (SfGraph *graph, SfTensor *x, SfTensor *weight, const SfConv2d *conv,
                 const SfProductSize *size, const SfEpilogue *epilogue)
{
  const SfEpilogue none = { 0 };
  const SfEpilogue *e = epilogue != NULL ? epilogue : &none;
  SfTensor *y = sf_product_result (graph, x->n, weight->c, size, e);

  sf_product_check (x, weight, y, size, e);
  if (weight->taps == SF_TAPS_WINOGRAD)
    weight = sf_winograd_weight (graph, weight);
  if (sf_graph_caps (graph)->family == SF_FAMILY_TEXEL)
    sf_winograd (graph, x, weight, conv, e, y);
  else
    sf_winograd_sums (graph, x, weight, conv, e, y);
  return y;
}

SfTensor *
sf_conv2d (SfGraph *graph, SfTensor *x, SfTensor *weight, const SfConv2d *conv,
           const SfEpilogue *epilogue)
{
  SfProduct product
      = { .spatial = TRUE, .conv = *conv, .side = weight->taps > SF_TAPS_1X1 ? 3 : 1 };
  SfProductSize size = { .lines = output_size (x->lines, conv->crop_h, conv, product.side),
                         .w = output_size (x->w, conv->crop_w, conv, product.side) };

  size.h = size.lines;
  if (x->h < x->lines)
    cut_size (&size, x, conv);
  if (weight->taps == SF_TAPS_WINOGRAD_DOUBLED
      || (weight->taps == SF_TAPS_WINOGRAD && sf_winograd_pays (weight, x)))
    return append_winograd (graph, x, weight, conv, &size, epilogue);

  g_assert (weight->h == product.side * product.side);
  return sf_product_append (graph, &conv2d_class, x, weight, &product, &size, epilogue);
}
