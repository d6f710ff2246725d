/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "cpu/cpu.h"
#include "support/sf-test.h"

static void
check (SfDevice *device, guint h, guint w, guint c)
{
  gsize pixels = (gsize)h * w;
  g_autofree float *values = sf_test_random (pixels * c, 1, 3);
  g_autofree float *matrix_values = sf_test_random ((c + 1) * 3, 2, 1);
  g_autofree float *want = g_new (float, pixels * 3);
  g_autoptr (SfGraph) graph = sf_graph_new (device, SF_GRAPH_POISON);
  SfTensor *x = sf_test_input (graph, 1, h, w, c);
  SfTensor *matrix = sf_test_input (graph, 1, 1, c + 1, 3);
  SfTensor *rgb = sf_graph_tensor (graph, SF_TENSOR_HOST, 1, h, w, 3);

  sf_latent_rgb (graph, x, matrix, rgb);
  sf_test_prepare (graph);
  sf_test_fill (x, values);
  sf_test_fill (matrix, matrix_values);
  sf_test_go (graph);
  sf_cpu_latent_rgb (want, values, matrix_values, pixels, c);
  g_autofree float *got = sf_test_read (rgb);
  sf_test_compare ("latent-rgb", got, want, pixels * 3, 1e-6);
}

static void
test_small (gconstpointer family)
{
  SfDevice *device = sf_test_device (GPOINTER_TO_UINT (family));

  check (device, 1, 1, 4);
  check (device, 8, 8, 4);
  check (device, 23, 17, 3);
  check (device, 31, 33, 16);
}

int
main (int argc, char **argv)
{
  gboolean small_ones = sf_test_small (argc, argv);

  g_test_init (&argc, &argv, NULL);
  if (small_ones)
    sf_test_add_families ("/ops/latent-rgb/small", test_small);
  return sf_test_run ();
}
