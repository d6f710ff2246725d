/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "cpu/cpu.h"
#include "support/sf-test.h"

static void
check (SfDevice *device, guint n, guint h, guint w, guint c, float spread)
{
  gsize pixels = (gsize)n * h * w;
  g_autofree float *values = sf_test_random (pixels * c * 2, 1, spread);
  g_autofree float *noise_values = sf_test_random (pixels * c, 2, 3);
  g_autofree float *want = g_new (float, pixels *c);
  g_autoptr (SfGraph) graph = sf_graph_new (device, SF_GRAPH_POISON);
  SfTensor *moments = sf_test_input (graph, n, h, w, 2 * c);
  SfTensor *noise = sf_test_input (graph, n, h, w, c);
  SfTensor *y = sf_latent_sample (graph, moments, noise, 0.18215f);

  sf_graph_keep (graph, y);
  sf_test_prepare (graph);
  sf_test_fill (moments, values);
  sf_test_fill (noise, noise_values);
  sf_test_go (graph);
  sf_cpu_latent_sample (want, values, noise_values, pixels, c, 0.18215f);
  g_autofree float *got = sf_test_read (y);
  sf_test_compare ("latent-sample", got, want, pixels * c, 1e-5);
}

/* Both halves in one pitch, a seam within a texel, and log variances that are clamped. */
static void
test_small (gconstpointer family)
{
  SfDevice *device = sf_test_device (GPOINTER_TO_UINT (family));

  check (device, 1, 1, 1, 4, 3);
  check (device, 2, 8, 8, 4, 3);
  check (device, 1, 23, 17, 3, 3);
  check (device, 1, 9, 7, 16, 3);
  check (device, 1, 9, 7, 4, 60);
}

int
main (int argc, char **argv)
{
  gboolean small_ones = sf_test_small (argc, argv);

  g_test_init (&argc, &argv, NULL);
  if (small_ones)
    sf_test_add_families ("/ops/latent-sample/small", test_small);
  return sf_test_run ();
}
