/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "cpu/cpu.h"
#include "support/sf-test.h"

static void
check (SfDevice *device, guint n, guint h, guint w, guint c)
{
  gsize size = (gsize)h * w * c;
  const float step_values[] = { 0.37f, 9, 9 };
  g_autofree float *values = sf_test_random (size, 1, 3);
  g_autofree float *want = g_new (float, size *n);
  g_autoptr (SfGraph) graph = sf_graph_new (device, SF_GRAPH_POISON);
  SfTensor *x = sf_test_input (graph, 1, h, w, c);
  SfTensor *step = sf_test_input (graph, 1, 1, 1, G_N_ELEMENTS (step_values));
  SfTensor *y = sf_scale_input (graph, x, step, n);

  sf_graph_keep (graph, y);
  sf_test_prepare (graph);
  sf_test_fill (x, values);
  sf_test_fill (step, step_values);
  sf_test_go (graph);
  sf_cpu_scale_input (want, values, step_values[0], n, size);
  g_autofree float *got = sf_test_read (y);
  sf_test_compare ("scale-input", got, want, size * n, 1e-6);
}

static void
test_small (gconstpointer family)
{
  SfDevice *device = sf_test_device (GPOINTER_TO_UINT (family));

  check (device, 1, 1, 1, 4);
  check (device, 2, 8, 8, 4);
  check (device, 3, 11, 23, 5);
  check (device, 7, 9, 1, 16);
}

int
main (int argc, char **argv)
{
  gboolean small_ones = sf_test_small (argc, argv);

  g_test_init (&argc, &argv, NULL);
  if (small_ones)
    sf_test_add_families ("/ops/scale-input/small", test_small);
  return sf_test_run ();
}
