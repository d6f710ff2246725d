/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "ops/ops.h"
#include "support/sf-test.h"

/* Links of a chain of matrix products, each with ROWS·WIDTH²·2 operations. */
#define LINKS 64
#define ROWS 96
#define WIDTH 64

typedef struct
{
  SfTensor *x, *begun, *y; /* begun: written by the first node */

  /* Owned */
  SfGraph *graph;
  SfWeightStore *store;
} Chain;

static Chain
chain_new (SfDevice *device)
{
  g_autofree float *weights = sf_test_random (WIDTH * WIDTH, 1, 0.2f);
  g_autoptr (GError) error = NULL;
  Chain c = { .graph = sf_graph_new (device, 0), .store = sf_weight_store_new (device) };
  SfTensor *weight = sf_weight_store_matrix (c.store, SF_DTYPE_F32, WIDTH, WIDTH, 1,
                                             sf_floats (weights), &error);
  SfTensor *link;

  g_assert_no_error (error);
  c.x = link = sf_test_input (c.graph, 1, 1, ROWS, WIDTH);
  c.begun = sf_graph_tensor (c.graph, SF_TENSOR_HOST, 1, 1, ROWS, WIDTH);
  c.y = sf_graph_tensor (c.graph, SF_TENSOR_HOST, 1, 1, ROWS, WIDTH);
  sf_copy (c.graph, c.x, c.begun);
  for (guint i = 0; i < LINKS; i++)
    link = sf_matmul (c.graph, link, weight, NULL);
  sf_copy (c.graph, link, c.y);
  sf_test_prepare (c.graph);
  return c;
}

static void
chain_clear (Chain *c)
{
  sf_graph_free (c->graph);
  sf_weight_store_unref (c->store);
}

static void
fill (Chain *c)
{
  g_autofree float *values = sf_test_random (ROWS * WIDTH, 2, 1);

  sf_test_fill (c->x, values);
}

/* However small the limit is (down to one tile), no submission is above it, all the work is there,
 * and the bits are those of one large submission. */
static void
test_slices (gconstpointer family)
{
  const double limits[] = { 1, 5e-3, 1e-3, 6e-4 };
  g_autofree float *want = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      g_autoptr (SfDevice) device = sf_test_device_open (GPOINTER_TO_UINT (family), limits[i]);
      Chain c = chain_new (device);
      SfRecorder *recorder = sf_graph_recorder (c.graph);
      guint n = sf_recorder_n_slices (recorder);

      g_test_message ("%g GFLOP: %u slices", limits[i], n);
      g_assert_cmpfloat (sf_recorder_largest_slice (recorder), <=, limits[i] * (1 + 1e-9));
      g_assert_cmpfloat (n * sf_recorder_largest_slice (recorder), >=,
                         sf_graph_gflop (c.graph) * (1 - 1e-9));
      g_assert_true (i > 0 ? n > 5 : n == 1);
      fill (&c);
      sf_test_go (c.graph);
      g_autofree float *got = sf_test_read (c.y);
      if (want != NULL)
        g_assert_cmpmem (got, ROWS * WIDTH * 4, want, ROWS * WIDTH * 4);
      else
        want = g_steal_pointer (&got);
      chain_clear (&c);
    }
}

static gboolean
skips_pictures (SfDevice *device)
{
  const SfCaps *caps = sf_device_caps (device);

  if (caps->family != SF_FAMILY_TEXEL || caps->max_texels >= 1 << 20)
    return FALSE;
  g_test_skip ("this device's texel buffers are too small for a picture");
  return TRUE;
}

/* With the default limit, a convolution of 77 GFLOP and an attention of 17 take several
 * submissions, none above 20. Recorded only. */
static void
test_default_limit (gconstpointer family)
{
  g_autoptr (GError) error = NULL;
  SfDevice *device = sf_test_device (GPOINTER_TO_UINT (family));
  g_autoptr (SfGraph) graph = sf_graph_new (device, 0);
  g_autoptr (SfWeightStore) store = sf_weight_store_new (device);
  g_autofree float *weights = g_new0 (float, 256 * 256 * 9);
  SfConv2d conv = SF_CONV2D_3X3;

  if (skips_pictures (device))
    return;
  SfTensor *weight
      = sf_weight_store_matrix (store, SF_DTYPE_F16, 256, 256, 9, sf_floats (weights), &error);
  SfTensor *x = sf_graph_tensor (graph, SF_TENSOR_STATE, 1, 256, 256, 256);
  SfTensor *q = sf_graph_tensor (graph, SF_TENSOR_STATE, 1, 1, 4096, 256);

  g_assert_no_error (error);
  sf_graph_keep (graph, sf_conv2d (graph, x, weight, &conv, NULL));
  sf_graph_keep (graph, sf_attention (graph, q, q, q, 8, FALSE));
  sf_test_prepare (graph);
  SfRecorder *recorder = sf_graph_recorder (graph);
  g_test_message ("%.1f GFLOP in %u slices, the largest %.1f", sf_graph_gflop (graph),
                  sf_recorder_n_slices (recorder), sf_recorder_largest_slice (recorder));
  g_assert_cmpfloat (sf_graph_gflop (graph), >, 90);
  g_assert_cmpfloat (sf_recorder_largest_slice (recorder), <=, SF_MAX_SUBMISSION_GFLOP);
  g_assert_cmpuint (sf_recorder_n_slices (recorder), >=, 5);
}

/* So does the middle of a decoder of 1024 × 1024, where few queries are much work. Recorded only.
 */
static void
test_much_work_a_row (gconstpointer family)
{
  SfDevice *device = sf_test_device (GPOINTER_TO_UINT (family));
  g_autoptr (SfGraph) graph = sf_graph_new (device, 0);
  SfTensor *q = sf_graph_tensor (graph, SF_TENSOR_STATE, 1, 1, 16384, 512);

  if (skips_pictures (device))
    return;
  sf_graph_keep (graph, sf_attention (graph, q, q, q, 1, FALSE));
  sf_test_prepare (graph);
  g_assert_cmpfloat (sf_recorder_largest_slice (sf_graph_recorder (graph)), <=,
                     SF_MAX_SUBMISSION_GFLOP / 2);
}

static void
test_cancelled_before (gconstpointer family)
{
  g_autoptr (SfDevice) device = sf_test_device_open (GPOINTER_TO_UINT (family), 1e-3);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  Chain c = chain_new (device);

  fill (&c);
  g_cancellable_cancel (cancellable);
  g_assert_false (sf_graph_run (c.graph, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_autofree float *begun = sf_test_read (c.begun);
  g_assert_cmpfloat (begun[0], ==, 0);
  chain_clear (&c);
}

typedef struct
{
  const float *watched;
  GCancellable *cancellable;
  int give_up; /* atomic */
} Watcher;

/* Cancels as soon as the first node has written. */
static gpointer
watch (gpointer data)
{
  Watcher *watcher = data;
  const volatile float *value = watcher->watched;

  while (*value == 0 && !g_atomic_int_get (&watcher->give_up))
    g_thread_yield ();
  g_cancellable_cancel (watcher->cancellable);
  return NULL;
}

/* Runs until the watcher cancels. Returns whether it was in time. */
static gboolean
run_watched (Chain *c)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  char *data = sf_buffer_data (c->begun->range.buffer);
  float *begun = (float *)(data + c->begun->range.offset);
  Watcher watcher = { begun, cancellable, FALSE };

  begun[0] = 0;
  GThread *thread = g_thread_new ("watcher", watch, &watcher);
  gboolean done = sf_graph_run (c->graph, cancellable, &error);
  g_atomic_int_set (&watcher.give_up, TRUE);
  g_thread_join (thread);
  if (!done)
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  return !done;
}

/* Between two slices: the end is not reached, and the next run gives what an undisturbed one does.
 * A device may have finished before the watcher had its turn: then again. */
static void
test_cancelled_between (gconstpointer family)
{
  g_autoptr (SfDevice) device = sf_test_device_open (GPOINTER_TO_UINT (family), 1e-4);
  Chain c = chain_new (device);
  gboolean cancelled = FALSE;

  fill (&c);
  for (guint i = 0; i < 1000 && !cancelled; i++)
    {
      g_autofree float *zero = g_new0 (float, ROWS *WIDTH);
      sf_test_fill (c.y, zero);
      cancelled = run_watched (&c);
    }
  g_assert_true (cancelled);
  g_autofree float *unfinished = sf_test_read (c.y);
  g_assert_cmpfloat (unfinished[0], ==, 0);

  sf_test_go (c.graph);
  g_autofree float *again = sf_test_read (c.y);
  Chain other = chain_new (device);
  fill (&other);
  sf_test_go (other.graph);
  g_autofree float *want = sf_test_read (other.y);
  g_assert_cmpfloat (want[0], !=, 0);
  g_assert_cmpmem (again, ROWS * WIDTH * 4, want, ROWS * WIDTH * 4);
  chain_clear (&other);
  chain_clear (&c);
}

static void
test_band (void)
{
  g_autoptr (SfDevice) device = sf_test_device_open (SF_FAMILY_AUTO, 2);
  g_autoptr (SfRecorder) recorder = sf_recorder_new (device);
  guint64 range = sf_device_caps (device)->max_storage_range;

  g_assert_cmpuint (sf_recorder_band (recorder, 100, 8, 0, 0), ==, 100);
  g_assert_cmpuint (sf_recorder_band (recorder, 100, 8, 0.02, 0), ==, 100);
  g_assert_cmpuint (sf_recorder_band (recorder, 101, 8, 0.02, 0), ==, 96);
  g_assert_cmpuint (sf_recorder_band (recorder, 100, 8, 5, 0), ==, 8);
  g_assert_cmpuint (sf_recorder_band (recorder, 100, 8, 0, range / 20), ==, 16);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  sf_test_add_families ("/gpu/recorder/slices", test_slices);
  sf_test_add_families ("/gpu/recorder/default-limit", test_default_limit);
  sf_test_add_families ("/gpu/recorder/much-work-a-row", test_much_work_a_row);
  sf_test_add_families ("/gpu/recorder/cancelled-before", test_cancelled_before);
  sf_test_add_families ("/gpu/recorder/cancelled-between", test_cancelled_between);
  g_test_add_func ("/gpu/recorder/band", test_band);
  return sf_test_run ();
}
