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

/* Bands are multiples of it, in tiles. */
#define SF_WINOGRAD_GRANULE 64

/* How many tiles a band has, of @tile_bytes between the nodes: about @band_bytes, if these and the
 * lines of @x and @y that belong to them can be bound. */
guint sf_winograd_step (const SfCaps *caps, const SfWinogradBand *all, const SfTensor *x,
                        const SfTensor *y, guint64 tile_bytes, guint64 band_bytes);

/* Appends what transforms the tiles of @x: @v is [components, 1, n, c], or [1, 1, n, components ·
 * c] with those of a tile side by side. */
void sf_winograd_input (SfGraph *graph, SfTensor *x, SfTensor *v, const SfWinogradBand *band);

/**
 * sf_winograd_results:
 * @node: with the inputs of a product, of which x holds the components of a band's tiles.
 *
 * What the kernel that ends a band has to know: its tiles, where the lines that they become are,
 * and what is added to them. Fills @ranges; the weights' is the kernel's own affair.
 */
struct SfProductParams sf_winograd_results (const SfCaps *caps, const SfNode *node,
                                            SfRange *ranges);

/* Fails where so many lines cannot be bound. */
gboolean sf_winograd_check (const SfCaps *caps, const SfRange *range, GError **error);

G_END_DECLS
