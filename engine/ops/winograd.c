/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Winograd's F(2×2, 3×3) (Lavin & Gray 2015, "Fast Algorithms for Convolutional Neural Networks"):
 * y = Aᵀ·((G·g·Gᵀ) ⊙ (Bᵀ·d·B))·A for tiles of 2×2 output pixels. Sixteen matrix products over tiles
 * take the place of nine over pixels, which are 2.25 times fewer multiplications.
 *
 * Where every pixel is doubled first, a tile sees (a, b, b, c) along each side. Of the four
 * components a − b, b + b, b − b and b − c the third is nothing, so nine products are left: four
 * times fewer multiplications, of kernels that take no more memory than plain ones. Only where the
 * last doubled line or column is cropped it sees (a, b, 0, 0): then of the last component, b, what
 * the pixel before has too much is taken away.
 *
 * It is done in bands of tiles, so that what lies between the nodes stays small. Here, in the texel
 * family, a band takes two nodes: what the products make of the inputs is never stored. */
#include "ops/winograd.h"

#include "ops/span.h"
#include "ops/winograd-input.h"

/* Of a band's transformed inputs: they stay in a processor's cache. */
#define BAND_BYTES (8u << 20)
/* Of the products, see shaders/include/tile.texel.glsl. */
#define MAX_LINES 16
#define COLUMNS 4
/* A taller tile gains nothing here, where four pixels are kept for each of its tiles. */
#define LOADS 2

static SfKernel *
get_kernel (const SfNode *node, SfDevice *device, GError **error)
{
  const SfCaps *caps = sf_device_caps (device);
  const SfWinogradBand *band = (const SfWinogradBand *)node->params;
  SfTensor *const *in = node->inputs;
  SfKernelSpec spec = {
    .name = node->op->name,
    .n_reads = SF_PRODUCT_Y,
    .n_writes = 1,
    .push_size = sizeof (struct SfProductParams),
    .n_spec = 9,
    .spec
    = { caps->subgroup_size, in[SF_PRODUCT_WEIGHT]->dtype == SF_DTYPE_F16, band->activation,
        in[SF_PRODUCT_BIAS] != NULL, in[SF_PRODUCT_SHIFT] != NULL, in[SF_PRODUCT_RESIDUAL] != NULL,
        band->side, LOADS, band->conv.crop_h || band->conv.crop_w },
  };
  return sf_kernel_get (device, &spec, error);
}

static double
product_gflop (const SfNode *node)
{
  const SfTensor *weight = node->inputs[SF_PRODUCT_WEIGHT];
  return 2e-9 * node->inputs[SF_PRODUCT_X]->w * weight->h * weight->w * weight->c;
}

/* Tiles @first … of a band, all columns: several dispatches where the weights are larger than a
 * range. */
static gboolean
dispatch_product (const SfNode *node, SfRecorder *recorder, SfKernel *kernel, guint first, guint n,
                  GError **error)
{
  const SfCaps *caps = sf_device_caps (sf_recorder_device (recorder));
  const SfTensor *v = node->inputs[SF_PRODUCT_X], *weight = node->inputs[SF_PRODUCT_WEIGHT],
                 *y = node->outputs[0];
  guint tile_rows = MIN (caps->subgroup_size, MAX_LINES) * LOADS;
  guint tile_columns = caps->subgroup_size * COLUMNS;
  guint blocks = (y->pitch + tile_columns - 1) / tile_columns;
  guint64 block_bytes = weight->size / blocks;
  guint step = MAX (sf_span_limit (caps) / block_bytes, 1);
  SfRange ranges[SF_PRODUCT_BINDINGS];
  struct SfProductParams params = sf_winograd_results (caps, node, ranges);

  if (!sf_winograd_check (caps, &ranges[SF_PRODUCT_Y], error))
    return FALSE;
  params.groups = v->pitch / 8;
  params.rows = n;
  params.pixel += first;
  params.x = first * (v->pitch / 4);
  for (guint block = 0; block < blocks; block += step)
    {
      guint count = MIN (step, blocks - block);
      guint groups[3] = { count, (n + tile_rows - 1) / tile_rows, 1 };

      params.block = block;
      ranges[SF_PRODUCT_WEIGHT]
          = sf_span (caps, weight, block * block_bytes, count * block_bytes, &params.weight);
      if (!sf_recorder_dispatch (recorder, kernel, ranges, &params, groups,
                                 product_gflop (node) * n / v->w * count / blocks, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
product_record (const SfNode *node, SfRecorder *recorder, GError **error)
{
  guint n = node->inputs[SF_PRODUCT_X]->w;
  SfKernel *kernel = get_kernel (node, sf_recorder_device (recorder), error);
  guint band = sf_recorder_band (recorder, n, SF_WINOGRAD_GRANULE, product_gflop (node) / n, 0);

  for (guint first = 0; kernel != NULL && first < n; first += band)
    if (!dispatch_product (node, recorder, kernel, first, MIN (band, n - first), error))
      return FALSE;
  return kernel != NULL;
}

static const SfOpClass product_class = { "winograd-product", product_gflop, product_record };

static void
append_band (SfGraph *graph, SfTensor *x, SfTensor *weight, const SfEpilogue *e, SfTensor *y,
             const SfWinogradBand *band)
{
  SfTensor *v = sf_graph_tensor (graph, SF_TENSOR_WORK, weight->h, 1, band->n, x->c);
  SfTensor *inputs[] = { v, weight, e->bias, e->shift, e->residual };

  sf_winograd_input (graph, x, v, band);
  sf_graph_append (graph, &product_class, inputs, G_N_ELEMENTS (inputs), &y, 1, band, sizeof *band);
}

void
sf_winograd (SfGraph *graph, SfTensor *x, SfTensor *weight, const SfConv2d *conv,
             const SfEpilogue *epilogue, SfTensor *y)
{
  SfWinogradBand band = sf_winograd_all (y, weight, conv, epilogue);
  const SfCaps *caps = sf_graph_caps (graph);
  guint64 tile_bytes = (guint64)weight->h * x->pitch * sizeof (float);
  guint n = band.n, step = sf_winograd_step (caps, &band, x, y, tile_bytes, BAND_BYTES);

  g_assert (caps->family == SF_FAMILY_TEXEL);
  for (; band.first < n; band.first += step)
    {
      band.n = MIN (step, n - band.first);
      append_band (graph, x, weight, epilogue, y, &band);
    }
}
