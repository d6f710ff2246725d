/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "cpu/cpu.h"
#include "support/sf-test.h"

static float *
run_on_device (SfDevice *device, const float *values, guint rows, guint c, float scale, float shift)
{
  g_autoptr (SfGraph) graph = sf_graph_new (device, SF_GRAPH_POISON);
  SfTensor *x = sf_test_input (graph, 1, rows, 1, c);
  SfTensor *y = sf_affine (graph, x, scale, shift);

  sf_graph_keep (graph, y);
  sf_test_prepare (graph);
  sf_test_fill (x, values);
  sf_test_go (graph);
  return sf_test_read (y);
}

/* With bands too: the same bits. Reading checks that the padding stays zero. */
static void
test_small (gconstpointer family)
{
  const guint channels[] = { 3, 4, 5, 8, 12, 40 }, rows = 71;
  g_autoptr (SfDevice) narrow = sf_test_device_narrow (GPOINTER_TO_UINT (family), 4096);

  for (guint i = 0; i < G_N_ELEMENTS (channels); i++)
    {
      gsize n = (gsize)rows * channels[i];
      g_autofree float *x = sf_test_random (n, 1, 3);
      g_autofree float *want = g_new (float, n);
      SfDevice *device = sf_test_device (GPOINTER_TO_UINT (family));
      g_autofree float *got = run_on_device (device, x, rows, channels[i], -0.7f, 1.9f);
      g_autofree float *bands = run_on_device (narrow, x, rows, channels[i], -0.7f, 1.9f);

      sf_cpu_affine (want, x, n, -0.7f, 1.9f);
      sf_test_compare ("affine", got, want, n, 1e-6);
      g_assert_cmpmem (got, n * sizeof *got, bands, n * sizeof *bands);
    }
}

int
main (int argc, char **argv)
{
  gboolean small_ones = sf_test_small (argc, argv);

  g_test_init (&argc, &argv, NULL);
  if (small_ones)
    sf_test_add_families ("/ops/affine/small", test_small);
  return sf_test_run ();
}
