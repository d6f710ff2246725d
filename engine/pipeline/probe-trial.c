/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/probe-trial.h"

#include <string.h>

#include "ops/ops.h"

/* Odd enough to meet every tail: 77 tokens, 40 channels, groups that straddle texels. */
#define TOKENS 77
#define CHANNELS 40
#define HEADS 1
G_STATIC_ASSERT (TOKENS *CHANNELS == SF_TRIAL_VALUES);

/* A matrix product as the U-Net's middle layers have it. */
#define SPEED_ROWS 512
#define SPEED_CHANNELS 640
/* Other work on the machine only ever slows a run down, so the best of many counts. */
#define SPEED_SECONDS 0.4
#define SPEED_MIN_RUNS 2

/* Small numbers that look random: a linear congruential generator, reduced to ±0.5. */
static float *
numbers (gsize n, guint32 seed)
{
  float *values = g_new (float, n);

  for (gsize i = 0; i < n; i++)
    {
      seed = seed * 1664525u + 1013904223u;
      values[i] = (float)(seed >> 8) / (1 << 24) - 0.5f;
    }
  return values;
}

static SfTensor *
matrix (SfWeightStore *store, guint out, guint in, guint taps, guint32 seed, GError **error)
{
  g_autofree float *values = numbers ((gsize)out * in * taps, seed);

  return sf_weight_store_matrix (store, SF_DTYPE_F16, out, in, taps, values, error);
}

static SfTensor *
vector (SfWeightStore *store, guint n, guint32 seed, GError **error)
{
  g_autofree float *values = numbers (n, seed);

  return sf_weight_store_vector (store, n, values, error);
}

/* x → matmul → conv2d → group norm → attention → out */
static SfTensor *
build_network (SfGraph *graph, SfWeightStore *store, SfTensor *x, GError **error)
{
  const SfConv2d conv = SF_CONV2D_3X3;
  const SfEpilogue plain = { 0 };
  SfTensor *linear = matrix (store, CHANNELS, CHANNELS, 1, 1, error);
  SfTensor *kernel = linear != NULL ? matrix (store, CHANNELS, CHANNELS, 9, 2, error) : NULL;
  SfTensor *gamma = kernel != NULL ? vector (store, CHANNELS, 3, error) : NULL;
  SfTensor *beta = gamma != NULL ? vector (store, CHANNELS, 4, error) : NULL;

  if (beta == NULL)
    return NULL;
  SfTensor *h = sf_matmul (graph, x, linear, &plain);
  h = sf_conv2d (graph, h, kernel, &conv, &plain);
  h = sf_group_norm (graph, h, NULL, gamma, beta, 8, 1e-5f, TRUE);
  return sf_attention (graph, h, h, h, HEADS, FALSE);
}

static gboolean
run_network (SfDevice *device, SfTrial *trial, GError **error)
{
  g_autoptr (SfWeightStore) store = sf_weight_store_new (device);
  g_autoptr (SfGraph) graph = sf_graph_new (device, SF_GRAPH_DEFAULT);
  g_autofree float *input = numbers (TOKENS * CHANNELS, 5);
  g_autofree float *output = g_new (float, TOKENS *CHANNELS);
  SfTensor *x = sf_graph_tensor (graph, SF_TENSOR_HOST, 1, 7, 11, CHANNELS);
  SfTensor *out = sf_graph_tensor (graph, SF_TENSOR_HOST, 1, 7, 11, CHANNELS);
  SfTensor *last = build_network (graph, store, x, error);

  if (last == NULL)
    return FALSE;
  sf_copy (graph, last, out);
  if (!sf_graph_prepare (graph, error) || !sf_tensor_write (x, input, error)
      || !sf_graph_run (graph, NULL, error))
    return FALSE;
  return sf_tensor_read (out, trial->values, error);
}

static gboolean
time_product (SfDevice *device, SfTrial *trial, GError **error)
{
  g_autoptr (SfWeightStore) store = sf_weight_store_new (device);
  g_autoptr (SfGraph) graph = sf_graph_new (device, SF_GRAPH_DEFAULT);
  g_autofree float *input = numbers (SPEED_ROWS * SPEED_CHANNELS, 6);
  SfTensor *x = sf_graph_tensor (graph, SF_TENSOR_STATE, 1, 1, SPEED_ROWS, SPEED_CHANNELS);
  SfTensor *weight = matrix (store, SPEED_CHANNELS, SPEED_CHANNELS, 1, 7, error);
  const SfEpilogue plain = { 0 };

  if (weight == NULL)
    return FALSE;
  SfTensor *out = sf_matmul (graph, x, weight, &plain);
  sf_graph_keep (graph, out);
  if (!sf_graph_prepare (graph, error) || !sf_tensor_write (x, input, error))
    return FALSE;
  double total = 0;
  for (guint i = 0; i < SPEED_MIN_RUNS || total < SPEED_SECONDS; i++)
    {
      gint64 start = g_get_monotonic_time ();
      if (!sf_graph_run (graph, NULL, error))
        return FALSE;
      double seconds = (g_get_monotonic_time () - start + 1) * 1e-6;
      total += seconds;
      trial->gflops = MAX (trial->gflops, sf_graph_gflop (graph) / seconds);
    }
  return sf_buffer_read (out->range.buffer, out->range.offset, trial->values, sizeof trial->values,
                         error);
}

gboolean
sf_trial_run (SfTrialKind kind, const SfDeviceOptions *options, SfTrial *trial, GError **error)
{
  g_autoptr (SfDevice) device = sf_device_open (options, error);

  memset (trial, 0, sizeof *trial);
  if (device == NULL)
    return FALSE;
  trial->caps = *sf_device_caps (device);
  return kind == SF_TRIAL_SPEED ? time_product (device, trial, error)
                                : run_network (device, trial, error);
}
