/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "cpu/cpu.h"
#include "ops/split.h"
#include "support/sf-test.h"
#include "support/tiles.h"

/* What is tested: sizes, and what the epilogue has. */
typedef struct
{
  guint n, hw, k, c;
  SfDtype dtype;
  gboolean bias, shift, residual;
  SfActivation activation;
} Case;

/* Tails in every direction, single rows, odd channels, batches; every part of the epilogue. */
static const Case small[] = {
  { 1, 1, 8, 8, SF_DTYPE_F32 },
  { 1, 16, 64, 32, SF_DTYPE_F16 },
  { 1, 77, 40, 20, SF_DTYPE_F16, .bias = TRUE },
  { 2, 3, 3, 4, SF_DTYPE_F32, .bias = TRUE, .shift = TRUE },
  { 2, 1, 20, 72, SF_DTYPE_F16, .bias = TRUE, .activation = SF_ACTIVATION_SILU },
  { 2, 9, 20, 12, SF_DTYPE_F16, TRUE, FALSE, TRUE, SF_ACTIVATION_RELU },
  { 3, 5, 12, 5, SF_DTYPE_F32, .residual = TRUE, .activation = SF_ACTIVATION_GELU },
  { 2, 33, 24, 33, SF_DTYPE_F16, .shift = TRUE, .activation = SF_ACTIVATION_QUICK_GELU },
  { 2, 17, 5, 100, SF_DTYPE_F32, TRUE, TRUE, TRUE, SF_ACTIVATION_SILU },
  { 1, 31, 56, 3, SF_DTYPE_F16, TRUE, FALSE, TRUE, SF_ACTIVATION_GELU },
  { 1, 1, 8, 16, SF_DTYPE_F32, .activation = SF_ACTIVATION_GEGLU },
  { 2, 17, 20, 48, SF_DTYPE_F16, .bias = TRUE, .activation = SF_ACTIVATION_GEGLU },
  { 1, 70, 24, 176, SF_DTYPE_F32, .bias = TRUE, .activation = SF_ACTIVATION_GEGLU },
};

static const Case large[] = {
  { 1, 130, 320, 260, SF_DTYPE_F16, TRUE, FALSE, TRUE },
  { 2, 150, 100, 129, SF_DTYPE_F32, TRUE, TRUE, FALSE, SF_ACTIVATION_GELU },
  { 1, 4, 1280, 640, SF_DTYPE_F16, TRUE, FALSE, FALSE, SF_ACTIVATION_SILU },
  { 2, 130, 320, 2560, SF_DTYPE_F16, TRUE, FALSE, FALSE, SF_ACTIVATION_GEGLU },
};

typedef struct
{
  float *x, *weight, *bias, *shift, *residual, *want;
} Values;

static gboolean
is_gated (const Case *t)
{
  return t->activation == SF_ACTIVATION_GEGLU;
}

static gsize
result_size (const Case *t)
{
  return (gsize)t->n * t->hw * (is_gated (t) ? t->c / 2 : t->c);
}

static void
work_out (const Case *t, Values *v)
{
  guint rows = t->n * t->hw;
  g_autofree float *sums = g_new (float, rows * t->c);

  sf_cpu_matmul (sums, v->x, v->weight, rows, t->k, t->c);
  sf_cpu_epilogue (sums, v->bias, v->shift, v->residual, t->activation, t->n, t->hw, t->c);
  if (is_gated (t))
    sf_cpu_geglu (v->want, sums, rows, t->c / 2);
  else
    memcpy (v->want, sums, result_size (t) * sizeof *sums);
}

static Values
values_new (const Case *t)
{
  gsize rows = (gsize)t->n * t->hw;
  Values v = {
    .x = sf_test_random (rows * t->k, 1, 2),
    .weight = sf_test_random ((gsize)t->k * t->c, 2, 1),
    .bias = t->bias ? sf_test_random (t->c, 3, 2) : NULL,
    .shift = t->shift ? sf_test_random ((gsize)t->n * t->c, 4, 2) : NULL,
    .residual = t->residual ? sf_test_random (rows * t->c, 5, 2) : NULL,
    .want = g_new (float, result_size (t)),
  };
  if (t->dtype == SF_DTYPE_F16)
    sf_test_round_to_halves (v.weight, (gsize)t->k * t->c);
  work_out (t, &v);
  return v;
}

static void
values_clear (Values *v)
{
  g_free (v->x);
  g_free (v->weight);
  g_free (v->bias);
  g_free (v->shift);
  g_free (v->residual);
  g_free (v->want);
}

static SfTensor *
store_matrix (const Case *t, const Values *v, SfWeightStore *store)
{
  g_autoptr (GError) error = NULL;
  SfTensor *weight = is_gated (t) ? sf_weight_store_gated_matrix (store, t->dtype, t->c, t->k,
                                                                  sf_floats (v->weight), &error)
                                  : sf_weight_store_matrix (store, t->dtype, t->c, t->k, 1,
                                                            sf_floats (v->weight), &error);

  g_assert_no_error (error);
  return weight;
}

static SfTensor *
store_bias (const Case *t, const Values *v, SfWeightStore *store)
{
  g_autoptr (GError) error = NULL;
  SfTensor *bias = NULL;

  if (t->bias)
    bias = is_gated (t) ? sf_weight_store_gated_vector (store, t->c, v->bias, &error)
                        : sf_weight_store_vector (store, t->c, v->bias, &error);
  g_assert_no_error (error);
  return bias;
}

static float *
run_on_device (const Case *t, const Values *v, SfDevice *device)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SfGraph) graph = sf_graph_new (device, SF_GRAPH_POISON);
  g_autoptr (SfWeightStore) store = sf_weight_store_new (device);
  SfTensor *x = sf_test_input (graph, t->n, 1, t->hw, t->k);
  SfTensor *weight = store_matrix (t, v, store);
  SfEpilogue epilogue = {
    .bias = store_bias (t, v, store),
    .shift = t->shift ? sf_test_shift (graph, t->n, t->c) : NULL,
    .shift_first = t->shift ? SF_TEST_SHIFT_FIRST : 0,
    .residual = t->residual ? sf_test_input (graph, t->n, 1, t->hw, t->c) : NULL,
    .activation = t->activation,
  };
  SfTensor *y = sf_matmul (graph, x, weight, &epilogue);

  sf_graph_keep (graph, y);
  sf_graph_prepare (graph, &error);
  g_assert_no_error (error);
  sf_test_fill (x, v->x);
  if (t->shift)
    sf_test_fill_shift (epilogue.shift, v->shift);
  if (t->residual)
    sf_test_fill (epilogue.residual, v->residual);
  sf_graph_run (graph, NULL, &error);
  g_assert_no_error (error);
  return sf_test_read (y);
}

static void
check (gconstpointer data, SfFamily family)
{
  const Case *t = data;
  Values v = values_new (t);
  g_autofree float *got = run_on_device (t, &v, sf_test_device (family));
  g_autofree char *name = g_strdup_printf ("%ux%u %u->%u", t->n, t->hw, t->k, t->c);

  sf_test_compare (name, got, v.want, result_size (t), 1e-5);
  values_clear (&v);
}

/* Submissions so small that every tile is a band of its own: the same bits. */
static void
test_bands (gconstpointer family)
{
  g_autoptr (SfDevice) device = sf_test_device_open (GPOINTER_TO_UINT (family), 1e-6);

  for (guint i = 0; i < G_N_ELEMENTS (small); i++)
    {
      Values v = values_new (&small[i]);
      gsize bytes = result_size (&small[i]) * sizeof (float);
      g_autofree float *whole
          = run_on_device (&small[i], &v, sf_test_device (GPOINTER_TO_UINT (family)));
      g_autofree float *bands = run_on_device (&small[i], &v, device);
      g_assert_cmpmem (whole, bytes, bands, bytes);
      values_clear (&v);
    }
}

/* For support/tiles.h. */
typedef struct
{
  const Case *t;
  Values v;
} Job;

static float *
run_job (gconstpointer data, SfDevice *device)
{
  const Job *job = data;

  return run_on_device (job->t, &job->v, device);
}

static guint
check_tiles (const Case *t, double tol,
             guint (*every) (SfTestRun run, gconstpointer job, const SfTestResult *result))
{
  Job job = { t, values_new (t) };
  SfTestResult result = { job.v.want, result_size (t), tol };
  guint n_tiles = every (run_job, &job, &result);

  values_clear (&job.v);
  return n_tiles;
}

/* Every tile of the storage family gives the same bits. */
static void
test_tiles (void)
{
  const Case t = { 2, 93, 52, 149, SF_DTYPE_F16, TRUE, TRUE, TRUE, SF_ACTIVATION_SILU };

  g_assert_cmpuint (check_tiles (&t, 1e-5, sf_test_every_tile), >, 0);
}

/* So do the tiles of the matrix units, other ones: both factors are halves. With cut matrices, with
 * whole ones only, and with K in parts. */
static void
test_matrix (void)
{
  const Case cases[]
      = { { 2, 93, 52, 149, SF_DTYPE_F16, TRUE, TRUE, TRUE, SF_ACTIVATION_SILU },
          { 1, 70, 20, 66, SF_DTYPE_F32 },
          { 1, 150, 320, 130, SF_DTYPE_F16, TRUE },
          { 2, 48, 40, 96, SF_DTYPE_F16, TRUE, TRUE, TRUE },
          { 1, 64, 40, 160, SF_DTYPE_F16, TRUE, .activation = SF_ACTIVATION_GELU },
          { 2, 16, 1000, 48, SF_DTYPE_F16, TRUE, TRUE, TRUE },
          { 2, 17, 600, 48, SF_DTYPE_F16, TRUE, .activation = SF_ACTIVATION_GEGLU } };
  guint n_tiles = 0;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    n_tiles += check_tiles (&cases[i], 1e-3, sf_test_every_matrix_tile);
  if (n_tiles == 0)
    g_test_skip ("the device has no matrix units");
}

/* The taller tile of the texel family: the same bits. */
static void
test_tall (void)
{
  g_autoptr (SfDevice) tall = sf_test_device_tall ();

  for (guint i = 0; i < G_N_ELEMENTS (large); i++)
    {
      Values v = values_new (&large[i]);
      gsize n = result_size (&large[i]);
      g_autofree float *usual = run_on_device (&large[i], &v, sf_test_device (SF_FAMILY_TEXEL));
      g_autofree float *got = run_on_device (&large[i], &v, tall);
      sf_test_compare ("tall", got, v.want, n, 1e-5);
      g_assert_cmpmem (got, n * sizeof (float), usual, n * sizeof (float));
      values_clear (&v);
    }
}

/* More sums than one line of workgroups makes, as of a prompt of thousands of words. */
static void
test_many_sums (void)
{
  const guint rows = 2050, c = 8192;
  const gsize n = (gsize)rows * c;
  g_autoptr (SfGraph) graph = sf_graph_new (sf_test_device (SF_FAMILY_STORAGE), SF_GRAPH_DEFAULT);
  g_autofree float *values = g_new (float, 2 * n);
  SfTensor *sums = sf_test_input (graph, 2, 1, rows, c);
  SfTensor *y = sf_graph_tensor (graph, SF_TENSOR_WORK, 1, 1, rows, c);

  for (gsize i = 0; i < 2 * n; i++)
    values[i] = i % 8191;
  sf_split_append (graph, sums, y, &(SfEpilogue){ 0 });
  sf_graph_keep (graph, y);
  sf_test_prepare (graph);
  sf_test_fill (sums, values);
  sf_test_go (graph);
  g_autofree float *got = sf_test_read (y);
  for (gsize i = 0; i < n; i++)
    g_assert_cmpfloat (got[i], ==, values[i] + values[i + n]);
}

/* Every finite half reaches the product as it is, subnormals too: y[0][c] = 1·half. */
static void
test_halves (gconstpointer family)
{
  const guint n = 63488;
  Case t = { 1, 1, 8, n / 8, SF_DTYPE_F16 };
  g_autofree float *half = g_new (float, n);
  Values v = values_new (&t);

  for (guint i = 0; i < n; i++)
    half[i] = sf_float_from_half (i < n / 2 ? i : i - n / 2 + 0x8000);
  for (guint k = 0; k < 8; k++)
    {
      memset (v.x, 0, 8 * sizeof (float));
      v.x[k] = 1;
      memcpy (v.weight, half, n * sizeof (float));
      g_autofree float *got = run_on_device (&t, &v, sf_test_device (GPOINTER_TO_UINT (family)));
      for (guint c = 0; c < t.c; c++)
        g_assert_cmpfloat (got[c], ==, half[c * 8 + k]);
    }
  values_clear (&v);
}

/* The GELU is the one by erf: with a value of 1 the tanh formula is up to 5e-4 away. */
static void
test_erf (gconstpointer family)
{
  const guint c = 2048;
  const Case t = { 1, 1, 8, 2 * c, SF_DTYPE_F16, .bias = TRUE, .activation = SF_ACTIVATION_GEGLU };
  Values v = values_new (&t);

  memset (v.x, 0, 8 * sizeof (float));
  for (guint i = 0; i < c; i++)
    {
      v.bias[i] = 1;
      v.bias[c + i] = (i - 1024.0f) / 128;
    }
  work_out (&t, &v);
  g_autofree float *got = run_on_device (&t, &v, sf_test_device (GPOINTER_TO_UINT (family)));
  for (guint i = 0; i < c; i++)
    g_assert_cmpfloat_with_epsilon (got[i], v.want[i], 2e-6);
  values_clear (&v);
}

/* Values that no half can hold keep a matrix in F32. */
static void
test_overflow (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SfWeightStore) store = sf_weight_store_new (sf_test_device (SF_FAMILY_AUTO));
  float values[16] = { 65504, -65504 };
  SfTensor *fits
      = sf_weight_store_matrix (store, SF_DTYPE_F16, 2, 8, 1, sf_floats (values), &error);

  g_assert_no_error (error);
  g_assert_cmpint (fits->dtype, ==, SF_DTYPE_F16);
  values[3] = -70000;
  SfTensor *large_values
      = sf_weight_store_matrix (store, SF_DTYPE_F16, 2, 8, 1, sf_floats (values), &error);
  g_assert_no_error (error);
  g_assert_cmpint (large_values->dtype, ==, SF_DTYPE_F32);
}

/* --small: only what a very slow driver can do too; --large: the rest. */
int
main (int argc, char **argv)
{
  gboolean small_ones = sf_test_small (argc, argv), large_ones = sf_test_large (argc, argv);

  g_test_init (&argc, &argv, NULL);
  if (small_ones)
    {
      sf_test_add_cases ("/ops/matmul/small", SF_TEST_CASES (small), check);
      sf_test_add_families ("/ops/matmul/bands", test_bands);
      sf_test_add_families ("/ops/matmul/erf", test_erf);
      g_test_add_func ("/ops/matmul/overflow", test_overflow);
    }
  if (large_ones)
    {
      sf_test_add_cases ("/ops/matmul/large", SF_TEST_CASES (large), check);
      sf_test_add_families ("/ops/matmul/halves", test_halves);
      g_test_add_func ("/ops/matmul/tall", test_tall);
      g_test_add_func ("/ops/matmul/many-sums", test_many_sums);
      g_test_add_func ("/ops/matmul/tiles", test_tiles);
      g_test_add_func ("/ops/matmul/matrix", test_matrix);
    }
  return sf_test_run ();
}
