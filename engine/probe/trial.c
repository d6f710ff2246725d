/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probe/trial.h"

#include <string.h>

#include "probe/network.h"
#include "probe/values.h"

typedef struct
{
  guint rows, in, out;
  guint repeats; /* products in one submission, one after the other */
} Size;

/* A matrix product as the U-Net's middle layers have it. */
static const Size speed = { 512, 640, 640, 1 };

/* The U-Net's outermost activations, of two branches. */
static const Size copied = { 8192, 320, 320, 1 };

/* One for each SfTileUse, from the U-Net's innermost level to its outermost, of two branches at
 * 512 × 512; longer than its products and shorter than its convolutions. A card has done one of
 * them before the host has asked for the next. */
static const Size sizes[SF_TILE_USES]
    = { { 128, 5120, 1280, 4 }, { 2048, 2560, 640, 4 }, { 8192, 1280, 320, 4 } };

/* What a software driver has patience for. */
#define SOFTWARE_ROWS_SHARE 8

/* Of the values, as many of each size. */
#define SIZE_VALUES (SF_TRIAL_VALUES / SF_TILE_USES)

/* Other work on the machine only ever slows a run down, so the best of many counts. The first one
 * compiles, and is none of them. */
#define SPEED_SECONDS 0.12
#define SPEED_MIN_RUNS 2

/* Results of a product that are worked out here too. */
#define CHECKED 24

#define INPUT_SEED 6
#define WEIGHT_SEED 7

/* The best rate at which @graph does @amount. */
static gboolean
time_graph (SfGraph *graph, double amount, double *rate, GError **error)
{
  double total = 0;

  if (!sf_graph_run (graph, NULL, error))
    return FALSE;
  for (guint i = 0; i < SPEED_MIN_RUNS || total < SPEED_SECONDS; i++)
    {
      gint64 start = g_get_monotonic_time ();
      if (!sf_graph_run (graph, NULL, error))
        return FALSE;
      double seconds = (g_get_monotonic_time () - start + 1) * 1e-6;
      total += seconds;
      *rate = MAX (*rate, amount / seconds);
    }
  return TRUE;
}

/* Whether some of @values, which are @n of all results, are what the numbers' product is. */
static gboolean
is_product (const Size *size, const float *input, const float *values, guint n)
{
  g_autofree float *weight = sf_trial_numbers ((gsize)size->out * size->in, WEIGHT_SEED);
  float got[CHECKED], want[CHECKED];

  for (guint i = 0; i < CHECKED; i++)
    {
      guint number = (guint64)i * n / CHECKED;
      gsize at = (gsize)number * size->rows * size->out / n;
      got[i] = values[number];
      want[i] = sf_trial_product (input + at / size->out * size->in,
                                  weight + at % size->out * size->in, size->in);
    }
  return sf_trial_near (got, want, CHECKED, SF_TRIAL_TOLERANCE);
}

static gboolean
time_product (SfDevice *device, const Size *size, SfTrial *trial, float *values, guint n_values,
              double *gflops, GError **error)
{
  g_autoptr (SfWeightStore) store = sf_weight_store_new (device);
  g_autoptr (SfGraph) graph = sf_graph_new (device, SF_GRAPH_DEFAULT);
  g_autofree float *input = sf_trial_numbers ((gsize)size->rows * size->in, INPUT_SEED);
  SfTensor *x = sf_graph_tensor (graph, SF_TENSOR_STATE, 1, 1, size->rows, size->in);
  SfTensor *weight = sf_trial_matrix (store, size->out, size->in, 1, WEIGHT_SEED, error);
  const SfEpilogue plain = { 0 };

  if (weight == NULL)
    return FALSE;
  SfTensor *out = sf_matmul (graph, x, weight, &plain);
  /* All results but the last have the same place, which keeps them in order. */
  for (guint i = 1; i < size->repeats; i++)
    out = sf_matmul (graph, x, weight, &plain);
  sf_graph_keep (graph, out);
  if (!sf_graph_prepare (graph, error) || !sf_tensor_write (x, input, error)
      || !time_graph (graph, sf_graph_gflop (graph), gflops, error)
      || !sf_trial_read (out, values, n_values, &trial->digest, error))
    return FALSE;
  trial->right = trial->right && is_product (size, input, values, n_values);
  return TRUE;
}

static gboolean
time_copy (SfDevice *device, SfTrial *trial, GError **error)
{
  g_autoptr (SfGraph) graph = sf_graph_new (device, SF_GRAPH_DEFAULT);
  g_autofree float *input = sf_trial_numbers ((gsize)copied.rows * copied.out, INPUT_SEED);
  SfTensor *x = sf_graph_tensor (graph, SF_TENSOR_STATE, 1, 1, copied.rows, copied.in);
  SfTensor *out = sf_graph_tensor (graph, SF_TENSOR_WORK, 1, 1, copied.rows, copied.out);

  sf_copy (graph, x, out);
  sf_graph_keep (graph, out);
  return sf_graph_prepare (graph, error) && sf_tensor_write (x, input, error)
         && time_graph (graph, 2e-9 * x->size, &trial->gflops[0], error)
         && sf_trial_read (out, trial->values, SF_TRIAL_VALUES, &trial->digest, error);
}

static gboolean
time_sizes (SfDevice *device, SfTrial *trial, GError **error)
{
  for (guint use = 0; use < SF_TILE_USES; use++)
    {
      Size size = sizes[use];
      if (trial->caps.software)
        size = (Size){ size.rows / SOFTWARE_ROWS_SHARE, size.in, size.out, 1 };
      if (!time_product (device, &size, trial, trial->values + use * SIZE_VALUES, SIZE_VALUES,
                         &trial->gflops[use], error))
        return FALSE;
    }
  return TRUE;
}

gboolean
sf_trial_agrees (const SfTrial *trial, const SfTrial *reference, double tolerance)
{
  return sf_trial_near (trial->values, reference->values, SF_TRIAL_VALUES, tolerance);
}

gboolean
sf_trial_run (SfTrialKind kind, const SfDeviceOptions *options, SfTrial *trial, GError **error)
{
  g_autoptr (SfDevice) device = sf_device_open (options, error);

  memset (trial, 0, sizeof *trial);
  if (device == NULL)
    return FALSE;
  trial->caps = *sf_device_caps (device);
  trial->right = TRUE;
  switch (kind)
    {
    case SF_TRIAL_SPEED:
      return time_product (device, &speed, trial, trial->values, SF_TRIAL_VALUES, &trial->gflops[0],
                           error);
    case SF_TRIAL_SIZES:
      return time_sizes (device, trial, error);
    case SF_TRIAL_STORES:
      return time_copy (device, trial, error);
    case SF_TRIAL_NETWORK:
      break;
    }
  return sf_trial_network (device, !trial->caps.software, trial, error);
}
