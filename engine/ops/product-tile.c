/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ops/product-tile.h"

#include <string.h>

/* Of the texel form, see shaders/include/product.texel.glsl: a tile is caps->tile_loads rows for
 * each lane, of 16 at most, and four columns for each lane; fewer where there are not as many rows.
 */
#define TEXEL_MAX_LINES 16
#define TEXEL_COLUMNS 4

gboolean
sf_product_uses_matrix (const SfCaps *caps, const SfTensor *weight)
{
  return caps->family == SF_FAMILY_STORAGE && sf_caps_use_matrix (caps)
         && weight->dtype == SF_DTYPE_F16;
}

/* Whether a matrix may be cut by the last row or column of an image, or its elements have to be
 * told apart. As it changes bits, it does not depend on how many images there are. */
static gboolean
needs_staging (const SfNode *node, const SfMatrixShape *shape)
{
  const SfTensor *y = node->outputs[0];
  SfActivation activation = ((const SfProduct *)node->params)->activation;
  gboolean last = activation == SF_ACTIVATION_NONE || activation == SF_ACTIVATION_RELU;

  return activation == SF_ACTIVATION_GEGLU || y->lines * y->w % shape->m != 0
         || y->h * y->w % shape->m != 0 || y->pitch % shape->n != 0
         || (node->inputs[SF_PRODUCT_RESIDUAL] != NULL && !last);
}

/* The tile that is best for products of that size, or the largest below it that fits. */
static const SfTile *
matrix_tile (const SfCaps *caps, SfTileUse use, gboolean staged)
{
  const SfTileLimits limits = sf_caps_tile_limits (caps);
  guint number = caps->tiles.matrix[use];

  while (number > 0
         && !sf_matrix_tile_fits (sf_matrix_tile_get (number), &limits, &caps->matrix, staged))
    number--;
  return sf_matrix_tile_get (number);
}

static SfProductTile
choose_storage (const SfNode *node, const SfCaps *caps, SfTileUse use)
{
  gboolean matrix = sf_product_uses_matrix (caps, node->inputs[SF_PRODUCT_WEIGHT]);
  gboolean staged = matrix && needs_staging (node, &caps->matrix);
  const SfTile *tile
      = matrix ? matrix_tile (caps, use, staged) : sf_tile_get (caps->tiles.plain[use]);

  return (SfProductTile){
    .tile = tile,
    .matrix = matrix,
    .staged = staged,
    .width = matrix ? sf_matrix_tile_threads (tile, caps->subgroup_size) : sf_tile_threads (tile),
    .rows = tile->rows,
    .columns = tile->columns,
  };
}

/* Rows that are worked on, with those that fill up the last tile. */
static guint
padded_rows (const SfCaps *caps, guint rows, guint loads)
{
  guint tile = MIN (caps->subgroup_size, TEXEL_MAX_LINES) * loads;

  return (rows + tile - 1) / tile * tile;
}

/* A taller tile is quicker by less than a tenth, unless much of the last one is empty. */
static SfProductTile
choose_texel (const SfCaps *caps, guint rows)
{
  guint loads = caps->tile_loads;

  while (loads > 1 && padded_rows (caps, rows, loads) > 1.1 * padded_rows (caps, rows, loads / 2))
    loads /= 2;
  return (SfProductTile){
    .width = caps->subgroup_size,
    .loads = loads,
    .rows = MIN (caps->subgroup_size, TEXEL_MAX_LINES) * loads,
    .columns = caps->subgroup_size * TEXEL_COLUMNS,
  };
}

SfProductTile
sf_product_tile_choose (const SfNode *node, const SfCaps *caps, guint rows, guint image_rows)
{
  guint64 columns = node->inputs[SF_PRODUCT_WEIGHT]->c;

  return caps->family == SF_FAMILY_TEXEL
             ? choose_texel (caps, image_rows)
             : choose_storage (node, caps, sf_tile_use (rows * columns));
}

static void
add (SfKernelSpec *spec, const gint32 *constants, guint n)
{
  memcpy (spec->spec + spec->n_spec, constants, n * sizeof *constants);
  spec->n_spec += n;
}

void
sf_product_tile_add (const SfProductTile *self, const SfNode *node, const SfCaps *caps,
                     SfKernelSpec *spec)
{
  const SfTile *tile = self->tile;
  const SfMatrixShape *matrix = &caps->matrix;

  if (tile == NULL)
    {
      add (spec, (const gint32[]){ self->loads }, 1);
      return;
    }
  const gint32 shape[]
      = { tile->rows, tile->columns, tile->depth, tile->thread_rows, tile->thread_columns };
  /* A software driver takes seconds to compile what a GPU's compiler schedules well. */
  const gint32 step = caps->software ? 1 : tile->depth / 4;
  const gint32 units[] = { matrix->m,
                           matrix->n,
                           matrix->k,
                           self->staged,
                           node->inputs[SF_PRODUCT_X]->dtype == SF_DTYPE_F16,
                           node->outputs[0]->dtype == SF_DTYPE_F16,
                           tile->ahead };
  add (spec, shape, G_N_ELEMENTS (shape));
  if (self->matrix)
    add (spec, units, G_N_ELEMENTS (units));
  else
    add (spec, &step, 1);
  spec->subgroup_size = self->matrix ? caps->subgroup_size : 0;
}
