/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "cpu/cpu.h"
#include "support/sf-test.h"

/* @alias: the estimate takes the place of the noisy latent. */
static void
check (SfDevice *device, guint n, guint h, guint w, guint c, gboolean alias)
{
  gsize size = (gsize)h * w * c;
  g_autofree float *x_values = sf_test_random (size, 1, 3);
  g_autofree float *out_values = sf_test_random (size * n, 2, 3);
  g_autofree float *step_values = sf_test_random (2 + n, 3, 5);
  g_autofree float *want = g_new (float, size);
  g_autoptr (SfGraph) graph = sf_graph_new (device, SF_GRAPH_POISON);
  SfTensor *x = sf_test_input (graph, 1, h, w, c);
  SfTensor *out = sf_test_input (graph, n, h, w, c);
  SfTensor *step = sf_test_input (graph, 1, 1, 1, 2 + n);
  SfTensor *denoised = alias ? x : sf_graph_tensor (graph, SF_TENSOR_HOST, 1, h, w, c);

  sf_guide (graph, x, out, step, denoised);
  sf_test_prepare (graph);
  sf_test_fill (x, x_values);
  sf_test_fill (out, out_values);
  sf_test_fill (step, step_values);
  sf_test_go (graph);
  sf_cpu_guide (want, x_values, out_values, step_values[1], step_values + 2, n, size);
  g_autofree float *got = sf_test_read (denoised);
  sf_test_compare ("guide", got, want, size, 1e-6);
}

static void
test_small (gconstpointer family)
{
  SfDevice *device = sf_test_device (GPOINTER_TO_UINT (family));

  check (device, 1, 1, 1, 4, FALSE);
  check (device, 2, 8, 8, 4, FALSE);
  check (device, 3, 11, 23, 5, FALSE);
  check (device, 9, 9, 1, 16, FALSE);
  check (device, 2, 17, 19, 4, TRUE);
}

int
main (int argc, char **argv)
{
  gboolean small_ones = sf_test_small (argc, argv);

  g_test_init (&argc, &argv, NULL);
  if (small_ones)
    sf_test_add_families ("/ops/guide/small", test_small);
  return sf_test_run ();
}
