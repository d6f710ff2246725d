/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "cpu/cpu.h"
#include "support/sf-test.h"

/* @mean: what is added to every value, in deviations. */
typedef struct
{
  guint n, h, w, c0, c1, groups;
  gboolean silu;
  float mean;
} Case;

/* Groups of 1, 3, 5, 10, 20, 30 channels that begin anywhere, and seams within a group. */
static const Case small[] = {
  { 1, 1, 1, 8, 0, 2 },
  { 1, 5, 7, 3, 0, 1 },
  { 2, 4, 4, 4, 0, 4, TRUE },
  { 2, 3, 5, 5, 0, 1, TRUE },
  { 1, 9, 2, 12, 0, 4 },
  { 1, 6, 6, 20, 0, 2, TRUE },
  { 3, 3, 3, 40, 0, 4 },
  { 1, 17, 1, 8, 4, 4 },
  { 2, 4, 5, 16, 24, 2, TRUE },
  { 2, 7, 5, 40, 20, 2 },
  { 1, 8, 8, 32, 64, 32 },
  { 2, 23, 23, 32, 0, 8, FALSE, 1 },
  { 1, 40, 30, 8, 5, 13, TRUE, -10 },
};

static const Case large[] = {
  { 2, 64, 64, 320, 0, 32, TRUE, 0.3f }, { 2, 32, 32, 640, 320, 32, TRUE },
  { 1, 16, 16, 1280, 640, 32 },          { 2, 8, 8, 1280, 1280, 32, TRUE },
  { 1, 64, 64, 512, 0, 32, FALSE, 30 },  { 1, 263, 257, 16, 0, 4, FALSE, 100 },
};

typedef struct
{
  float *x, *skip, *gamma, *beta, *want;
} Values;

static gsize
rows_of (const Case *t)
{
  return (gsize)t->n * t->h * t->w;
}

/* The right half of the map is ten times larger than the left one, and channels differ. */
static float *
map_new (const Case *t, guint c, guint seed)
{
  float *values = sf_test_random (rows_of (t) * c, seed, 1);

  for (gsize i = 0; i < rows_of (t) * c; i++)
    values[i] = (values[i] + t->mean + 0.1f * (i % c % 7)) * (i / c % t->w > t->w / 2 ? 3 : 0.3f);
  return values;
}

static Values
values_new (const Case *t)
{
  guint c = t->c0 + t->c1;
  Values v = {
    .x = map_new (t, t->c0, 1),
    .skip = t->c1 > 0 ? map_new (t, t->c1, 2) : NULL,
    .gamma = sf_test_random (c, 3, 2),
    .beta = sf_test_random (c, 4, 2),
    .want = g_new (float, rows_of (t) * c),
  };
  sf_cpu_group_norm (v.want, v.x, v.skip, v.gamma, v.beta, t->n, t->h * t->w, t->c0, t->c1,
                     t->groups, 1e-5f, t->silu);
  return v;
}

static void
values_clear (Values *v)
{
  g_free (v->x);
  g_free (v->skip);
  g_free (v->gamma);
  g_free (v->beta);
  g_free (v->want);
}

static float *
run_on_device (const Case *t, const Values *v, SfDevice *device)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SfGraph) graph = sf_graph_new (device, SF_GRAPH_POISON);
  g_autoptr (SfWeightStore) store = sf_weight_store_new (device);
  SfTensor *x = sf_test_input (graph, t->n, t->h, t->w, t->c0);
  SfTensor *skip = t->c1 > 0 ? sf_test_input (graph, t->n, t->h, t->w, t->c1) : NULL;
  SfTensor *gamma = sf_weight_store_vector (store, t->c0 + t->c1, v->gamma, &error);
  SfTensor *beta = sf_weight_store_vector (store, t->c0 + t->c1, v->beta, &error);
  SfTensor *y = sf_group_norm (graph, x, skip, gamma, beta, t->groups, 1e-5f, t->silu);

  sf_graph_keep (graph, y);
  sf_graph_prepare (graph, &error);
  g_assert_no_error (error);
  sf_test_fill (x, v->x);
  if (skip != NULL)
    sf_test_fill (skip, v->skip);
  sf_graph_run (graph, NULL, &error);
  g_assert_no_error (error);
  return sf_test_read (y);
}

static void
check (const Case *t, SfDevice *device)
{
  Values v = values_new (t);
  g_autofree float *got = run_on_device (t, &v, device);
  g_autofree char *name
      = g_strdup_printf ("%ux%ux%ux%u+%u / %u", t->n, t->h, t->w, t->c0, t->c1, t->groups);

  sf_test_compare (name, got, v.want, rows_of (t) * (t->c0 + t->c1), 1e-5);
  values_clear (&v);
}

static void
test_small (gconstpointer family)
{
  for (guint i = 0; i < G_N_ELEMENTS (small); i++)
    check (&small[i], sf_test_device (GPOINTER_TO_UINT (family)));
}

static void
test_large (gconstpointer family)
{
  for (guint i = 0; i < G_N_ELEMENTS (large); i++)
    check (&large[i], sf_test_device (GPOINTER_TO_UINT (family)));
}

/* Bindings so narrow that a map takes several dispatches: the same bits. */
static void
test_bands (gconstpointer family)
{
  g_autoptr (SfDevice) device = sf_test_device_narrow (GPOINTER_TO_UINT (family), 8192);

  for (guint i = 0; i < G_N_ELEMENTS (small); i++)
    {
      Values v = values_new (&small[i]);
      gsize bytes = rows_of (&small[i]) * (small[i].c0 + small[i].c1) * sizeof (float);
      g_autofree float *whole
          = run_on_device (&small[i], &v, sf_test_device (GPOINTER_TO_UINT (family)));
      g_autofree float *bands = run_on_device (&small[i], &v, device);
      g_assert_cmpmem (whole, bytes, bands, bytes);
      values_clear (&v);
    }
}

/* A first row that lies far from all others costs no precision. */
static void
test_outlier (gconstpointer family)
{
  const Case t = { 1, 40, 40, 16, 0, 4 };
  Values v = values_new (&t);

  for (guint c = 0; c < 16; c++)
    v.x[c] = c % 2 ? 3000 : -1000;
  sf_cpu_group_norm (v.want, v.x, NULL, v.gamma, v.beta, 1, 1600, 16, 0, 4, 1e-5f, FALSE);
  g_autofree float *got = run_on_device (&t, &v, sf_test_device (GPOINTER_TO_UINT (family)));
  sf_test_compare ("outlier", got, v.want, 1600 * 16, 1e-5);
  values_clear (&v);
}

int
main (int argc, char **argv)
{
  gboolean small_ones = sf_test_small (argc, argv), large_ones = sf_test_large (argc, argv);

  g_test_init (&argc, &argv, NULL);
  if (small_ones)
    {
      sf_test_add_families ("/ops/group-norm/small", test_small);
      sf_test_add_families ("/ops/group-norm/bands", test_bands);
      sf_test_add_families ("/ops/group-norm/outlier", test_outlier);
    }
  if (large_ones)
    sf_test_add_families ("/ops/group-norm/large", test_large);
  return sf_test_run ();
}
