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
 * It is done in bands of tiles, two nodes each, so that what lies between the nodes stays small. */
#include "ops/winograd.h"

#include "base/error.h"
#include "ops/rows.h"
#include "params.h"

/* Of a band's transformed inputs: they stay in a processor's cache. */
#define BAND_BYTES (16u << 20)
/* Bands are multiples of it, in tiles: whole tiles of the product. */
#define GRANULE 64
/* Of the products, see shaders/include/tile.texel.glsl. */
#define MAX_LINES 16
#define COLUMNS 4
/* A taller tile gains nothing here, where four pixels are kept for each of its tiles. */
#define LOADS 2

enum
{
  X,
  WEIGHT,
  BIAS,
  SHIFT,
  RESIDUAL,
  Y,
  N_BINDINGS
};

/* Some tiles, counted line by line over all images. */
typedef struct
{
  guint32 first, n;
  guint32 line_tiles, image_tiles;
  guint32 top; /* line of tiles of its image that each image begins with */
  SfConv2d conv;
  SfActivation activation;
  guint32 side; /* components along a side of a tile */
} Band;

static SfKernel *
get_kernel (const SfNode *node, SfRecorder *recorder, gboolean halves, GError **error)
{
  SfDevice *device = sf_recorder_device (recorder);
  const SfCaps *caps = sf_device_caps (device);
  const Band *band = (const Band *)node->params;
  SfKernelSpec spec = {
    .name = node->op->name,
    .n_reads = Y,
    .n_writes = 1,
    .push_size = sizeof (struct SfProductParams),
    .n_spec = 10,
    .spec = { caps->subgroup_size, halves, band->activation, node->inputs[BIAS] != NULL,
              node->inputs[SHIFT] != NULL, node->inputs[RESIDUAL] != NULL, band->side,
              caps->broadcast, LOADS, band->conv.crop_h || band->conv.crop_w },
  };
  return sf_kernel_get (device, &spec, error);
}

static struct SfProductParams
band_params (const Band *band)
{
  return (struct SfProductParams){
    .rows = band->n,
    .pixel = band->first,
    .line_tiles = band->line_tiles,
    .image_tiles = band->image_tiles,
    .first_tiles = band->top,
  };
}

/* A line of an image, as one of those that @tensor holds. */
static guint
held_line (const SfTensor *tensor, guint line)
{
  return CLAMP (line, tensor->top, tensor->top + tensor->h) - tensor->top;
}

/* Lines that @tensor holds, counted over all images, of which a line of tiles needs those from
 * 2·line − @around to 2·line + 2 + @around, divided by @scale. */
static SfRange
span_lines (const SfCaps *caps, const Band *band, const SfTensor *tensor, guint around, guint scale,
            gint32 *first_line, gint32 *offset)
{
  guint last = band->first + band->n - 1;
  guint top = 2 * (band->top + band->first % band->image_tiles / band->line_tiles);
  guint bottom = 2 * (band->top + last % band->image_tiles / band->line_tiles) + 2 + around;
  guint begin = MIN (held_line (tensor, (MAX (top, around) - around) / scale), tensor->h - 1)
                + band->first / band->image_tiles * tensor->h;
  guint end = MAX (held_line (tensor, (bottom - 1) / scale + 1), 1)
              + last / band->image_tiles * tensor->h;

  end = MAX (end, begin + 1);
  *first_line = begin;
  return sf_span_rows (caps, tensor, (guint64)begin * tensor->w, (guint64)(end - begin) * tensor->w,
                       offset);
}

static gboolean
check_range (const SfCaps *caps, const SfRange *range, GError **error)
{
  if (range->size <= sf_span_limit (caps) + caps->offset_align)
    return TRUE;
  g_set_error_literal (error, SF_ERROR, SF_ERROR_MEMORY,
                       "The picture is too wide for what the graphics device can address; choose a "
                       "smaller size.");
  return FALSE;
}

static gboolean
dispatch_tiles (const Band *band, SfRecorder *recorder, SfKernel *kernel, const SfRange *ranges,
                const struct SfProductParams *params, guint pitch, GError **error)
{
  const SfCaps *caps = sf_device_caps (sf_recorder_device (recorder));
  guint lanes = caps->subgroup_size;
  guint groups[3] = { (pitch / 4 + lanes - 1) / lanes,
                      (band->n + SF_WINOGRAD_TILES - 1) / SF_WINOGRAD_TILES, 1 };

  return sf_recorder_dispatch (recorder, kernel, ranges, params, groups, 0, error);
}

static gboolean
input_record (const SfNode *node, SfRecorder *recorder, GError **error)
{
  const SfCaps *caps = sf_device_caps (sf_recorder_device (recorder));
  const Band *band = (const Band *)node->params;
  const SfTensor *x = node->inputs[X], *v = node->outputs[0];
  SfKernel *kernel = get_kernel (node, recorder, TRUE, error);
  struct SfProductParams params = band_params (band);
  SfRange ranges[N_BINDINGS];

  params.groups = x->pitch / 8;
  params.in_h = x->lines;
  params.in_w = x->w;
  params.pad = band->conv.pad_begin;
  params.top = x->top;
  params.lines = x->h;
  params.line_pixels = x->w;
  params.y_step = v->w * v->pitch / 4;
  ranges[X] = span_lines (caps, band, x, 1, band->conv.upsample, &params.first_line, &params.x);
  for (guint i = WEIGHT; i < Y; i++)
    ranges[i] = ranges[X];
  ranges[Y] = v->range;
  return kernel != NULL && check_range (caps, &ranges[X], error)
         && dispatch_tiles (band, recorder, kernel, ranges, &params, x->pitch, error);
}

static double
product_gflop (const SfNode *node)
{
  const SfTensor *weight = node->inputs[WEIGHT];
  return 2e-9 * node->inputs[X]->w * weight->h * weight->w * weight->c;
}

/* What stays the same for all dispatches of a band. */
static struct SfProductParams
product_params (const SfCaps *caps, const SfNode *node, SfRange *ranges)
{
  const Band *band = (const Band *)node->params;
  SfTensor *const *in = node->inputs;
  const SfTensor *v = in[X], *y = node->outputs[0];
  struct SfProductParams params = band_params (band);

  params.groups = v->pitch / 8;
  params.out_vec4 = y->pitch / 4;
  params.out_w = y->w;
  params.out_h = y->lines;
  params.top = y->top;
  params.lines = y->h;
  params.x_step = v->w * v->pitch / 4;
  params.shift_vec4 = in[SHIFT] != NULL ? in[SHIFT]->pitch / 4 : 0;
  ranges[X] = v->range;
  ranges[Y] = span_lines (caps, band, y, 0, 1, &params.first_line, &params.y);
  ranges[BIAS] = in[BIAS] != NULL ? in[BIAS]->range : v->range;
  ranges[SHIFT] = in[SHIFT] != NULL ? in[SHIFT]->range : v->range;
  ranges[RESIDUAL] = in[RESIDUAL] != NULL ? span_lines (caps, band, in[RESIDUAL], 0, 1,
                                                        &params.first_line, &params.residual)
                                          : v->range;
  return params;
}

/* Tiles @first … of a band, all columns: several dispatches where the weights are larger than a
 * range. */
static gboolean
dispatch_product (const SfNode *node, SfRecorder *recorder, SfKernel *kernel, guint first, guint n,
                  GError **error)
{
  const SfCaps *caps = sf_device_caps (sf_recorder_device (recorder));
  const SfTensor *v = node->inputs[X], *weight = node->inputs[WEIGHT], *y = node->outputs[0];
  guint tile_rows = MIN (caps->subgroup_size, MAX_LINES) * LOADS;
  guint tile_columns = caps->subgroup_size * COLUMNS;
  guint blocks = (y->pitch + tile_columns - 1) / tile_columns;
  guint64 block_bytes = weight->size / blocks;
  guint step = MAX (sf_span_limit (caps) / block_bytes, 1);
  SfRange ranges[N_BINDINGS];
  struct SfProductParams params = product_params (caps, node, ranges);

  if (!check_range (caps, &ranges[Y], error))
    return FALSE;
  params.rows = n;
  params.pixel += first;
  params.x = first * (v->pitch / 4);
  for (guint block = 0; block < blocks; block += step)
    {
      guint count = MIN (step, blocks - block);
      guint groups[3] = { count, (n + tile_rows - 1) / tile_rows, 1 };

      params.block = block;
      ranges[WEIGHT]
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
  guint n = node->inputs[X]->w;
  SfKernel *kernel
      = get_kernel (node, recorder, node->inputs[WEIGHT]->dtype == SF_DTYPE_F16, error);
  guint band = sf_recorder_band (recorder, n, GRANULE, product_gflop (node) / n, 0);

  for (guint first = 0; kernel != NULL && first < n; first += band)
    if (!dispatch_product (node, recorder, kernel, first, MIN (band, n - first), error))
      return FALSE;
  return kernel != NULL;
}

static const SfOpClass input_class = { "winograd-input", NULL, input_record };
static const SfOpClass product_class = { "winograd-product", product_gflop, product_record };

static void
append_band (SfGraph *graph, SfTensor *x, SfTensor *weight, const SfEpilogue *e, SfTensor *y,
             const Band *band)
{
  SfTensor *v = sf_graph_tensor (graph, SF_TENSOR_WORK, weight->h, 1, band->n, x->c);
  SfTensor *input[Y] = { x }, *product[Y] = { v, weight, e->bias, e->shift, e->residual };
  Band plain = *band;

  plain.activation = SF_ACTIVATION_NONE;
  plain.conv.crop_h = plain.conv.crop_w = 0;
  sf_graph_append (graph, &input_class, input, Y, &v, 1, &plain, sizeof plain);
  sf_graph_append (graph, &product_class, product, Y, &y, 1, band, sizeof *band);
}

/* Tiles of a band: what lies between the nodes, and the lines that are bound, stay small. */
static guint
band_tiles (const SfCaps *caps, const SfTensor *x, const SfTensor *y, guint components,
            guint line_tiles)
{
  guint64 limit = MIN (BAND_BYTES, sf_span_limit (caps));
  guint64 tile_bytes = (guint64)components * x->pitch * sizeof (float);
  guint64 line_bytes = 2 * MAX (x->w * x->pitch, y->w * y->pitch) * sizeof (float);
  guint64 lines = sf_span_limit (caps) / line_bytes;
  guint64 fit = MIN (limit / tile_bytes, lines > 3 ? (lines - 3) * line_tiles : 1);

  return MAX (fit / GRANULE, 1) * GRANULE;
}

void
sf_winograd (SfGraph *graph, SfTensor *x, SfTensor *weight, const SfConv2d *conv,
             const SfEpilogue *epilogue, SfTensor *y)
{
  /* Tiles begin with even lines of the image, whichever are held: the same bits. An output line
   * needs no input line that the other one of its tile does not share, beyond its own three. */
  guint top = y->top / 2, bottom = (y->top + y->h + 1) / 2;
  guint line_tiles = (y->w + 1) / 2, image_tiles = line_tiles * (bottom - top);
  guint n = y->n * image_tiles;
  guint step = band_tiles (sf_graph_caps (graph), x, y, weight->h, line_tiles);
  gboolean doubled = weight->taps == SF_TAPS_WINOGRAD_DOUBLED;

  g_assert (conv->stride == 1 && conv->upsample == (doubled ? 2 : 1));
  g_assert (sf_graph_caps (graph)->family == SF_FAMILY_TEXEL);
  for (guint first = 0; first < n; first += step)
    {
      Band band = { first, MIN (step, n - first), line_tiles,     image_tiles, top,
                    *conv, epilogue->activation,  doubled ? 3 : 4 };
      append_band (graph, x, weight, epilogue, y, &band);
    }
}
