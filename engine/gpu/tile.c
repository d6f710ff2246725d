/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu/tile.h"

#include <string.h>

/* In the order of what they need. */
static const SfTile tiles[] = {
  { 32, 64, 16, 4, 4 },   /* 128 threads, 12 KiB */
  { 64, 64, 16, 8, 4 },   /* 128 threads, 16 KiB: half the reads of shared memory of the next */
  { 64, 64, 16, 4, 4 },   /* 256 threads, 16 KiB */
  { 128, 64, 16, 8, 4 },  /* 256 threads, 24 KiB */
  { 64, 64, 32, 4, 4 },   /* 256 threads, 32 KiB: half the barriers */
  { 128, 128, 16, 8, 8 }, /* 256 threads, 32 KiB: half the reads of memory */
};

/* Names for the table of classes. */
enum
{
  TILE_32x64,
  TILE_64x64_TALL,
  TILE_64x64,
  TILE_128x64,
  TILE_64x64_DEEP,
  TILE_128x128
};

/**
 * Class:
 *
 * The first class whose demands a device meets tells the tiles that it begins with. Not by name: a
 * limit is what a vendor's next device shares with this one. The defaults below are not measured;
 * the probe decides.
 */
typedef struct
{
  gboolean discrete;
  guint shared_memory, max_workgroup, subgroup_size; /* at least */
  int tiles[SF_TILE_USES];
} Class;

static const Class classes[] = {
  /* A card: registers for 64 sums a thread, and so many threads that small products need small
   * tiles to reach them all. */
  { TRUE, 48 << 10, 256, 32, { TILE_64x64, TILE_128x64, TILE_128x128 } },
  { TRUE, 32 << 10, 256, 32, { TILE_64x64, TILE_128x64, TILE_128x64 } },
  /* Graphics of a processor: few threads to feed, and registers for 16 sums each. */
  { FALSE, 32 << 10, 256, 16, { TILE_32x64, TILE_64x64, TILE_64x64 } },
  { FALSE, 16 << 10, 256, 1, { TILE_32x64, TILE_64x64, TILE_64x64 } },
  /* What Vulkan guarantees. */
  { FALSE, 0, 0, 0, { TILE_32x64, TILE_32x64, TILE_32x64 } },
};

/* What the sides of a subgroup's part are multiples of. */
#define MATRIX_SIDE 16
#define MATRIX_DEPTH 32

/* In the order of what they need; outputs of a subgroup, then slices on their way. A subgroup of 64
 * × 64 was tried: its sums leave no registers for anything else (H200: slower than 64 × 32
 * by 1.35). */
static const SfTile matrix_tiles[] = {
  { 32, 64, MATRIX_DEPTH, 32, 32, 2 }, /* 2 subgroups */
  { 64, 64, MATRIX_DEPTH, 16, 16,
    1 }, /* 16: for Intel's cards, whose subgroups have few registers */
  { 64, 64, MATRIX_DEPTH, 32, 32, 1 },   /* 4 */
  { 64, 64, MATRIX_DEPTH, 32, 32, 2 },   /* 4 */
  { 64, 128, MATRIX_DEPTH, 16, 32, 1 },  /* 16, likewise */
  { 64, 160, MATRIX_DEPTH, 32, 80, 2 },  /* 4: 320, 640 and 1280 columns leave none idle */
  { 128, 128, MATRIX_DEPTH, 64, 32, 1 }, /* 8 */
  { 128, 128, MATRIX_DEPTH, 64, 32, 2 }, /* 8 */
  { 128, 160, MATRIX_DEPTH, 32, 80, 1 }, /* 8 */
  { 128, 160, MATRIX_DEPTH, 32, 80, 2 }, /* 8 */
};

/* Halves that a row of a slice takes: so that neighbouring rows meet different banks. */
#define MATRIX_PITCH (MATRIX_DEPTH + 8)

SfTileUse
sf_tile_use (guint64 outputs)
{
  return outputs < 1u << 18 ? SF_TILE_SMALL : outputs < 1u << 20 ? SF_TILE_MEDIUM : SF_TILE_LARGE;
}

const SfTile *
sf_tile_get (guint number)
{
  return number < G_N_ELEMENTS (tiles) ? &tiles[number] : NULL;
}

guint
sf_tile_threads (const SfTile *self)
{
  return self->rows / self->thread_rows * (self->columns / self->thread_columns);
}

guint
sf_tile_shared_bytes (const SfTile *self)
{
  return 2 * (self->rows + self->columns) * self->depth * sizeof (float);
}

gboolean
sf_matrix_shape_fits (guint m, guint n, guint k)
{
  return m > 0 && n >= 4 && k >= 4 && MATRIX_SIDE % m == 0 && MATRIX_SIDE % n == 0
         && MATRIX_DEPTH % k == 0;
}

const SfTile *
sf_matrix_tile_get (guint number)
{
  return number < G_N_ELEMENTS (matrix_tiles) ? &matrix_tiles[number] : NULL;
}

static guint
subgroups (const SfTile *self)
{
  return self->rows / self->thread_rows * (self->columns / self->thread_columns);
}

guint
sf_matrix_tile_threads (const SfTile *self, guint subgroup_size)
{
  return subgroups (self) * subgroup_size;
}

gboolean
sf_matrix_tile_fits (const SfTile *self, const SfTileLimits *limits, const SfMatrixShape *shape,
                     gboolean staged)
{
  guint slices = 2 * (self->rows + self->columns) * MATRIX_PITCH * 2;
  guint results = (staged ? subgroups (self) : 1) * shape->m * shape->n * sizeof (float);

  return shape->m > 0
         && sf_matrix_tile_threads (self, limits->subgroup_size) <= limits->max_workgroup
         && slices + results <= limits->shared_memory;
}

gboolean
sf_tile_fits (const SfTile *self, const SfTileLimits *limits)
{
  return sf_tile_threads (self) <= limits->max_workgroup
         && sf_tile_shared_bytes (self) <= limits->shared_memory;
}

static gboolean
meets (const SfTileLimits *limits, const Class *class)
{
  return limits->discrete >= class->discrete && limits->shared_memory >= class->shared_memory
         && limits->max_workgroup >= class->max_workgroup
         && limits->subgroup_size >= class->subgroup_size;
}

void
sf_tile_defaults (const SfTileLimits *limits, int chosen[SF_TILE_USES])
{
  const Class *class = classes;

  while (!meets (limits, class))
    class ++;
  /* A software driver runs the storage form to check the other one: the least code compiles
   * soonest. */
  if (limits->software)
    class = &classes[G_N_ELEMENTS (classes) - 1];
  memcpy (chosen, class->tiles, sizeof class->tiles);
}
