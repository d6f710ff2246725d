/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "cpu/cpu.h"
#include "support/sf-test.h"

static void
check (SfDevice *device, guint n, guint h, guint w, guint c)
{
  gsize size = (gsize)n * h * w * c;
  g_autofree float *values = sf_test_random (size, 1, 3);
  g_autoptr (SfGraph) graph = sf_graph_new (device, SF_GRAPH_POISON);
  SfTensor *x = sf_test_input (graph, n, h, w, c);
  SfTensor *y = sf_graph_tensor (graph, SF_TENSOR_HOST, n, h, w, c);

  sf_copy (graph, x, y);
  sf_test_prepare (graph);
  sf_test_fill (x, values);
  sf_test_go (graph);
  g_autofree float *got = sf_test_read (y);
  g_assert_cmpmem (got, size * sizeof *got, values, size * sizeof *values);
}

static void
test_small (gconstpointer family)
{
  SfDevice *device = sf_test_device (GPOINTER_TO_UINT (family));
  g_autoptr (SfDevice) narrow = sf_test_device_narrow (GPOINTER_TO_UINT (family), 4096);

  check (device, 1, 1, 1, 1);
  check (device, 2, 7, 9, 3);
  check (device, 1, 64, 64, 3);
  check (narrow, 1, 33, 7, 3);
  check (narrow, 2, 5, 5, 40);
}

static void
test_large (gconstpointer family)
{
  check (sf_test_device (GPOINTER_TO_UINT (family)), 1, 512, 512, 3);
}

int
main (int argc, char **argv)
{
  gboolean small_ones = sf_test_small (argc, argv), large_ones = sf_test_large (argc, argv);

  g_test_init (&argc, &argv, NULL);
  if (small_ones)
    sf_test_add_families ("/ops/copy/small", test_small);
  if (large_ones)
    sf_test_add_families ("/ops/copy/large", test_large);
  return sf_test_run ();
}
