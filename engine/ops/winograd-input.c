/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ops/winograd-input.h"

#include "base/error.h"
#include "ops/span.h"

/* Of the storage family. */
#define THREADS 64

SfWinogradBand
sf_winograd_all (const SfTensor *y, const SfTensor *weight, const SfConv2d *conv,
                 const SfEpilogue *epilogue)
{
  gboolean doubled = weight->taps == SF_TAPS_WINOGRAD_DOUBLED;
  guint top = y->top / 2, bottom = (y->top + y->h + 1) / 2;
  guint line_tiles = (y->w + 1) / 2, image_tiles = line_tiles * (bottom - top);

  g_assert (conv->stride == 1 && conv->upsample == (doubled ? 2 : 1));
  g_assert (doubled ? conv->pad_begin == 1 : conv->crop_h == 0 && conv->crop_w == 0);
  return (SfWinogradBand){
    .n = y->n * image_tiles,
    .line_tiles = line_tiles,
    .image_tiles = image_tiles,
    .top = top,
    .conv = *conv,
    .activation = epilogue->activation,
    .shift_first = epilogue->shift_first,
    .side = doubled ? 3 : 4,
  };
}

static struct SfProductParams
band_params (const SfWinogradBand *band)
{
  return (struct SfProductParams){
    .rows = band->n,
    .pixel = band->first,
    .line_tiles = band->line_tiles,
    .image_tiles = band->image_tiles,
    .first_tiles = band->top,
    .shift = band->shift_first / 4,
  };
}

/* A line of an image, as one of those that @tensor holds. */
static guint
held_line (const SfTensor *tensor, guint line)
{
  return CLAMP (line, tensor->top, tensor->top + tensor->h) - tensor->top;
}

/* Binds those lines of @tensor that a band of tiles reads or writes, as far as it holds them. A
 * tile is two lines high; @around is how many more it reads above and below them. @scale: for how
 * many of these lines one of @tensor stands, 2 where pixels are doubled. @first_line: (out): where
 * the binding begins, in lines of all images one after the other. */
static SfRange
bind_lines (const SfCaps *caps, const SfWinogradBand *band, const SfTensor *tensor, guint around,
            guint scale, gint32 *first_line, gint32 *offset)
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

/* For a binding that may be unused: then @other, which can be read in any family. */
static SfRange
whole_or (const SfTensor *tensor, SfRange other)
{
  return tensor != NULL ? tensor->range : other;
}

struct SfProductParams
sf_winograd_results (const SfCaps *caps, const SfNode *node, SfRange *ranges)
{
  const SfWinogradBand *band = (const SfWinogradBand *)node->params;
  SfTensor *const *in = node->inputs;
  const SfTensor *x = in[SF_PRODUCT_X], *y = node->outputs[0], *shift = in[SF_PRODUCT_SHIFT];
  const SfTensor *residual = in[SF_PRODUCT_RESIDUAL];
  struct SfProductParams params = band_params (band);

  params.out_vec4 = y->pitch / 4;
  params.out_w = y->w;
  params.out_h = y->lines;
  params.top = y->top;
  params.lines = y->h;
  params.x_step = x->w * x->pitch / 4;
  params.shift_vec4 = shift != NULL ? shift->pitch / 4 : 0;
  ranges[SF_PRODUCT_X] = ranges[SF_PRODUCT_WEIGHT] = ranges[SF_PRODUCT_RESIDUAL] = x->range;
  ranges[SF_PRODUCT_BIAS] = whole_or (in[SF_PRODUCT_BIAS], x->range);
  ranges[SF_PRODUCT_SHIFT] = whole_or (shift, x->range);
  ranges[SF_PRODUCT_Y] = bind_lines (caps, band, y, 0, 1, &params.first_line, &params.y);
  if (residual != NULL)
    ranges[SF_PRODUCT_RESIDUAL]
        = bind_lines (caps, band, residual, 0, 1, &params.first_line, &params.residual);
  return params;
}

guint
sf_winograd_step (const SfCaps *caps, const SfWinogradBand *all, const SfTensor *x,
                  const SfTensor *y, guint64 tile_bytes, guint64 band_bytes)
{
  guint64 limit = sf_span_limit (caps);
  guint64 lines = limit / (2 * MAX (x->w * x->pitch, y->w * y->pitch) * sizeof (float));
  guint64 fit
      = MIN (MIN (band_bytes, limit) / tile_bytes, lines > 3 ? (lines - 3) * all->line_tiles : 1);

  return MAX (fit / SF_WINOGRAD_GRANULE, 1) * SF_WINOGRAD_GRANULE;
}

gboolean
sf_winograd_check (const SfCaps *caps, const SfRange *range, GError **error)
{
  if (range->size <= sf_span_limit (caps) + caps->offset_align)
    return TRUE;
  g_set_error_literal (error, SF_ERROR, SF_ERROR_MEMORY,
                       "The picture is too wide for what the graphics device can address; choose a "
                       "smaller size.");
  return FALSE;
}

static SfKernel *
get_kernel (const SfNode *node, SfDevice *device, GError **error)
{
  const SfCaps *caps = sf_device_caps (device);
  const SfWinogradBand *band = (const SfWinogradBand *)node->params;
  guint width = caps->family == SF_FAMILY_TEXEL ? caps->subgroup_size : THREADS;
  SfKernelSpec spec = {
    .name = node->op->name,
    .n_reads = SF_PRODUCT_Y,
    .n_writes = 1,
    .push_size = sizeof (struct SfProductParams),
    .n_spec = 8,
    .spec = { width, TRUE, SF_ACTIVATION_NONE, FALSE, FALSE, FALSE, band->side,
              node->outputs[0]->dtype == SF_DTYPE_F16 },
  };
  return sf_kernel_get (device, &spec, error);
}

static struct SfProductParams
input_params (const SfWinogradBand *band, const SfTensor *x, const SfTensor *v, gboolean texel)
{
  struct SfProductParams params = band_params (band);

  params.groups = x->pitch / 8;
  params.in_h = x->lines;
  params.in_w = x->w;
  params.pad = band->conv.pad_begin;
  params.top = x->top;
  params.lines = x->h;
  params.out_vec4 = v->pitch / 4;
  params.y_step = (texel ? v->w * v->pitch : x->pitch) / 4;
  return params;
}

static gboolean
input_record (const SfNode *node, SfRecorder *recorder, GError **error)
{
  SfDevice *device = sf_recorder_device (recorder);
  const SfCaps *caps = sf_device_caps (device);
  const SfWinogradBand *band = (const SfWinogradBand *)node->params;
  const SfTensor *x = node->inputs[SF_PRODUCT_X], *v = node->outputs[0];
  SfKernel *kernel = get_kernel (node, device, error);
  gboolean texel = caps->family == SF_FAMILY_TEXEL;
  struct SfProductParams params = input_params (band, x, v, texel);
  guint lanes = texel ? caps->subgroup_size : THREADS;
  guint groups[3] = { (x->pitch / 4 + lanes - 1) / lanes,
                      (band->n + SF_WINOGRAD_TILES - 1) / SF_WINOGRAD_TILES, 1 };
  SfRange ranges[SF_PRODUCT_BINDINGS];

  ranges[SF_PRODUCT_X]
      = bind_lines (caps, band, x, 1, band->conv.upsample, &params.first_line, &params.x);
  for (guint i = SF_PRODUCT_WEIGHT; i < SF_PRODUCT_Y; i++)
    ranges[i] = ranges[SF_PRODUCT_X];
  ranges[SF_PRODUCT_Y] = v->range;
  return kernel != NULL && sf_winograd_check (caps, &ranges[SF_PRODUCT_X], error)
         && sf_recorder_dispatch (recorder, kernel, ranges, &params, groups, 0, error);
}

static gboolean
input_halves (const SfNode *node, const SfCaps *caps, int which)
{
  return which == SF_NODE_OUTPUT;
}

static const SfOpClass input_class
    = { .name = "winograd-input", .record = input_record, .halves = input_halves };

void
sf_winograd_input (SfGraph *graph, SfTensor *x, SfTensor *v, const SfWinogradBand *band)
{
  sf_graph_append (graph, &input_class, &x, 1, &v, 1, band, sizeof *band);
}
