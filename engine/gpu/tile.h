/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SF_TILE_MAX_DEPTH 32

/**
 * SfTile:
 * @rows, @columns: outputs that a workgroup makes.
 * @depth: of K that lies in shared memory at a time (and once more, for the next): divides
 *   SF_TILE_MAX_DEPTH.
 * @thread_rows, @thread_columns: outputs of a thread; columns in fours.
 * @ahead: slices that are on their way from memory at a time, 1 or 2; of the matrix form only. More
 *   hide more of its latency, in registers that more workgroups might have had.
 *
 * A shape for the storage form of a matrix product, see shaders/include/product.storage.glsl. All
 * give the same bits: a sum runs over K in one order, whatever the tile. So they may be chosen by
 * timing. A large tile reads less from memory, a small one leaves no part of the device idle.
 */
typedef struct
{
  guint rows, columns, depth;
  guint thread_rows, thread_columns;
  guint ahead;
} SfTile;

/**
 * SfTileUse:
 *
 * Products by the number of their outputs: at each size another tile may be the best. The middle of
 * Stable Diffusion 1.5's U-Net at 512×512 is small, its outer levels and the VAE are large.
 */
typedef enum
{
  SF_TILE_SMALL,  /* below 2¹⁸ outputs */
  SF_TILE_MEDIUM, /* below 2²⁰ */
  SF_TILE_LARGE,
  SF_TILE_USES
} SfTileUse;

SfTileUse sf_tile_use (guint64 outputs);

/**
 * SfTileChoice:
 * @plain: numbers of sf_tile_get(), or −1 for what the device's limits suggest.
 * @matrix: numbers of sf_matrix_tile_get(): products of halves run on the matrix units; or −1 for
 *   none of that.
 * @plain_attention: attention does not, as the driver gets it wrong there.
 *
 * Which tile the products of each size have.
 */
typedef struct
{
  int plain[SF_TILE_USES];
  int matrix[SF_TILE_USES];
  gboolean plain_attention;
} SfTileChoice;

#define SF_TILE_CHOICE_NONE                                                                        \
  {                                                                                                \
    .plain = { -1, -1, -1 }, .matrix = { -1, -1, -1 }                                              \
  }

/* The tiles that there are, numbered from 0; NULL beyond the last. Number 0 runs on every device
 * that Vulkan allows: 128 invocations, 16 KiB of shared memory. */
const SfTile *sf_tile_get (guint number);

guint sf_tile_threads (const SfTile *self);
guint sf_tile_shared_bytes (const SfTile *self);

/**
 * SfTileLimits:
 * @max_workgroup: invocations.
 * @shared_memory: bytes.
 * @subgroup_size: lanes.
 *
 * What of a device's limits bears on tiles.
 */
typedef struct
{
  guint max_workgroup;
  guint shared_memory;
  guint subgroup_size;
  gboolean software;
  gboolean discrete;
} SfTileLimits;

/**
 * SfMatrixShape:
 *
 * Of the matrices that a device's matrix units multiply: m×k by k×n, halves, summed in F32. All
 * zero where there are none.
 */
typedef struct
{
  guint m, n, k;
} SfMatrixShape;

/* Whether matrices of this shape fill every tile of the matrix form. */
gboolean sf_matrix_shape_fits (guint m, guint n, guint k);

/* The tiles of the matrix form, see shaders/include/product.matrix.glsl, likewise; thread_rows and
 * thread_columns are those of a subgroup. */
const SfTile *sf_matrix_tile_get (guint number);
guint sf_matrix_tile_threads (const SfTile *self, guint subgroup_size);
/* @staged: with room for results on their way out. */
gboolean sf_matrix_tile_fits (const SfTile *self, const SfTileLimits *limits,
                              const SfMatrixShape *shape, gboolean staged);

gboolean sf_tile_fits (const SfTile *self, const SfTileLimits *limits);

/* What a device of these limits begins with, before it is probed: a tile for each use. */
void sf_tile_defaults (const SfTileLimits *limits, int tiles[SF_TILE_USES]);

G_END_DECLS
