/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A norm and a convolution over an image that is too large to be copied at once. */

#include "nn/norm-conv.h"
#include "support/sf-test.h"

/* 17 MB: two bands, of which the second is smaller. */
#define H 521
#define W 64
#define C 128
#define OUT 12
#define GROUPS 8

typedef struct
{
  SfNorm norm;
  SfConv conv;

  /* Owned */
  SfWeightStore *store;
  SfGraph *graph;

  /* Borrowed: the graph's */
  SfTensor *x, *residual;
} Bench;

static void
bench_init (Bench *self, SfFamily family, guint out)
{
  SfDevice *device = sf_test_device (family);
  g_autofree float *gamma = sf_test_random (C, 1, 1), *beta = sf_test_random (C, 2, 1);
  g_autofree float *weight = sf_test_random (9 * C * out, 3, 0.1f);
  g_autoptr (GError) error = NULL;

  self->store = sf_weight_store_new (device);
  self->norm = (SfNorm){ .groups = GROUPS, .eps = 1e-6f };
  self->norm.gamma = sf_weight_store_vector (self->store, C, gamma, &error);
  self->norm.beta = sf_weight_store_vector (self->store, C, beta, &error);
  self->conv.weight
      = sf_weight_store_matrix (self->store, SF_DTYPE_F16, out, C, 9, sf_floats (weight), &error);
  self->conv.bias = sf_weight_store_vector (self->store, out, gamma, &error);
  g_assert_no_error (error);
  self->graph = sf_graph_new (device, SF_GRAPH_POISON);
  self->x = sf_test_input (self->graph, 1, H, W, C);
  self->residual = sf_test_input (self->graph, 1, H, W, out);
}

static void
bench_clear (Bench *self)
{
  sf_graph_free (self->graph);
  sf_weight_store_unref (self->store);
}

static float *
bench_run (Bench *self, SfTensor *y)
{
  g_autofree float *x = sf_test_random (H * W * C, 4, 2);
  g_autofree float *residual = sf_test_random (H * W * y->c, 5, 2);

  sf_graph_keep (self->graph, y);
  sf_test_prepare (self->graph);
  sf_test_fill (self->x, x);
  sf_test_fill (self->residual, residual);
  sf_test_go (self->graph);
  return sf_test_read (y);
}

/* What it is made of, over the whole image at once. */
static float *
run_whole (SfFamily family, guint out)
{
  const SfConv2d same = SF_CONV2D_3X3;
  Bench bench;

  bench_init (&bench, family, out);
  const SfEpilogue epilogue = { .bias = bench.conv.bias, .residual = bench.residual };
  SfTensor *h = sf_norm_build_silu (&bench.norm, bench.graph, bench.x, NULL);
  float *values
      = bench_run (&bench, sf_conv2d (bench.graph, h, bench.conv.weight, &same, &epilogue));
  bench_clear (&bench);
  return values;
}

/* @in_place: over its own input. */
static void
compare (SfFamily family, guint out, gboolean in_place)
{
  g_autofree float *want = run_whole (family, out);
  Bench bench;

  bench_init (&bench, family, out);
  SfTensor *x = in_place ? sf_affine (bench.graph, bench.x, 1, 0) : bench.x;
  const SfEpilogue epilogue = { .residual = bench.residual, .into = in_place ? x : NULL };
  g_autofree float *got = bench_run (
      &bench, sf_norm_conv_build (&bench.norm, &bench.conv, bench.graph, x, NULL, &epilogue, NULL));
  g_assert_cmpmem (got, H * W * out * sizeof *got, want, H * W * out * sizeof *want);
  g_assert_cmpuint (sf_graph_n_nodes (bench.graph), ==, 2 + 4 + in_place);
  bench_clear (&bench);
}

static void
test_bands (gconstpointer family)
{
  compare (GPOINTER_TO_UINT (family), OUT, FALSE);
}

static void
test_in_place (gconstpointer family)
{
  compare (GPOINTER_TO_UINT (family), C, TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  sf_test_add_families ("/nn/norm-conv/bands", test_bands);
  sf_test_add_families ("/nn/norm-conv/in-place", test_in_place);
  return sf_test_run ();
}
