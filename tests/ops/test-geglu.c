/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "cpu/cpu.h"
#include "support/sf-test.h"

typedef struct
{
  guint n, tokens, c;
} Case;

static const Case small[] = { { 1, 1, 8 }, { 2, 5, 40 }, { 1, 70, 64 }, { 3, 33, 24 } };

static const Case large[] = { { 2, 256, 2560 }, { 1, 1024, 1280 } };

static float *
run_on_device (const Case *t, SfDevice *device, const float *values)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SfGraph) graph = sf_graph_new (device, SF_GRAPH_POISON);
  SfTensor *x = sf_test_input (graph, t->n, 1, t->tokens, t->c * 2);
  SfTensor *y = sf_geglu (graph, x);

  sf_graph_keep (graph, y);
  sf_graph_prepare (graph, &error);
  g_assert_no_error (error);
  sf_test_fill (x, values);
  sf_graph_run (graph, NULL, &error);
  g_assert_no_error (error);
  return sf_test_read (y);
}

/* On @narrow too, if there is one: the same bits. */
static void
check (const Case *t, SfFamily family, SfDevice *narrow)
{
  gsize n = (gsize)t->n * t->tokens * t->c;
  g_autofree float *x = sf_test_random (n * 2, 1, 4);
  g_autofree float *want = g_new (float, n);
  g_autofree char *name = g_strdup_printf ("%ux%ux%u", t->n, t->tokens, t->c);

  sf_cpu_geglu (want, x, t->n * t->tokens, t->c);
  g_autofree float *got = run_on_device (t, sf_test_device (family), x);
  sf_test_compare (name, got, want, n, 1e-5);
  if (narrow == NULL)
    return;
  g_autofree float *bands = run_on_device (t, narrow, x);
  g_assert_cmpmem (got, n * sizeof *got, bands, n * sizeof *got);
}

static void
test_small (gconstpointer family)
{
  g_autoptr (SfDevice) narrow = sf_test_device_narrow (GPOINTER_TO_UINT (family), 8192);

  for (guint i = 0; i < G_N_ELEMENTS (small); i++)
    check (&small[i], GPOINTER_TO_UINT (family), narrow);
}

static void
test_large (gconstpointer family)
{
  for (guint i = 0; i < G_N_ELEMENTS (large); i++)
    check (&large[i], GPOINTER_TO_UINT (family), NULL);
}

/* The GELU is the one by erf: with a = 1 the tanh formula is up to 5e-4 away. */
static void
test_erf (gconstpointer family)
{
  const guint tokens = 256, c = 8;
  Case t = { 1, tokens, c };
  float x[256 * 16], want[256 * 8];

  for (guint i = 0; i < tokens * c; i++)
    {
      x[i / c * 2 * c + i % c] = 1;
      x[i / c * 2 * c + c + i % c] = (i - 1024.0f) / 128;
    }
  sf_cpu_geglu (want, x, tokens, c);
  g_autofree float *got = run_on_device (&t, sf_test_device (GPOINTER_TO_UINT (family)), x);
  for (guint i = 0; i < tokens * c; i++)
    g_assert_cmpfloat_with_epsilon (got[i], want[i], 2e-6);
}

int
main (int argc, char **argv)
{
  gboolean small_ones = sf_test_small (argc, argv), large_ones = sf_test_large (argc, argv);

  g_test_init (&argc, &argv, NULL);
  if (small_ones)
    {
      sf_test_add_families ("/ops/geglu/small", test_small);
      sf_test_add_families ("/ops/geglu/erf", test_erf);
    }
  if (large_ones)
    sf_test_add_families ("/ops/geglu/large", test_large);
  return sf_test_run ();
}
