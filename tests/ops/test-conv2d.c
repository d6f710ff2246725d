/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cpu/cpu.h"
#include "graph/view.h"
#include "support/sf-test.h"
#include "support/tiles.h"

#define SAME                                                                                       \
  {                                                                                                \
    1, 1, 1, 1                                                                                     \
  }
#define DOWN                                                                                       \
  {                                                                                                \
    2, 1, 1, 1                                                                                     \
  }
#define VAE_DOWN                                                                                   \
  {                                                                                                \
    2, 1, 0, 1                                                                                     \
  }
#define UP                                                                                         \
  {                                                                                                \
    1, 2, 1, 1                                                                                     \
  }

/* What is tested: sizes of the input, channels k → c, geometry, and what the epilogue has. */
typedef struct
{
  guint n, h, w, k, c;
  SfConv2d conv;
  SfDtype dtype;
  gboolean bias, shift, residual;
  SfActivation activation;
  SfTaps taps; /* 0: SF_TAPS_3X3 */
} Case;

/* F(2×2, 3×3), which the texel family has: whole and cut tiles, several bands. */
static const Case winograd[] = {
  { 1, 1, 1, 8, 8, SAME, SF_DTYPE_F32, .taps = SF_TAPS_WINOGRAD },
  { 2, 5, 7, 12, 20, SAME, SF_DTYPE_F32, TRUE, TRUE, FALSE, SF_ACTIVATION_SILU, SF_TAPS_WINOGRAD },
  { 1, 9, 6, 40, 3, SAME, SF_DTYPE_F32, TRUE, FALSE, TRUE, SF_ACTIVATION_RELU, SF_TAPS_WINOGRAD },
  { 2, 4, 8, 20, 72, SAME, SF_DTYPE_F32, TRUE, TRUE, TRUE, SF_ACTIVATION_GELU, SF_TAPS_WINOGRAD },
  { 1, 6, 6, 40, 40, SAME, SF_DTYPE_F16, TRUE, .taps = SF_TAPS_WINOGRAD },
};

/* The same of doubled pixels, whose last line and column may be cropped. The storage family has
 * those of 32 channels, or a multiple. */
static const Case doubled[] = {
  { 1, 1, 1, 8, 8, UP, SF_DTYPE_F32, .taps = SF_TAPS_WINOGRAD_DOUBLED },
  { 2, 3, 5, 20, 8, UP, SF_DTYPE_F32, TRUE, FALSE, TRUE, .taps = SF_TAPS_WINOGRAD_DOUBLED },
  { 2, 3, 4, 12, 8, { 1, 2, 1, 1, 1, 0 }, SF_DTYPE_F32, TRUE, .taps = SF_TAPS_WINOGRAD_DOUBLED },
  { 1, 5, 3, 8, 12, { 1, 2, 1, 1, 0, 1 }, SF_DTYPE_F32, TRUE, .taps = SF_TAPS_WINOGRAD_DOUBLED },
  { 2, 5, 6, 32, 40, UP, SF_DTYPE_F32, TRUE, TRUE, TRUE, SF_ACTIVATION_SILU,
    SF_TAPS_WINOGRAD_DOUBLED },
  { 2, 5, 7, 32, 20, { 1, 2, 1, 1, 1, 1 }, SF_DTYPE_F32, TRUE, .taps = SF_TAPS_WINOGRAD_DOUBLED },
  { 1, 6, 6, 64, 40, UP, SF_DTYPE_F16, TRUE, .taps = SF_TAPS_WINOGRAD_DOUBLED },
};

/* Images smaller than a tile and than the kernel, odd sizes, odd channels, batches. */
static const Case small[] = {
  { 1, 1, 1, 8, 8, SAME, SF_DTYPE_F32 },
  { 1, 8, 8, 4, 40, SAME, SF_DTYPE_F16, .bias = TRUE },
  { 2, 5, 7, 12, 20, SAME, SF_DTYPE_F32, TRUE, TRUE, FALSE, SF_ACTIVATION_SILU },
  { 1, 9, 6, 40, 3, SAME, SF_DTYPE_F16, TRUE, FALSE, TRUE },
  { 2, 7, 5, 5, 33, DOWN, SF_DTYPE_F16, TRUE },
  { 1, 8, 6, 3, 12, VAE_DOWN, SF_DTYPE_F32, TRUE },
  { 2, 4, 5, 12, 12, SAME, SF_DTYPE_F16, TRUE, FALSE, TRUE, SF_ACTIVATION_RELU },
  { 1, 5, 4, 12, 20, SAME, SF_DTYPE_F16, TRUE, FALSE, FALSE, SF_ACTIVATION_RELU },
  { 2, 3, 5, 20, 8, UP, SF_DTYPE_F16, TRUE, FALSE, TRUE, SF_ACTIVATION_GELU },
  { 2, 3, 4, 12, 8, { 1, 2, 1, 1, 1, 0 }, SF_DTYPE_F32, TRUE },
  { 1, 5, 3, 8, 12, { 1, 2, 1, 1, 0, 1 }, SF_DTYPE_F16, TRUE },
  { 1, 2, 3, 24, 5, UP, SF_DTYPE_F32, FALSE, TRUE, TRUE, SF_ACTIVATION_QUICK_GELU },
};

static const Case large[] = {
  { 2, 24, 20, 72, 100, SAME, SF_DTYPE_F16, TRUE, TRUE, TRUE, SF_ACTIVATION_SILU },
  { 1, 33, 31, 64, 64, DOWN, SF_DTYPE_F32, TRUE },
  { 1, 32, 32, 20, 40, VAE_DOWN, SF_DTYPE_F16, TRUE },
  { 2, 13, 17, 40, 36, UP, SF_DTYPE_F16, TRUE },
  { 1, 17, 19, 24, 40, { 1, 2, 1, 1, 1, 1 }, SF_DTYPE_F32, TRUE },
};

typedef struct
{
  float *x, *weight, *bias, *shift, *residual, *want;
  guint h, w; /* of the output */
  gsize size;
} Values;

static Values
values_new (const Case *t)
{
  guint up = t->conv.upsample, pad = t->conv.pad_begin + t->conv.pad_end;
  Values v = { .h = (t->h * up - t->conv.crop_h + pad - 3) / t->conv.stride + 1,
               .w = (t->w * up - t->conv.crop_w + pad - 3) / t->conv.stride + 1 };

  v.size = (gsize)t->n * v.h * v.w * t->c;
  v.x = sf_test_random ((gsize)t->n * t->h * t->w * t->k, 1, 2);
  v.weight = sf_test_random ((gsize)t->k * t->c * 9, 2, 1);
  v.bias = t->bias ? sf_test_random (t->c, 3, 2) : NULL;
  v.shift = t->shift ? sf_test_random ((gsize)t->n * t->c, 4, 2) : NULL;
  v.residual = t->residual ? sf_test_random (v.size, 5, 2) : NULL;
  v.want = g_new (float, v.size);
  if (t->dtype == SF_DTYPE_F16)
    sf_test_round_to_halves (v.weight, (gsize)t->k * t->c * 9);
  sf_cpu_conv2d (v.want, v.x, v.weight, t->n, t->h, t->w, t->k, t->c, &t->conv);
  sf_cpu_epilogue (v.want, v.bias, v.shift, v.residual, t->activation, t->n, v.h * v.w, t->c);
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

static float *
run_on_device (const Case *t, const Values *v, SfDevice *device)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SfGraph) graph = sf_graph_new (device, SF_GRAPH_POISON);
  g_autoptr (SfWeightStore) store = sf_weight_store_new (device);
  SfTensor *x = sf_test_input (graph, t->n, t->h, t->w, t->k);
  SfTaps taps = t->taps != 0 ? t->taps : SF_TAPS_3X3;
  SfTensor *weight
      = sf_weight_store_matrix (store, t->dtype, t->c, t->k, taps, sf_floats (v->weight), &error);
  g_assert_no_error (error);
  SfEpilogue epilogue = {
    .bias = t->bias ? sf_weight_store_vector (store, t->c, v->bias, &error) : NULL,
    .shift = t->shift ? sf_test_shift (graph, t->n, t->c) : NULL,
    .shift_first = t->shift ? SF_TEST_SHIFT_FIRST : 0,
    .residual = t->residual ? sf_test_input (graph, t->n, v->h, v->w, t->c) : NULL,
    .activation = t->activation,
  };
  SfTensor *y = sf_conv2d (graph, x, weight, &t->conv, &epilogue);

  g_assert_cmpuint (y->h, ==, v->h);
  g_assert_cmpuint (y->w, ==, v->w);
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
  g_autofree char *name = g_strdup_printf ("%ux%ux%u %u->%u stride %u up %u", t->n, t->h, t->w,
                                           t->k, t->c, t->conv.stride, t->conv.upsample);

  sf_test_compare (name, got, v.want, v.size, 1e-5);
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
      gsize bytes = v.size * sizeof (float);
      g_autofree float *whole
          = run_on_device (&small[i], &v, sf_test_device (GPOINTER_TO_UINT (family)));
      g_autofree float *bands = run_on_device (&small[i], &v, device);
      g_assert_cmpmem (whole, bytes, bands, bytes);
      values_clear (&v);
    }
}

/* The transformed weights are rounded to halves once more, which F32 is spared. On the @others: the
 * same bits. */
static void
check_winograd (const Case *t, SfFamily family, SfDevice *const *others, guint n_others)
{
  Values v = values_new (t);
  gsize bytes = v.size * sizeof (float);
  g_autofree float *got = run_on_device (t, &v, sf_test_device (family));

  sf_test_compare ("winograd", got, v.want, v.size, t->dtype == SF_DTYPE_F32 ? 1e-5 : 5e-4);
  for (guint i = 0; i < n_others; i++)
    {
      g_autofree float *same = run_on_device (t, &v, others[i]);
      g_assert_cmpmem (got, bytes, same, bytes);
    }
  values_clear (&v);
}

/* With submissions so small that there are many dispatches, with so little to bind that there are
 * many bands, and with the taller tile. */
static void
test_winograd (void)
{
  g_autoptr (SfDevice) tiny = sf_test_device_open (SF_FAMILY_TEXEL, 1e-6);
  g_autoptr (SfDevice) narrow = sf_test_device_narrow (SF_FAMILY_TEXEL, 65536);
  g_autoptr (SfDevice) tall = sf_test_device_tall ();
  SfDevice *const others[] = { tiny, narrow, tall };

  for (guint i = 0; i < G_N_ELEMENTS (winograd); i++)
    check_winograd (&winograd[i], SF_FAMILY_TEXEL, others, G_N_ELEMENTS (others));
  for (guint i = 0; i < G_N_ELEMENTS (doubled); i++)
    check_winograd (&doubled[i], SF_FAMILY_TEXEL, others, G_N_ELEMENTS (others));
}

/* The storage family's, with many dispatches and with many bands. */
static void
test_winograd_sums (void)
{
  g_autoptr (SfDevice) tiny = sf_test_device_open (SF_FAMILY_STORAGE, 1e-6);
  g_autoptr (SfDevice) narrow = sf_test_device_narrow (SF_FAMILY_STORAGE, 131072);
  SfDevice *const others[] = { tiny, narrow };

  for (guint i = 0; i < G_N_ELEMENTS (doubled); i++)
    if (doubled[i].k % 32 == 0)
      check_winograd (&doubled[i], SF_FAMILY_STORAGE, others, G_N_ELEMENTS (others));
}

/* An image in strips, of lines of the result that begin with @cuts: the same bits. */
static void
check_lines (const Case *t, SfFamily family, const guint *cuts, guint n_strips)
{
  SfDevice *device = sf_test_device (family);
  g_autoptr (GError) error = NULL;
  g_autoptr (SfGraph) graph = sf_graph_new (device, SF_GRAPH_POISON);
  g_autoptr (SfWeightStore) store = sf_weight_store_new (device);
  Values v = values_new (t);
  g_autofree float *whole = run_on_device (t, &v, device);
  SfTensor *x = sf_test_input (graph, 1, t->h, t->w, t->k);
  SfTensor *y = sf_graph_tensor (graph, SF_TENSOR_WORK, 1, v.h, v.w, t->c);
  SfTensor *weight
      = sf_weight_store_matrix (store, t->dtype, t->c, t->k, t->taps, sf_floats (v.weight), &error);

  g_assert_no_error (error);
  for (guint i = 0; i < n_strips; i++)
    {
      guint from = (MAX (cuts[i], 1) - 1) / t->conv.upsample;
      guint to = MIN (cuts[i + 1] / t->conv.upsample + 1, t->h);
      SfEpilogue into = { .into = sf_graph_lines (graph, y, cuts[i], cuts[i + 1] - cuts[i]) };
      sf_conv2d (graph, sf_graph_lines (graph, x, from, to - from), weight, &t->conv, &into);
    }
  sf_graph_keep (graph, y);
  sf_test_prepare (graph);
  sf_test_fill (x, v.x);
  sf_test_go (graph);
  g_autofree float *strips = sf_test_read (y);
  g_assert_cmpmem (strips, v.size * sizeof *strips, whole, v.size * sizeof *whole);
  values_clear (&v);
}

/* Strips that begin and end with odd lines. */
static void
test_winograd_lines (void)
{
  const Case same = { 1, 9, 6, 40, 24, SAME, SF_DTYPE_F32, .taps = SF_TAPS_WINOGRAD };
  const Case up
      = { 1, 5, 6, 32, 24, { 1, 2, 1, 1, 1, 1 }, SF_DTYPE_F32, .taps = SF_TAPS_WINOGRAD_DOUBLED };
  const guint cuts[] = { 0, 3, 4, 7, 9 };

  check_lines (&same, SF_FAMILY_TEXEL, cuts, G_N_ELEMENTS (cuts) - 1);
  check_lines (&up, SF_FAMILY_TEXEL, cuts, G_N_ELEMENTS (cuts) - 1);
  check_lines (&up, SF_FAMILY_STORAGE, cuts, G_N_ELEMENTS (cuts) - 1);
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
  SfTestResult result = { job.v.want, job.v.size, tol };
  guint n_tiles = every (run_job, &job, &result);

  values_clear (&job.v);
  return n_tiles;
}

/* Every tile of the storage family gives the same bits. */
static void
test_tiles (void)
{
  const Case down = { 2, 9, 13, 20, 70, DOWN, SF_DTYPE_F16, TRUE };
  const Case up = { 2, 5, 7, 32, 70, UP, SF_DTYPE_F32, TRUE, .taps = SF_TAPS_WINOGRAD_DOUBLED };

  g_assert_cmpuint (check_tiles (&down, 1e-5, sf_test_every_tile), >, 0);
  g_assert_cmpuint (check_tiles (&up, 1e-5, sf_test_every_tile), >, 0);
}

/* So do the tiles of the matrix units, other ones: both factors are halves. With cut matrices, with
 * whole ones only, and with K in parts. */
static void
test_matrix (void)
{
  const Case cases[]
      = { { 2, 9, 13, 20, 70, DOWN, SF_DTYPE_F16, TRUE },
          { 1, 11, 12, 40, 36, UP, SF_DTYPE_F16, TRUE, TRUE, TRUE, SF_ACTIVATION_SILU },
          { 2, 8, 6, 24, 32, SAME, SF_DTYPE_F16, TRUE, TRUE, TRUE },
          { 2, 8, 4, 64, 48, SAME, SF_DTYPE_F16, TRUE, TRUE, TRUE, SF_ACTIVATION_SILU },
          { 2, 7, 5, 64, 48, UP, SF_DTYPE_F16, TRUE, .taps = SF_TAPS_WINOGRAD_DOUBLED } };
  guint n_tiles = 0;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    n_tiles += check_tiles (&cases[i], 1e-3, sf_test_every_matrix_tile);
  if (n_tiles == 0)
    g_test_skip ("the device has no matrix units");
}

/* --small: only what a very slow driver can do too; --large: the rest. */
int
main (int argc, char **argv)
{
  gboolean small_ones = sf_test_small (argc, argv), large_ones = sf_test_large (argc, argv);

  g_test_init (&argc, &argv, NULL);
  if (small_ones)
    {
      sf_test_add_cases ("/ops/conv2d/small", SF_TEST_CASES (small), check);
      sf_test_add_families ("/ops/conv2d/bands", test_bands);
      g_test_add_func ("/ops/conv2d/winograd", test_winograd);
      g_test_add_func ("/ops/conv2d/winograd-sums", test_winograd_sums);
      g_test_add_func ("/ops/conv2d/winograd-lines", test_winograd_lines);
    }
  if (large_ones)
    {
      sf_test_add_cases ("/ops/conv2d/large", SF_TEST_CASES (large), check);
      g_test_add_func ("/ops/conv2d/tiles", test_tiles);
      g_test_add_func ("/ops/conv2d/matrix", test_matrix);
    }
  return sf_test_run ();
}
