/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "graph/profile.h"
#include "graph/view.h"
#include "ops/ops.h"
#include "support/sf-test.h"

#define H 12
#define W 10
#define C 20
#define SIZE (H * W * C)

/* y = f (x): branches, a residual, a norm, tensors that die early and late. */
static SfTensor *
build (SfGraph *graph, SfTensor *x, SfTensor *gamma, SfTensor *beta)
{
  SfTensor *a = sf_affine (graph, x, 2, 1);
  SfTensor *b = sf_affine (graph, a, -1, 0.5f);
  SfTensor *c = sf_layer_norm (graph, b, gamma, beta, 1e-5f);
  SfTensor *d = sf_group_norm (graph, c, NULL, gamma, beta, 4, 1e-5f, TRUE);
  SfTensor *e = sf_affine (graph, a, 0.1f, 0);
  SfTensor *f = sf_affine (graph, d, 3, 0);

  sf_graph_keep (graph, f);
  sf_layer_norm (graph, e, gamma, beta, 1e-5f);
  return f;
}

static float *
run (SfDevice *device, SfGraphFlags flags, guint times)
{
  g_autoptr (SfGraph) graph = sf_graph_new (device, flags);
  SfTensor *x = sf_test_input (graph, 1, H, W, C);
  SfTensor *gamma = sf_test_input (graph, 1, 1, 1, C);
  SfTensor *beta = sf_test_input (graph, 1, 1, 1, C);
  SfTensor *y = build (graph, x, gamma, beta);
  g_autofree float *values = sf_test_random (SIZE, 1, 2);

  sf_test_prepare (graph);
  sf_test_fill (x, values);
  sf_test_fill (gamma, values);
  sf_test_fill (beta, values + C);
  for (guint i = 0; i < times; i++)
    sf_test_go (graph);
  return sf_test_read (y);
}

/* Poison, places of their own, a second run: always the same bits. */
static void
test_same_bits (gconstpointer family)
{
  const SfGraphFlags flags[]
      = { SF_GRAPH_POISON, SF_GRAPH_KEEP_ALL, SF_GRAPH_POISON | SF_GRAPH_KEEP_ALL };
  SfDevice *device = sf_test_device (GPOINTER_TO_UINT (family));
  g_autofree float *want = run (device, SF_GRAPH_DEFAULT, 1);

  for (guint i = 0; i < G_N_ELEMENTS (flags); i++)
    {
      g_autofree float *got = run (device, flags[i], 2);
      g_assert_cmpmem (got, SIZE * 4, want, SIZE * 4);
    }
}

/* Node by node: each has a time, its bytes are those of its tensors, and the values stay right. */
static void
test_profile (gconstpointer family)
{
  g_autoptr (SfGraph) graph
      = sf_graph_new (sf_test_device (GPOINTER_TO_UINT (family)), SF_GRAPH_DEFAULT);
  SfTensor *x = sf_test_input (graph, 1, H, W, C);
  SfTensor *y = sf_affine (graph, sf_affine (graph, x, 2, 1), -1, 0.5f);
  g_autofree float *values = sf_test_random (SIZE, 1, 2);
  g_autoptr (GError) error = NULL;
  double seconds[2] = { -1, -1 };

  sf_graph_keep (graph, y);
  sf_test_prepare (graph);
  sf_test_fill (x, values);
  g_assert_true (sf_graph_profile (graph, 2, seconds, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (sf_graph_n_nodes (graph), ==, G_N_ELEMENTS (seconds));
  g_assert_cmpfloat (MIN (seconds[0], seconds[1]), >=, 0);
  /* 20 channels have a pitch of 24. */
  g_assert_cmpuint (sf_node_bytes (sf_graph_node (graph, 0)), ==, 2 * H * W * 24 * 4);
  g_autofree float *got = sf_test_read (y);
  for (guint i = 0; i < SIZE; i++)
    g_assert_cmpfloat_with_epsilon (got[i], -(2 * values[i] + 1) + 0.5f, 1e-5);
}

/* Part 1 sees what part 0 has left, however often it runs, and part 0 need not run again. */
static void
test_parts (gconstpointer family)
{
  g_autoptr (SfGraph) graph
      = sf_graph_new (sf_test_device (GPOINTER_TO_UINT (family)), SF_GRAPH_POISON);
  SfTensor *x = sf_test_input (graph, 1, H, W, C);
  SfTensor *kept = sf_graph_tensor (graph, SF_TENSOR_STATE, 1, H, W, C);
  SfTensor *y = sf_test_input (graph, 1, H, W, C);
  g_autofree float *values = sf_test_random (SIZE, 1, 2);
  g_autofree float *want = g_new (float, SIZE);
  g_autoptr (GError) error = NULL;

  sf_copy (graph, sf_affine (graph, x, 2, 1), kept);
  g_assert_cmpuint (sf_graph_begin_part (graph), ==, 1);
  sf_copy (graph, sf_affine (graph, sf_affine (graph, kept, 3, 0), 1, 1), y);
  sf_test_prepare (graph);
  sf_test_fill (x, values);
  sf_test_go (graph);
  for (guint i = 0; i < SIZE; i++)
    want[i] = (values[i] * 2 + 1) * 3 + 1;
  for (guint i = 0; i < 2; i++)
    {
      sf_graph_run_part (graph, 1, NULL, &error);
      g_assert_no_error (error);
      g_autofree float *got = sf_test_read (y);
      sf_test_compare ("part 1", got, want, SIZE, 1e-6);
    }
}

/* Pieces are written and read where they lie in the whole, which lives as long as they do: every
 * value is doubled by lines of one image, and then once more by a piece of such a piece. */
static void
test_pieces (gconstpointer family)
{
  g_autoptr (SfGraph) graph
      = sf_graph_new (sf_test_device (GPOINTER_TO_UINT (family)), SF_GRAPH_POISON);
  SfTensor *x = sf_test_input (graph, 2, H, W, C);
  SfTensor *whole = sf_affine (graph, x, 1, 0);
  SfTensor *image = sf_graph_image (graph, whole, 1);
  SfTensor *lines = sf_graph_lines (graph, image, 3, 6),
           *line = sf_graph_lines (graph, lines, 4, 1);
  g_autofree float *values = sf_test_random (2 * SIZE, 1, 2);

  g_assert_cmpuint (lines->top, ==, 3);
  g_assert_cmpuint (line->lines, ==, H);
  g_assert_true (sf_graph_lines (graph, image, 0, H) == image);
  sf_copy (graph, sf_affine (graph, lines, 2, 0), lines);
  sf_copy (graph, sf_affine (graph, line, 2, 0), line);
  sf_graph_keep (graph, line);
  sf_test_prepare (graph);
  sf_test_fill (x, values);
  sf_test_go (graph);
  g_autofree float *got = sf_test_read (whole);
  for (guint i = 0; i < 2 * SIZE; i++)
    {
      guint at = i / (W * C); /* a line, of both images */
      float factor = at == H + 4 ? 4 : at >= H + 3 && at < H + 9 ? 2 : 1;
      g_assert_cmpfloat (got[i], ==, values[i] * factor);
    }
}

/* Nodes that write pieces apart from each other need no barrier between them. */
static void
test_barriers_of_pieces (gconstpointer family)
{
  g_autoptr (SfGraph) graph
      = sf_graph_new (sf_test_device (GPOINTER_TO_UINT (family)), SF_GRAPH_DEFAULT);
  SfTensor *x = sf_test_input (graph, 1, H, W, C), *y = sf_test_input (graph, 1, H, W, C);

  for (guint i = 0; i < H; i++)
    sf_copy (graph, sf_graph_lines (graph, x, i, 1), sf_graph_lines (graph, y, i, 1));
  sf_test_prepare (graph);
  g_assert_cmpuint (sf_graph_n_barriers (graph), ==, 0);
}

/* A node that reads a tensor that it does not name: what the planner cannot know of. */
static gboolean
record_secret (const SfNode *node, SfRecorder *recorder, GError **error)
{
  SfDevice *device = sf_recorder_device (recorder);
  const SfTensor *secret = GSIZE_TO_POINTER (node->params[0]);
  gint32 lanes = sf_device_caps (device)->subgroup_size;
  SfKernelSpec spec = { "copy", 1, 1, 12, 1, { lanes } };
  SfKernel *kernel = sf_kernel_get (device, &spec, error);
  const SfRange ranges[] = { secret->range, node->outputs[0]->range };
  const gint32 push[3] = { secret->size / 16, 0, 0 };
  const guint groups[3] = { secret->size / 16, 1, 1 };

  return kernel != NULL && sf_recorder_dispatch (recorder, kernel, ranges, push, groups, 0, error);
}

static const SfOpClass secret_class = { .name = "secret", .record = record_secret };

static gboolean
all_nan (const float *values, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (!isnan (values[i]))
      return FALSE;
  return TRUE;
}

/* The range of a dead tensor is NaN right after its last reader, for whoever still looks. */
static void
test_read_after_last_use (gconstpointer family)
{
  SfDevice *device = sf_test_device (GPOINTER_TO_UINT (family));

  for (guint poison = 0; poison < 2; poison++)
    {
      g_autoptr (SfGraph) graph = sf_graph_new (device, poison ? SF_GRAPH_POISON : 0);
      SfTensor *x = sf_test_input (graph, 1, H, W, C);
      SfTensor *a = sf_affine (graph, x, 1, 0);
      SfTensor *b = sf_graph_tensor (graph, SF_TENSOR_HOST, 1, H, W, C);
      SfTensor *c = sf_graph_tensor (graph, SF_TENSOR_HOST, 1, H, W, C);
      SfTensor *y = sf_graph_tensor (graph, SF_TENSOR_HOST, 1, H, W, C);
      guint64 secret = GPOINTER_TO_SIZE (a);
      SfTensor *inputs[] = { c };

      sf_copy (graph, a, b); /* the last use; then one more, for a barrier in between */
      sf_copy (graph, b, c);

      sf_graph_append (graph, &secret_class, inputs, 1, &y, 1, &secret, sizeof secret);
      sf_test_prepare (graph);
      g_autofree float *values = sf_test_random (SIZE, 1, 2);
      sf_test_fill (x, values);
      sf_test_go (graph);
      g_autofree float *got = g_new (float, SIZE);
      g_assert_true (sf_tensor_read (y, got, NULL));
      g_assert_true (all_nan (got, SIZE) == (poison == 1));
    }
}

/* A tensor that no node writes has a place, and is NaN. */
static void
test_never_written (gconstpointer family)
{
  SfDevice *device = sf_test_device (GPOINTER_TO_UINT (family));
  g_autoptr (SfGraph) graph = sf_graph_new (device, SF_GRAPH_POISON);
  SfTensor *x = sf_test_input (graph, 1, H, W, C);
  SfTensor *busy = sf_affine (graph, x, 1, 0);
  SfTensor *empty = sf_graph_tensor (graph, SF_TENSOR_WORK, 1, H, W, C);
  SfTensor *unused = sf_graph_tensor (graph, SF_TENSOR_WORK, 1, H, W, C);
  SfTensor *y = sf_graph_tensor (graph, SF_TENSOR_HOST, 1, H, W, C);

  sf_copy (graph, empty, y);
  sf_graph_keep (graph, busy);
  sf_test_prepare (graph);
  sf_test_go (graph);
  g_assert_null (unused->range.buffer);
  g_autofree float *got = g_new (float, SIZE);
  g_assert_true (sf_tensor_read (y, got, NULL));
  g_assert_true (all_nan (got, SIZE));
}

/* STATE keeps its values from run to run, poison or not. */
static void
test_state (gconstpointer family)
{
  SfDevice *device = sf_test_device (GPOINTER_TO_UINT (family));
  g_autoptr (SfGraph) graph = sf_graph_new (device, SF_GRAPH_POISON);
  SfTensor *state = sf_graph_tensor (graph, SF_TENSOR_STATE, 1, H, W, C);
  g_autofree float *values = sf_test_random (SIZE, 1, 2);

  sf_copy (graph, sf_affine (graph, state, 2, 0), state);
  sf_test_prepare (graph);
  sf_test_fill (state, values);
  for (guint i = 0; i < 3; i++)
    sf_test_go (graph);
  g_autofree float *got = sf_test_read (state);
  for (guint i = 0; i < SIZE; i++)
    g_assert_cmpfloat (got[i], ==, values[i] * 8);
}

/* Nodes that do not depend on each other share one barrier; each of a chain has its own. */
static void
test_barriers (gconstpointer family)
{
  SfDevice *device = sf_test_device (GPOINTER_TO_UINT (family));
  g_autoptr (SfGraph) wide = sf_graph_new (device, SF_GRAPH_KEEP_ALL);
  g_autoptr (SfGraph) deep = sf_graph_new (device, SF_GRAPH_KEEP_ALL);
  SfTensor *x = sf_test_input (wide, 1, H, W, C);
  SfTensor *link = sf_test_input (deep, 1, H, W, C);

  for (guint i = 0; i < 5; i++)
    {
      sf_affine (wide, x, i, 0);
      link = sf_affine (deep, link, i, 0);
    }
  sf_test_prepare (wide);
  sf_test_prepare (deep);
  g_assert_cmpuint (sf_graph_n_barriers (wide), ==, 0);
  g_assert_cmpuint (sf_graph_n_barriers (deep), ==, 4);
}

/* The plan is known before anything is allocated, and is what is allocated then. */
static void
test_plan (gconstpointer family)
{
  SfDevice *device = sf_test_device (GPOINTER_TO_UINT (family));
  g_autoptr (SfGraph) small = sf_graph_new (device, 0);
  g_autoptr (SfGraph) large = sf_graph_new (device, 0);
  g_autoptr (SfArena) arena = sf_arena_new (device);
  g_autoptr (GError) error = NULL;
  SfTensor *x = sf_test_input (large, 1, 64, 64, 8);
  const guint64 bytes = 64 * 64 * 8 * 4;

  sf_graph_keep (small, sf_affine (small, sf_test_input (small, 1, 8, 8, 8), 1, 0));
  for (guint i = 0; i < 9; i++)
    x = sf_affine (large, x, 1, 0);
  sf_graph_plan (small, arena, &error);
  sf_graph_plan (large, arena, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (sf_graph_work_bytes (large), ==, 3 * bytes);
  g_assert_cmpuint (sf_arena_bytes (arena), ==, 2 * bytes);
  g_assert_cmpuint (sf_arena_n_blocks (arena), ==, 1);
  g_assert_null (sf_arena_block (arena, 0));
  sf_graph_record (small, NULL, &error);
  sf_graph_record (large, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (sf_buffer_size (sf_arena_block (arena, 0)), ==, 2 * bytes);
  sf_test_go (small);
  sf_test_go (large);
}

static void
test_dump (void)
{
  g_autoptr (SfGraph) graph = sf_graph_new (sf_test_device (SF_FAMILY_AUTO), 0);

  sf_affine (graph, sf_test_input (graph, 1, 2, 3, 4), 1, 0);
  g_assert_cmpuint (sf_graph_n_nodes (graph), ==, 1);
  g_autofree char *text = sf_graph_dump (graph);
  g_assert_nonnull (strstr (text, "affine"));
  g_assert_nonnull (strstr (text, "[1, 2, 3, 4]"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  sf_test_add_families ("/graph/same-bits", test_same_bits);
  sf_test_add_families ("/graph/parts", test_parts);
  sf_test_add_families ("/graph/pieces", test_pieces);
  sf_test_add_families ("/graph/barriers-of-pieces", test_barriers_of_pieces);
  sf_test_add_families ("/graph/profile", test_profile);
  sf_test_add_families ("/graph/read-after-last-use", test_read_after_last_use);
  sf_test_add_families ("/graph/never-written", test_never_written);
  sf_test_add_families ("/graph/state", test_state);
  sf_test_add_families ("/graph/barriers", test_barriers);
  sf_test_add_families ("/graph/plan", test_plan);
  g_test_add_func ("/graph/dump", test_dump);
  return sf_test_run ();
}
