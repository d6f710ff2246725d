/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "cpu/cpu.h"
#include "support/sf-test.h"

typedef struct
{
  guint n, tokens, c;
  float mean;
} Case;

static const Case small[] = {
  { 1, 1, 3 },       { 1, 77, 4 },  { 2, 5, 5, 10 },   { 1, 9, 12 },
  { 3, 11, 20, -3 }, { 2, 16, 40 }, { 1, 33, 64, 50 }, { 1, 3, 768 },
};

static const Case large[] = { { 2, 1024, 320 }, { 2, 77, 768, 0.5f }, { 1, 64, 1280, 20 } };

static float *
run_on_device (const Case *t, SfDevice *device, const float *x_values, const float *gamma_values,
               const float *beta_values)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SfGraph) graph = sf_graph_new (device, SF_GRAPH_POISON);
  g_autoptr (SfWeightStore) store = sf_weight_store_new (device);
  SfTensor *x = sf_test_input (graph, t->n, 1, t->tokens, t->c);
  SfTensor *gamma = sf_weight_store_vector (store, t->c, gamma_values, &error);
  SfTensor *beta = sf_weight_store_vector (store, t->c, beta_values, &error);
  SfTensor *y = sf_layer_norm (graph, x, gamma, beta, 1e-5f);

  sf_graph_keep (graph, y);
  sf_graph_prepare (graph, &error);
  g_assert_no_error (error);
  sf_test_fill (x, x_values);
  sf_graph_run (graph, NULL, &error);
  g_assert_no_error (error);
  return sf_test_read (y);
}

/* On @narrow too, if there is one: the same bits. */
static void
check (const Case *t, SfFamily family, SfDevice *narrow)
{
  gsize n = (gsize)t->n * t->tokens * t->c;
  g_autofree float *x = sf_test_random (n, 1, 1);
  g_autofree float *gamma = sf_test_random (t->c, 2, 2);
  g_autofree float *beta = sf_test_random (t->c, 3, 2);
  g_autofree float *want = g_new (float, n);
  g_autofree char *name = g_strdup_printf ("%ux%ux%u", t->n, t->tokens, t->c);

  for (gsize i = 0; i < n; i++)
    x[i] += t->mean;
  sf_cpu_layer_norm (want, x, gamma, beta, t->n * t->tokens, t->c, 1e-5f);
  g_autofree float *got = run_on_device (t, sf_test_device (family), x, gamma, beta);
  sf_test_compare (name, got, want, n, 1e-5);
  if (narrow == NULL)
    return;
  g_autofree float *bands = run_on_device (t, narrow, x, gamma, beta);
  g_assert_cmpmem (got, n * sizeof *got, bands, n * sizeof *got);
}

static void
test_small (gconstpointer family)
{
  g_autoptr (SfDevice) narrow = sf_test_device_narrow (GPOINTER_TO_UINT (family), 4096);

  for (guint i = 0; i < G_N_ELEMENTS (small); i++)
    check (&small[i], GPOINTER_TO_UINT (family), small[i].c < 100 ? narrow : NULL);
}

static void
test_large (gconstpointer family)
{
  for (guint i = 0; i < G_N_ELEMENTS (large); i++)
    check (&large[i], GPOINTER_TO_UINT (family), NULL);
}

int
main (int argc, char **argv)
{
  gboolean small_ones = sf_test_small (argc, argv), large_ones = sf_test_large (argc, argv);

  g_test_init (&argc, &argv, NULL);
  if (small_ones)
    sf_test_add_families ("/ops/layer-norm/small", test_small);
  if (large_ones)
    sf_test_add_families ("/ops/layer-norm/large", test_large);
  return sf_test_run ();
}
