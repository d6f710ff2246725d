/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "cpu/cpu.h"
#include "support/sf-test.h"

typedef struct
{
  guint n, tq, tk, heads, d;
  gboolean causal;
} Case;

/* Single tokens, fewer and more keys than a tile has, odd numbers of both, batches. */
static const Case small[] = {
  { 1, 1, 1, 1, 8 },          { 1, 5, 5, 2, 8, TRUE }, { 2, 19, 3, 1, 16 },
  { 2, 33, 35, 2, 24, TRUE }, { 1, 70, 77, 2, 40 },
};

/* Head sizes of real models: CLIP 64, SD1.5 40, 80 and 160, the VAE 512; and an odd one. */
static const Case large[] = {
  { 1, 77, 77, 3, 64, TRUE }, { 2, 65, 77, 2, 80 },        { 1, 40, 67, 2, 160 },
  { 1, 50, 50, 1, 512 },      { 1, 37, 41, 1, 168, TRUE },
};

typedef struct
{
  float *q, *k, *v, *want;
  gsize size;
} Values;

static Values
values_new (const Case *t)
{
  gsize nq = (gsize)t->n * t->tq * t->heads * t->d, nk = (gsize)t->n * t->tk * t->heads * t->d;
  Values v = {
    .q = sf_test_random (nq, 1, 3),
    .k = sf_test_random (nk, 2, 3),
    .v = sf_test_random (nk, 3, 1),
    .want = g_new (float, nq),
    .size = nq,
  };
  sf_cpu_attention (v.want, v.q, v.k, v.v, t->n, t->tq, t->tk, t->heads, t->d, t->causal);
  return v;
}

static void
values_clear (Values *v)
{
  g_free (v->q);
  g_free (v->k);
  g_free (v->v);
  g_free (v->want);
}

/* Where run_on_device() puts queries, keys and values. */
typedef enum
{
  APART,
  PACKED, /* keys and values in one tensor, and queries too where they are as many */
} Layout;

/* Rows of @c floats into rows of @pitch, from @first on. */
static void
lay (float *dst, const float *src, gsize rows, guint c, guint pitch, guint first)
{
  for (gsize row = 0; row < rows; row++)
    memcpy (dst + row * pitch + first, src + row * c, c * sizeof *src);
}

/* Fills @tensor, whose rows are wider than what attention reads. */
static void
fill_packed (SfTensor *tensor, const Case *t, const Values *v, guint keys_first)
{
  gsize rows = sf_tensor_rows (tensor);
  guint c = t->heads * t->d;
  g_autofree float *values = sf_test_random (rows * tensor->c, 4, 9);

  if (keys_first > 0)
    lay (values, v->q, rows, c, tensor->c, 0);
  lay (values, v->k, rows, c, tensor->c, keys_first);
  lay (values, v->v, rows, c, tensor->c, keys_first + c);
  sf_test_fill (tensor, values);
}

static SfTensor *
build (SfGraph *graph, const Case *t, Layout layout, SfTensor *q, SfTensor *k, SfTensor *v)
{
  guint c = t->heads * t->d, keys_first = q == k ? c : 0;

  if (layout == APART)
    return sf_attention (graph, q, k, v, t->heads, t->causal);
  return sf_attention_packed (graph, &(SfChannels){ q, 0 }, &(SfChannels){ k, keys_first },
                              &(SfChannels){ v, keys_first + c }, c, t->heads, t->causal);
}

static float *
run_on_device (const Case *t, const Values *v, SfDevice *device, Layout layout)
{
  g_autoptr (SfGraph) graph = sf_graph_new (device, SF_GRAPH_POISON);
  guint c = t->heads * t->d, wide = layout == PACKED ? 3 * c + 8 : c;
  SfTensor *k = sf_test_input (graph, t->n, 1, t->tk, wide);
  SfTensor *values = layout == PACKED ? k : sf_test_input (graph, t->n, 1, t->tk, c);
  SfTensor *q = layout == PACKED && t->tq == t->tk ? k : sf_test_input (graph, t->n, 1, t->tq, c);
  SfTensor *y = build (graph, t, layout, q, k, values);

  sf_graph_keep (graph, y);
  sf_test_prepare (graph);
  if (q != k)
    sf_test_fill (q, v->q);
  if (layout == PACKED)
    fill_packed (k, t, v, q == k ? c : 0);
  else
    {
      sf_test_fill (k, v->k);
      sf_test_fill (values, v->v);
    }
  sf_test_go (graph);
  return sf_test_read (y);
}

static void
check (gconstpointer data, SfFamily family)
{
  const Case *t = data;
  Values v = values_new (t);
  g_autofree float *got = run_on_device (t, &v, sf_test_device (family), APART);
  g_autofree float *packed = run_on_device (t, &v, sf_test_device (family), PACKED);
  g_autofree char *name = g_strdup_printf ("%ux %u queries, %u keys, %u heads of %u%s", t->n, t->tq,
                                           t->tk, t->heads, t->d, t->causal ? ", causal" : "");

  sf_test_compare (name, got, v.want, v.size, 2e-5);
  g_assert_cmpmem (got, v.size * sizeof *got, packed, v.size * sizeof *packed);
  values_clear (&v);
}

/* Submissions so small that bands are as short as can be: the same bits. */
static void
test_bands (gconstpointer family)
{
  const Case cases[] = { { 2, 200, 30, 1, 8, TRUE }, { 1, 131, 9, 2, 16 } };
  g_autoptr (SfDevice) device = sf_test_device_open (GPOINTER_TO_UINT (family), 1e-6);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Values v = values_new (&cases[i]);
      gsize bytes = v.size * sizeof (float);
      g_autofree float *whole
          = run_on_device (&cases[i], &v, sf_test_device (GPOINTER_TO_UINT (family)), APART);
      g_autofree float *bands = run_on_device (&cases[i], &v, device, PACKED);
      g_assert_cmpmem (whole, bytes, bands, bytes);
      sf_test_compare ("bands", bands, v.want, v.size, 2e-5);
      values_clear (&v);
    }
}

/* Whether lanes store for each other, which only vectors of 512 bits do: the same bits. */
static void
test_apart (gconstpointer family)
{
  const Case t = { 2, 33, 35, 2, 24 };
  g_autoptr (SfDevice) device = sf_test_device_apart (GPOINTER_TO_UINT (family));
  Values v = values_new (&t);
  g_autofree float *together
      = run_on_device (&t, &v, sf_test_device (GPOINTER_TO_UINT (family)), APART);
  g_autofree float *apart = run_on_device (&t, &v, device, APART);

  g_assert_cmpmem (together, v.size * sizeof *together, apart, v.size * sizeof *apart);
  sf_test_compare ("apart", apart, v.want, v.size, 2e-5);
  values_clear (&v);
}

/* With matrix units, whose factors are halves: every kind of head that they take, and one that they
 * don't. */
static void
test_matrix (void)
{
  const Case cases[] = { { 2, 70, 77, 2, 40 },
                         { 1, 37, 41, 1, 64, TRUE },
                         { 1, 33, 32, 1, 80 },
                         { 1, 20, 37, 1, 160 },
                         { 1, 5, 3, 1, 168 } };
  g_autoptr (SfDevice) device = sf_test_device_matrix_or_skip ();

  if (device == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Values v = values_new (&cases[i]);
      g_autofree float *got = run_on_device (&cases[i], &v, device, PACKED);
      sf_test_compare ("matrix", got, v.want, v.size, 4e-3);
      values_clear (&v);
    }
}

/* A wide head where little can be bound: its scores do not fit at once. */
static void
test_narrow (gconstpointer family)
{
  const Case wide = { 2, 300, 29, 2, 184 };
  g_autoptr (SfDevice) device = sf_test_device_narrow (GPOINTER_TO_UINT (family), 65536);
  Values v = values_new (&wide);
  g_autofree float *got = run_on_device (&wide, &v, device, APART);

  sf_test_compare ("narrow", got, v.want, v.size, 2e-5);
  values_clear (&v);
}

/* --small: only what a very slow driver can do too; --large: the rest. */
int
main (int argc, char **argv)
{
  gboolean small_ones = sf_test_small (argc, argv), large_ones = sf_test_large (argc, argv);

  g_test_init (&argc, &argv, NULL);
  if (small_ones)
    {
      sf_test_add_cases ("/ops/attention/small", SF_TEST_CASES (small), check);
      sf_test_add_families ("/ops/attention/bands", test_bands);
      sf_test_add_families ("/ops/attention/narrow", test_narrow);
      sf_test_add_families ("/ops/attention/apart", test_apart);
    }
  if (large_ones)
    {
      sf_test_add_cases ("/ops/attention/large", SF_TEST_CASES (large), check);
      g_test_add_func ("/ops/attention/matrix", test_matrix);
    }
  return sf_test_run ();
}
