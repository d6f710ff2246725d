/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Where matrix units read what norms, attention, GEGLU and Winograd's transform make, that is
 * halves in memory, and the results are the same as if it were not. */

#include <math.h>
#include <string.h>

#include "ops/ops.h"
#include "support/sf-test.h"

#define N 2
#define SIDE 8
#define C 64
#define HEADS 2
#define GROUPS 8
#define VALUES (N * SIDE * SIDE * C)

typedef struct
{
  SfGraph *graph;
  SfWeightStore *store;
  guint seed;
} Builder;

static SfTensor *
matrix (Builder *self, guint out, SfTaps taps, gboolean gated)
{
  guint in = C, kernel = taps == SF_TAPS_1X1 ? 1 : 9;
  g_autofree float *values = sf_test_random ((gsize)out * in * kernel, ++self->seed, 0.2f);
  g_autoptr (GError) error = NULL;
  SfTensor *matrix = gated ? sf_weight_store_gated_matrix (self->store, SF_DTYPE_F16, out, in,
                                                           sf_floats (values), &error)
                           : sf_weight_store_matrix (self->store, SF_DTYPE_F16, out, in, taps,
                                                     sf_floats (values), &error);

  g_assert_no_error (error);
  return matrix;
}

static SfTensor *
vector (Builder *self)
{
  g_autofree float *values = sf_test_random (C, ++self->seed, 1);
  g_autoptr (GError) error = NULL;
  SfTensor *vector = sf_weight_store_vector (self->store, C, values, &error);

  g_assert_no_error (error);
  return vector;
}

/* A block with all that a tensor of halves can come from, and where each of them is read. */
static SfTensor *
build (Builder *self, SfTensor *x)
{
  const SfConv2d same = SF_CONV2D_3X3;
  const SfConv2d up = { .stride = 1, .upsample = 2, .pad_begin = 1, .pad_end = 1 };
  SfGraph *graph = self->graph;

  x = sf_conv2d (graph, x, matrix (self, C, SF_TAPS_WINOGRAD_DOUBLED, FALSE), &up, NULL);
  SfTensor *norm
      = sf_group_norm (graph, x, NULL, vector (self), vector (self), GROUPS, 1e-5f, TRUE);
  SfTensor *y = sf_conv2d (graph, norm, matrix (self, C, SF_TAPS_3X3, FALSE), &same,
                           &(SfEpilogue){ .residual = x });
  norm = sf_layer_norm (graph, y, vector (self), vector (self), 1e-5f);
  SfTensor *qkv = sf_matmul (graph, norm, matrix (self, 3 * C, SF_TAPS_1X1, FALSE), NULL);
  SfTensor *seen = sf_attention_packed (graph, &(SfChannels){ qkv, 0 }, &(SfChannels){ qkv, C },
                                        &(SfChannels){ qkv, 2 * C }, C, HEADS, FALSE);
  y = sf_matmul (graph, seen, matrix (self, C, SF_TAPS_1X1, FALSE), &(SfEpilogue){ .residual = y });
  norm = sf_layer_norm (graph, y, vector (self), vector (self), 1e-5f);
  SfTensor *gated = sf_matmul (graph, norm, matrix (self, 2 * C, SF_TAPS_1X1, TRUE),
                               &(SfEpilogue){ .activation = SF_ACTIVATION_GEGLU });
  return sf_matmul (graph, gated, matrix (self, C, SF_TAPS_1X1, FALSE),
                    &(SfEpilogue){ .residual = y });
}

static guint
count_halves (SfGraph *graph)
{
  guint n = 0;

  for (guint i = 0; i < sf_graph_n_nodes (graph); i++)
    n += sf_graph_node (graph, i)->outputs[0]->dtype == SF_DTYPE_F16;
  return n;
}

static float *
run (SfDevice *device, SfGraphFlags flags, guint halves)
{
  g_autoptr (SfWeightStore) store = sf_weight_store_new (device);
  g_autoptr (SfGraph) graph = sf_graph_new (device, flags);
  g_autofree float *values = sf_test_random (VALUES, 1, 2);
  Builder builder = { graph, store, 1 };
  SfTensor *x = sf_test_input (graph, N, SIDE / 2, SIDE / 2, C);
  SfTensor *y = build (&builder, x);

  sf_graph_keep (graph, y);
  sf_test_prepare (graph);
  g_assert_cmpuint (count_halves (graph), ==, halves);
  sf_test_fill (x, values);
  sf_test_go (graph);
  return sf_test_read (y);
}

static void
test_matrix (void)
{
  g_autoptr (SfDevice) device = sf_test_device_matrix_or_skip ();

  if (device == NULL)
    return;
  g_autofree float *want = run (device, SF_GRAPH_KEEP_ALL, 0);
  g_autofree float *got = run (device, SF_GRAPH_POISON, 6);
  g_assert_cmpmem (got, VALUES * sizeof *got, want, VALUES * sizeof *want);
}

/* Numbers that are none, of a damaged model, reach the picture, where they are told: none of the
 * ways to halves makes finite ones of them. No sum of these has what could bring them past. */
static void
test_nan (void)
{
  g_autoptr (SfDevice) device = sf_test_device_matrix_or_skip ();

  if (device == NULL)
    return;
  g_autoptr (SfWeightStore) store = sf_weight_store_new (device);
  g_autoptr (SfGraph) graph = sf_graph_new (device, SF_GRAPH_DEFAULT);
  g_autofree float *values = sf_test_random (VALUES, 1, 2);
  const SfConv2d same = SF_CONV2D_3X3;
  const SfConv2d up = { .stride = 1, .upsample = 2, .pad_begin = 1, .pad_end = 1 };
  Builder self = { graph, store, 1 };
  SfTensor *x = sf_test_input (graph, N, SIDE, SIDE, C);
  SfTensor *pixels
      = sf_group_norm (graph, x, NULL, vector (&self), vector (&self), GROUPS, 1e-5f, TRUE);
  SfTensor *rows = sf_layer_norm (graph, x, vector (&self), vector (&self), 1e-5f);
  SfChannels all = { x, 0 };
  SfTensor *seen = sf_attention_packed (graph, &all, &all, &all, C, HEADS, FALSE);
  SfTensor *made[] = {
    sf_matmul (graph, x, matrix (&self, C, SF_TAPS_1X1, FALSE), NULL),
    sf_matmul (graph, rows, matrix (&self, C, SF_TAPS_1X1, FALSE), NULL),
    sf_matmul (graph, seen, matrix (&self, C, SF_TAPS_1X1, FALSE), NULL),
    sf_conv2d (graph, pixels, matrix (&self, C, SF_TAPS_3X3, FALSE), &same, NULL),
    sf_conv2d (graph, x, matrix (&self, C, SF_TAPS_WINOGRAD_DOUBLED, FALSE), &up, NULL),
  };

  values[VALUES / 2] = NAN;
  for (guint i = 0; i < G_N_ELEMENTS (made); i++)
    sf_graph_keep (graph, made[i]);
  sf_test_prepare (graph);
  sf_test_fill (x, values);
  sf_test_go (graph);
  for (guint i = 0; i < G_N_ELEMENTS (made); i++)
    {
      g_autofree float *got = sf_test_read (made[i]);
      guint n = 0;
      for (guint j = 0; j < sf_tensor_rows (made[i]) * C; j++)
        n += isnan (got[j]);
      g_test_message ("way %u: %u are none", i, n);
      g_assert_cmpuint (n, >, 0);
    }
}

/* Nothing is rounded where nobody would. */
static void
test_without (gconstpointer family)
{
  g_autofree float *values = run (sf_test_device (GPOINTER_TO_UINT (family)), SF_GRAPH_DEFAULT, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nn/narrow/matrix", test_matrix);
  g_test_add_func ("/nn/narrow/nan", test_nan);
  sf_test_add_families ("/nn/narrow/without", test_without);
  return sf_test_run ();
}
