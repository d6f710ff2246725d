/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ops/product.h"

G_BEGIN_DECLS

/**
 * SfProductTile:
 * @tile: (nullable): of the storage and of the matrix form.
 * @matrix: the matrix units multiply.
 * @staged: of the matrix form, whose results then pass through shared memory.
 * @width: threads of a workgroup, or lanes.
 * @loads: of the texel form: rows of a lane.
 * @rows, @columns: outputs of a workgroup.
 *
 * Which form of its kernel a product takes, and how much of the result a workgroup makes.
 */
typedef struct
{
  const SfTile *tile;
  gboolean matrix, staged;
  guint width;
  guint loads;
  guint rows, columns;
} SfProductTile;

/* The matrix units take halves: weights that are none keep to the plain form. */
gboolean sf_product_uses_matrix (const SfCaps *caps, const SfTensor *weight);

/* @rows: of all images. @image_rows: of those that a dispatch may have at once. */
SfProductTile sf_product_tile_choose (const SfNode *node, const SfCaps *caps, guint rows,
                                      guint image_rows);

/* Adds its constants, which follow those that all forms have. */
void sf_product_tile_add (const SfProductTile *self, const SfNode *node, const SfCaps *caps,
                          SfKernelSpec *spec);

G_END_DECLS
