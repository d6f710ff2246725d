/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "gpu/recorder.h"
#include "ops/product.h"
#include "params.h"

G_BEGIN_DECLS

/**
 * SfWinogradBand:
 * @first: tile, counted line by line over all images; @n of them.
 * @line_tiles: of a line; @image_tiles: of an image, as many lines as its result holds.
 * @top: line of tiles of its image that each image begins with.
 * @shift_first: of the epilogue.
 * @side: components along a side of a tile.
 *
 * Some tiles of a convolution: the parameters of the nodes that make them. See ops/winograd.c.
 */
typedef struct
{
  guint32 first, n;
  guint32 line_tiles, image_tiles;
  guint32 top;
  SfConv2d conv;
  SfActivation activation;
  guint32 shift_first;
  guint32 side;
} SfWinogradBand;

/* All tiles of @y = sf_conv2d() with @weight. They begin with even lines of the image, whichever
 * are held: the same bits. */
SfWinogradBand sf_winograd_all (const SfTensor *y, const SfTensor *weight, const SfConv2d *conv,
                                const SfEpilogue *epilogue);

/* Bands are multiples of it, in tiles: whole tiles of the product. */
#define SF_WINOGRAD_GRANULE 64

/* How many tiles a band has, of @tile_bytes between the nodes: about @band_bytes, if these and the
 * lines of @x and @y that belong to them can be bound. */
guint sf_winograd_step (const SfCaps *caps, const SfWinogradBand *all, const SfTensor *x,
                        const SfTensor *y, guint64 tile_bytes, guint64 band_bytes);

/* Appends what transforms the tiles of @x: @v is [components, 1, n, c], or [1, 1, n, components ·
 * c] with those of a tile side by side. */
void sf_winograd_input (SfGraph *graph, SfTensor *x, SfTensor *v, const SfWinogradBand *band);

/* What every kernel wants to know of the tiles. */
struct SfProductParams sf_winograd_params (const SfWinogradBand *band);

/**
 * sf_winograd_lines:
 * @first_line: (out): that the range begins with, counted over all images.
 * @offset: (out): as sf_span_rows()'s.
 *
 * Lines that @tensor holds of which a line of tiles needs those from 2·line − @around to 2·line + 2
 * +
 * @around, divided by @scale.
 */
SfRange sf_winograd_lines (const SfCaps *caps, const SfWinogradBand *band, const SfTensor *tensor,
                           guint around, guint scale, gint32 *first_line, gint32 *offset);

/* Fails where so many lines cannot be bound. */
gboolean sf_winograd_check (const SfCaps *caps, const SfRange *range, GError **error);

G_END_DECLS
