/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Into how many sums the products of Stable Diffusion 1.5's U-Net at 512 × 512 are cut. */

#include "ops/split.h"

static void
test_layers (void)
{
  const struct
  {
    guint rows, columns, depth, count;
  } layers[] = {
    { 8 * 8, 1280, 9 * 1280, 12 }, { 16 * 16, 1280, 9 * 1280, 3 }, { 16 * 16, 1280, 1280, 3 },
    { 32 * 32, 640, 9 * 640, 3 },  { 32 * 32, 640, 640, 1 },       { 64 * 64, 320, 9 * 320, 1 },
    { 64 * 64, 320, 9 * 960, 1 },  { 1, 1280, 1280, 5 },           { 1, 8, 64, 1 },
    { 1, 64, 1 << 20, 16 },
  };
  const SfCaps card = { .discrete = TRUE }, processor = { .discrete = FALSE };

  for (guint i = 0; i < G_N_ELEMENTS (layers); i++)
    {
      g_assert_cmpuint (sf_split_count (&card, layers[i].rows, layers[i].columns, layers[i].depth),
                        ==, layers[i].count);
      g_assert_cmpuint (
          sf_split_count (&processor, layers[i].rows, layers[i].columns, layers[i].depth), ==, 1);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/split/layers", test_layers);
  return g_test_run ();
}
