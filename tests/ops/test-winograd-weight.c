/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The components of kernels: G·g·Gᵀ written out, in the order of a packed matrix. */

#include <string.h>

#include "graph/derive.h"
#include "ops/winograd.h"
#include "support/sf-test.h"

#define OUT 70
#define IN 20
#define TAPS 9
#define COMPONENTS 16

static const float transform[4][3]
    = { { 1, 0, 0 }, { 0.5f, 0.5f, 0.5f }, { 0.5f, -0.5f, 0.5f }, { 0, 0, 1 } };

static float
component (const float *kernel, guint at)
{
  const float *vertical = transform[at / 4], *horizontal = transform[at % 4];
  double sum = 0;

  for (guint y = 0; y < 3; y++)
    for (guint x = 0; x < 3; x++)
      sum += vertical[y] * horizontal[x] * kernel[3 * y + x];
  return sum;
}

/* Halves, so few of whose bits differ in size that sums are exact, with some that come to numbers
 * smaller than the normal halves. */
static float *
kernels_new (void)
{
  gsize n = OUT * IN * TAPS;
  float *values = sf_test_random (n, 1, 1);

  for (gsize i = 0; i < n; i++)
    values[i] = (int)(values[i] * 1000) / (i / TAPS % 3 == 0 ? 33554432.0f : 1024.0f);
  sf_test_round_to_halves (values, n);
  return values;
}

/* Where component @at of input channel @in of column @out lies, in elements: ops/weight.h. */
static gsize
place (guint lanes, guint out, guint at, guint in)
{
  guint pitch = sf_pitch (IN), groups = COMPONENTS * pitch / 8, k = at * pitch + in;
  guint block = out / (lanes * 4), rest = out % (lanes * 4);

  return (((gsize)(block * 4 + rest % 4) * groups + k / 8) * lanes + rest / 4) * 8 + k % 8;
}

static float *
read_back (const SfTensor *tensor)
{
  gsize n = tensor->size / sf_dtype_size (tensor->dtype);
  g_autofree void *bytes = g_malloc (tensor->size);
  float *values = g_new (float, n);
  g_autoptr (GError) error = NULL;

  sf_buffer_read (tensor->range.buffer, tensor->range.offset, bytes, tensor->size, &error);
  g_assert_no_error (error);
  if (tensor->dtype == SF_DTYPE_F16)
    sf_convert_to_f32 (values, (SfValues){ SF_DTYPE_F16, bytes }, n);
  else
    memcpy (values, bytes, tensor->size);
  return values;
}

static void
check (SfDevice *device, SfDtype dtype)
{
  g_autofree float *kernels = kernels_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (SfWeightStore) store = sf_weight_store_new (device);
  g_autoptr (SfGraph) graph = sf_graph_new (device, SF_GRAPH_POISON);
  SfTensor *weight = sf_weight_store_matrix (store, dtype, OUT, IN, SF_TAPS_WINOGRAD,
                                             sf_floats (kernels), &error);
  SfTensor *made = sf_winograd_weight (graph, weight);

  g_assert_no_error (error);
  g_assert_true (weight->dtype == dtype && made->dtype == dtype);
  sf_graph_keep (graph, made);
  sf_test_prepare (graph);
  sf_test_go (graph);
  g_autofree float *got = read_back (made);
  for (guint out = 0; out < OUT; out++)
    for (guint in = 0; in < IN; in++)
      for (guint at = 0; at < COMPONENTS; at++)
        {
          float want = component (kernels + (out * IN + in) * TAPS, at);
          if (dtype == SF_DTYPE_F16)
            sf_test_round_to_halves (&want, 1);
          g_assert_cmpfloat (got[place (sf_device_caps (device)->subgroup_size, out, at, in)], ==,
                             want);
        }
}

/* Every bit, also where not all of it can be bound at once. */
static void
test_components (void)
{
  g_autoptr (SfDevice) narrow = sf_test_device_narrow (SF_FAMILY_TEXEL, 65536);
  SfDevice *const devices[] = { sf_test_device (SF_FAMILY_TEXEL), narrow };

  for (guint i = 0; i < G_N_ELEMENTS (devices); i++)
    {
      check (devices[i], SF_DTYPE_F16);
      check (devices[i], SF_DTYPE_F32);
    }
}

/* --- When they are made ----------------------------------------------------------------------- */

static guint
count_made (SfGraph *graph, guint part)
{
  guint n = 0;

  for (guint i = part > 0 ? sf_graph_part_end (graph, part - 1) : 0;
       i < sf_graph_part_end (graph, part); i++)
    n += strcmp (sf_graph_node (graph, i)->op->name, "winograd-weight") == 0;
  return n;
}

/* y = three convolutions of x, with one weight, another, and the first again. */
static SfTensor *
build (SfGraph *graph, SfTensor *x, SfTensor *const *weights)
{
  const SfConv2d same = SF_CONV2D_3X3;

  for (guint i = 0; i < 3; i++)
    x = sf_conv2d (graph, x, weights[i % 2], &same, NULL);
  sf_graph_keep (graph, x);
  return x;
}

/* Runs part 0 twice, with memory that is NaN between and before. */
static float *
run (SfGraphFlags flags, guint *made)
{
  SfDevice *device = sf_test_device (SF_FAMILY_TEXEL);
  g_autofree float *values = sf_test_random (IN * IN * TAPS + 1, 1, 0.1f);
  g_autoptr (GError) error = NULL;
  g_autoptr (SfWeightStore) store = sf_weight_store_new (device);
  g_autoptr (SfGraph) graph = sf_graph_new (device, SF_GRAPH_POISON | flags);
  SfTensor *weights[2], *x = sf_test_input (graph, 1, 6, 5, IN);

  for (guint i = 0; i < 2; i++)
    weights[i] = sf_weight_store_matrix (store, SF_DTYPE_F16, IN, IN, SF_TAPS_WINOGRAD,
                                         sf_floats (values + i), &error);
  SfTensor *y = build (graph, x, weights);
  guint start = sf_graph_begin_part (graph);
  sf_graph_derive_all (graph);
  sf_test_prepare (graph);
  sf_test_fill (x, values);
  made[0] = count_made (graph, 0);
  made[1] = count_made (graph, start);
  g_assert_true (sf_graph_run_part (graph, start, NULL, &error));
  for (guint i = 0; i < 2; i++)
    sf_test_go (graph);
  return sf_test_read (y);
}

static void
test_once (void)
{
  guint each[2], once[2];
  g_autofree float *want = run (SF_GRAPH_DEFAULT, each);
  g_autofree float *got = run (SF_GRAPH_DERIVE_ONCE, once);

  g_assert_cmpmem (got, 6 * 5 * IN * sizeof *got, want, 6 * 5 * IN * sizeof *want);
  g_assert_cmpuint (each[0], ==, 3);
  g_assert_cmpuint (each[1], ==, 0);
  g_assert_cmpuint (once[0], ==, 0);
  g_assert_cmpuint (once[1], ==, 2);
}

/* One weight for several bands of an image. */
static void
test_shared (void)
{
  SfDevice *device = sf_test_device (SF_FAMILY_TEXEL);
  g_autofree float *values = sf_test_random (IN * IN * TAPS, 1, 0.1f);
  g_autoptr (SfWeightStore) store = sf_weight_store_new (device);
  g_autoptr (SfGraph) graph = sf_graph_new (device, SF_GRAPH_DEFAULT);
  SfTensor *weight = sf_weight_store_matrix (store, SF_DTYPE_F16, IN, IN, SF_TAPS_WINOGRAD,
                                             sf_floats (values), NULL);
  SfTensor *weights[] = { weight, weight };

  build (graph, sf_test_input (graph, 1, 6, 5, IN), weights);
  g_assert_cmpuint (count_made (graph, 0), ==, 1);
}

/* A large matrix is applied in the plain way to few pixels, and else its components are made anew,
 * also where those of small ones last. */
static void
test_large (void)
{
  const SfConv2d same = SF_CONV2D_3X3;
  const guint heights[] = { 16, 15 };
  SfDevice *device = sf_test_device (SF_FAMILY_TEXEL);
  g_autoptr (SfWeightStore) store = sf_weight_store_new (device);
  SfTensor *weight = sf_weight_store_blank_matrix (store, 1280, 1280, SF_TAPS_WINOGRAD, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (heights); i++)
    {
      g_autoptr (SfGraph) graph = sf_graph_new (device, SF_GRAPH_DERIVE_ONCE);
      sf_conv2d (graph, sf_test_input (graph, 1, heights[i], 16, 1280), weight, &same, NULL);
      sf_graph_begin_part (graph);
      sf_graph_derive_all (graph);
      g_assert_cmpuint (count_made (graph, 0), ==, i == 0 ? 1 : 0);
      g_assert_cmpuint (count_made (graph, 1), ==, 0);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/winograd-weight/components", test_components);
  g_test_add_func ("/ops/winograd-weight/once", test_once);
  g_test_add_func ("/ops/winograd-weight/shared", test_shared);
  g_test_add_func ("/ops/winograd-weight/large", test_large);
  return sf_test_run ();
}
