/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "cpu/cpu.h"
#include "support/sf-test.h"

typedef struct
{
  guint n, length, c, vocabulary;
  SfDtype tokens, positions;
} Case;

static const Case small[] = {
  { 1, 1, 3, 5, SF_DTYPE_F32, SF_DTYPE_F32 },
  { 2, 9, 20, 300, SF_DTYPE_F16, SF_DTYPE_F32 },
  { 3, 7, 12, 300, SF_DTYPE_F32, SF_DTYPE_F16 },
  { 1, 77, 40, 1000, SF_DTYPE_F16, SF_DTYPE_F16 },
};

static const Case large[] = { { 2, 77, 768, 8000, SF_DTYPE_F16, SF_DTYPE_F32 } };

typedef struct
{
  float *ids, *tokens, *positions, *want;
} Values;

static float *
table_new (guint rows, guint c, SfDtype dtype, guint seed)
{
  float *values = sf_test_random ((gsize)rows * c, seed, 1);

  for (gsize i = 0; dtype == SF_DTYPE_F16 && i < (gsize)rows * c; i++)
    values[i] = sf_float_from_half (sf_half_from_float (values[i]));
  return values;
}

static Values
values_new (const Case *t)
{
  gsize n = (gsize)t->n * t->length;
  Values v = {
    .ids = sf_test_random (n, 1, t->vocabulary / 2.0f),
    .tokens = table_new (t->vocabulary, t->c, t->tokens, 2),
    .positions = table_new (t->length, t->c, t->positions, 3),
    .want = g_new (float, n * t->c),
  };
  for (gsize i = 0; i < n; i++)
    v.ids[i] = (guint)(v.ids[i] + t->vocabulary / 2.0f);
  v.ids[0] = 0;
  v.ids[n - 1] = t->vocabulary - 1;
  sf_cpu_embed (v.want, v.ids, v.tokens, v.positions, t->n, t->length, t->c);
  return v;
}

static void
values_clear (Values *v)
{
  g_free (v->ids);
  g_free (v->tokens);
  g_free (v->positions);
  g_free (v->want);
}

/* Exactly equal: one sum of two numbers. */
static void
check (const Case *t, const Values *v, SfDevice *device)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SfGraph) graph = sf_graph_new (device, SF_GRAPH_POISON);
  g_autoptr (SfWeightStore) store = sf_weight_store_new (device);
  gsize bytes = (gsize)t->n * t->length * t->c * sizeof (float);
  SfTensor *ids = sf_test_input (graph, t->n, 1, t->length, 1);
  SfTensor *tokens = sf_weight_store_table (store, t->tokens, t->vocabulary, t->c,
                                            sf_floats (v->tokens), &error);
  SfTensor *positions = sf_weight_store_table (store, t->positions, t->length, t->c,
                                               sf_floats (v->positions), &error);
  SfTensor *y = sf_embed (graph, ids, tokens, positions);

  sf_graph_keep (graph, y);
  sf_graph_prepare (graph, &error);
  g_assert_no_error (error);
  sf_test_fill (ids, v->ids);
  sf_graph_run (graph, NULL, &error);
  g_assert_no_error (error);
  g_autofree float *got = sf_test_read (y);
  g_assert_cmpmem (got, bytes, v->want, bytes);
}

/* Narrow bindings hold the table in pieces. */
static void
test_small (gconstpointer family)
{
  g_autoptr (SfDevice) narrow = sf_test_device_narrow (GPOINTER_TO_UINT (family), 16384);

  for (guint i = 0; i < G_N_ELEMENTS (small); i++)
    {
      Values v = values_new (&small[i]);
      check (&small[i], &v, sf_test_device (GPOINTER_TO_UINT (family)));
      check (&small[i], &v, narrow);
      values_clear (&v);
    }
}

static void
test_large (gconstpointer family)
{
  for (guint i = 0; i < G_N_ELEMENTS (large); i++)
    {
      Values v = values_new (&large[i]);
      check (&large[i], &v, sf_test_device (GPOINTER_TO_UINT (family)));
      values_clear (&v);
    }
}

/* Numbers outside of the table read its nearest row, and nothing else. */
static void
test_outside (gconstpointer family)
{
  const Case t = { 1, 4, 8, 10, SF_DTYPE_F32, SF_DTYPE_F32 };
  Values v = values_new (&t);
  const float inside[] = { 0, 9, 9, 3 }, outside[] = { -5, 10, 1e6f, 3 };

  memcpy (v.ids, inside, sizeof inside);
  sf_cpu_embed (v.want, v.ids, v.tokens, v.positions, t.n, t.length, t.c);
  memcpy (v.ids, outside, sizeof outside);
  check (&t, &v, sf_test_device (GPOINTER_TO_UINT (family)));
  values_clear (&v);
}

int
main (int argc, char **argv)
{
  gboolean small_ones = sf_test_small (argc, argv), large_ones = sf_test_large (argc, argv);

  g_test_init (&argc, &argv, NULL);
  if (small_ones)
    {
      sf_test_add_families ("/ops/embed/small", test_small);
      sf_test_add_families ("/ops/embed/outside", test_outside);
    }
  if (large_ones)
    sf_test_add_families ("/ops/embed/large", test_large);
  return sf_test_run ();
}
