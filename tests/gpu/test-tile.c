/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gpu/tile.h"

/* Devices as they come: what Vulkan guarantees, a software driver, graphics of a processor, cards.
 */
static const SfTileLimits devices[] = {
  { 128, 16 << 10, 4 },
  { 1024, 32 << 10, 8, .software = TRUE },
  { 256, 16 << 10, 1 },
  { 1024, 64 << 10, 32 },
  { 1024, 32 << 10, 64, .discrete = TRUE },
  { 1024, 48 << 10, 32, .discrete = TRUE },
  { 128, 64 << 10, 32, .discrete = TRUE },
};

/* Whatever the device, it begins with tiles that it can run, and larger ones for larger products.
 */
static void
test_defaults (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (devices); i++)
    {
      int tiles[SF_TILE_USES];
      guint outputs = 0;

      sf_tile_defaults (&devices[i], tiles);
      for (guint use = 0; use < SF_TILE_USES; use++)
        {
          const SfTile *tile = sf_tile_get (tiles[use]);
          g_assert_nonnull (tile);
          g_assert_true (sf_tile_fits (tile, &devices[i]));
          g_assert_cmpuint (tile->rows * tile->columns, >=, outputs);
          outputs = tile->rows * tile->columns;
        }
    }
}

/* What the shader takes for granted. */
static void
test_shapes (void)
{
  const SfTileLimits least = { 128, 16 << 10, 1 };
  const SfTile *tile;

  g_assert_true (sf_tile_fits (sf_tile_get (0), &least));
  for (guint i = 0; (tile = sf_tile_get (i)) != NULL; i++)
    {
      guint threads = sf_tile_threads (tile), parts = tile->depth / 4;
      g_assert_cmpuint (tile->thread_columns % 4, ==, 0);
      g_assert_cmpuint (tile->rows % tile->thread_rows, ==, 0);
      g_assert_cmpuint (tile->columns % tile->thread_columns, ==, 0);
      g_assert_cmpuint (tile->rows / tile->thread_rows % 8, ==, 0);
      g_assert_cmpuint (tile->columns / tile->thread_columns % 8, ==, 0);
      g_assert_cmpuint (threads % parts, ==, 0);
      g_assert_cmpuint (tile->depth % 8, ==, 0);
      g_assert_cmpuint (SF_TILE_MAX_DEPTH % tile->depth, ==, 0);
      g_assert_cmpuint (threads, <=, 256);
      g_assert_cmpuint (sf_tile_shared_bytes (tile), <=, 32 << 10);
    }
}

static void
test_use (void)
{
  g_assert_cmpint (sf_tile_use (1), ==, SF_TILE_SMALL);
  g_assert_cmpint (sf_tile_use (64 * 1280), ==, SF_TILE_SMALL);
  g_assert_cmpint (sf_tile_use (1024 * 640), ==, SF_TILE_MEDIUM);
  g_assert_cmpint (sf_tile_use (4096 * 320), ==, SF_TILE_LARGE);
  g_assert_cmpint (sf_tile_use (G_MAXUINT64), ==, SF_TILE_LARGE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gpu/tile/defaults", test_defaults);
  g_test_add_func ("/gpu/tile/shapes", test_shapes);
  g_test_add_func ("/gpu/tile/use", test_use);
  return g_test_run ();
}
