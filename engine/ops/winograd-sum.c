/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Winograd's convolution of doubled pixels (see ops/winograd.c) in the storage family. The
 * components of a tile lie side by side, as the weights' do, so that all products of a band are one
 * product of rows that long, in as many sums over parts of K as there are components: what a
 * product that is cut along K does anyway. What adds those up makes four pixels of them instead of
 * one. */
#include "ops/winograd.h"

#include "ops/winograd-input.h"

/* Of a band's sums, and of what they are made of: small beside the pictures, and enough tiles for a
 * large card. */
#define BAND_BYTES (32u << 20)
#define THREADS 64

static SfKernel *
get_kernel (const SfNode *node, SfDevice *device, GError **error)
{
  const SfWinogradBand *band = (const SfWinogradBand *)node->params;
  SfTensor *const *in = node->inputs;
  SfKernelSpec spec = {
    .name = node->op->name,
    .n_reads = SF_PRODUCT_Y,
    .n_writes = 1,
    .push_size = sizeof (struct SfProductParams),
    .n_spec = 8,
    .spec
    = { THREADS, TRUE, band->activation, in[SF_PRODUCT_BIAS] != NULL, in[SF_PRODUCT_SHIFT] != NULL,
        in[SF_PRODUCT_RESIDUAL] != NULL, band->side, band->conv.crop_h || band->conv.crop_w },
  };
  return sf_kernel_get (device, &spec, error);
}

static gboolean
sum_record (const SfNode *node, SfRecorder *recorder, GError **error)
{
  SfDevice *device = sf_recorder_device (recorder);
  const SfCaps *caps = sf_device_caps (device);
  SfRange ranges[SF_PRODUCT_BINDINGS];
  struct SfProductParams params = sf_winograd_results (caps, node, ranges);
  SfKernel *kernel = get_kernel (node, device, error);
  guint groups[3] = { (params.rows * params.out_vec4 + THREADS - 1) / THREADS, 1, 1 };

  return kernel != NULL && sf_winograd_check (caps, &ranges[SF_PRODUCT_Y], error)
         && sf_recorder_dispatch (recorder, kernel, ranges, &params, groups, 0, error);
}

static const SfOpClass sum_class = { .name = "winograd-sum", .record = sum_record };

static void
append_band (SfGraph *graph, SfTensor *x, SfTensor *weight, const SfEpilogue *e, SfTensor *y,
             const SfWinogradBand *band)
{
  SfTensor *v = sf_graph_tensor (graph, SF_TENSOR_WORK, 1, 1, band->n, weight->h * x->c);
  SfTensor *sums = sf_graph_tensor (graph, SF_TENSOR_WORK, weight->h, 1, band->n, weight->c);
  SfTensor *inputs[] = { sums, NULL, e->bias, e->shift, e->residual };

  sf_winograd_input (graph, x, v, band);
  sf_matmul_sums (graph, v, weight, sums);
  sf_graph_append (graph, &sum_class, inputs, G_N_ELEMENTS (inputs), &y, 1, band, sizeof *band);
}

void
sf_winograd_sums (SfGraph *graph, SfTensor *x, SfTensor *weight, const SfConv2d *conv,
                  const SfEpilogue *epilogue, SfTensor *y)
{
  SfWinogradBand band = sf_winograd_all (y, weight, conv, epilogue);
  const SfCaps *caps = sf_graph_caps (graph);
  guint64 tile_bytes = (guint64)weight->h * MAX (x->pitch, y->pitch) * sizeof (float);
  guint n = band.n, step = sf_winograd_step (caps, &band, x, y, tile_bytes, BAND_BYTES);

  g_assert (caps->family == SF_FAMILY_STORAGE && x->c % SF_TILE_MAX_DEPTH == 0);
  for (; band.first < n; band.first += step)
    {
      band.n = MIN (step, n - band.first);
      append_band (graph, x, weight, epilogue, y, &band);
    }
}
