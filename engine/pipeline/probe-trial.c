/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/probe-trial.h"

#include <math.h>
#include <string.h>

#include "ops/ops.h"

/* Odd enough to meet every tail: 77 tokens, 40 channels, groups that straddle texels. */
#define TOKENS 77
#define CHANNELS 40
#define HEADS 1
G_STATIC_ASSERT (TOKENS *CHANNELS == SF_TRIAL_VALUES);

typedef struct
{
  guint rows, channels; /* of x, and as many of the result */
  guint repeats;        /* products in one submission, one after the other */
} Size;

/* A matrix product as the U-Net's middle layers have it. */
static const Size speed = { 512, 640, 1 };

/* One for each SfTileUse, from the U-Net's innermost level to its outermost. A card has done one of
 * them before the host has asked for the next. */
static const Size sizes[SF_TILE_USES] = { { 128, 1280, 8 }, { 1024, 640, 8 }, { 4096, 320, 8 } };

/* Of the values, as many of each size. */
#define SIZE_VALUES (SF_TRIAL_VALUES / SF_TILE_USES)

/* Other work on the machine only ever slows a run down, so the best of many counts. The first one
 * compiles, and is none of them. */
#define SPEED_SECONDS 0.25
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

/* In F32, so that Winograd's convolution agrees with the plain one of the family that lacks it. */
static SfTensor *
winograd (SfGraph *graph, SfWeightStore *store, guint32 seed, GError **error)
{
  g_autofree float *values = numbers (CHANNELS * CHANNELS * 9, seed);
  guint taps = sf_graph_caps (graph)->family == SF_FAMILY_TEXEL ? SF_WINOGRAD_TAPS : 9;

  return sf_weight_store_matrix (store, SF_DTYPE_F32, CHANNELS, CHANNELS, taps, values, error);
}

static SfTensor *
vector (SfWeightStore *store, guint n, guint32 seed, GError **error)
{
  g_autofree float *values = numbers (n, seed);

  return sf_weight_store_vector (store, n, values, error);
}

/* x → matmul → conv2d, twice → group norm → attention → out */
static SfTensor *
build_network (SfGraph *graph, SfWeightStore *store, SfTensor *x, GError **error)
{
  const SfConv2d conv = SF_CONV2D_3X3;
  const SfEpilogue plain = { 0 };
  SfTensor *linear = matrix (store, CHANNELS, CHANNELS, 1, 1, error);
  SfTensor *kernel = linear != NULL ? matrix (store, CHANNELS, CHANNELS, 9, 2, error) : NULL;
  SfTensor *second = kernel != NULL ? winograd (graph, store, 8, error) : NULL;
  SfTensor *gamma = second != NULL ? vector (store, CHANNELS, 3, error) : NULL;
  SfTensor *beta = gamma != NULL ? vector (store, CHANNELS, 4, error) : NULL;

  if (beta == NULL)
    return NULL;
  SfTensor *h = sf_matmul (graph, x, linear, &plain);
  h = sf_conv2d (graph, h, kernel, &conv, &plain);
  h = sf_conv2d (graph, h, second, &conv, &plain);
  h = sf_group_norm (graph, h, NULL, gamma, beta, 8, 1e-5f, TRUE);
  return sf_attention (graph, h, h, h, HEADS, FALSE);
}

/* FNV-1a, over words. */
static void
add_to_digest (guint32 *digest, const float *values, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      guint32 bits;
      memcpy (&bits, &values[i], sizeof bits);
      *digest = (*digest ^ bits) * 16777619u;
    }
}

/* Every so many values of @out, so that all of its rows are looked at. */
static gboolean
read_sample (SfTensor *out, float *values, guint n_values, guint32 *digest, GError **error)
{
  gsize n = (gsize)sf_tensor_rows (out) * out->c;
  g_autofree float *all = g_new (float, n);

  if (!sf_tensor_read (out, all, error))
    return FALSE;
  for (guint i = 0; i < n_values; i++)
    values[i] = all[i * n / n_values];
  add_to_digest (digest, all, n);
  return TRUE;
}

static gboolean
run_network (SfDevice *device, SfTrial *trial, GError **error)
{
  g_autoptr (SfWeightStore) store = sf_weight_store_new (device);
  g_autoptr (SfGraph) graph = sf_graph_new (device, SF_GRAPH_DEFAULT);
  g_autofree float *input = numbers (TOKENS * CHANNELS, 5);
  SfTensor *x = sf_graph_tensor (graph, SF_TENSOR_HOST, 1, 7, 11, CHANNELS);
  SfTensor *out = sf_graph_tensor (graph, SF_TENSOR_HOST, 1, 7, 11, CHANNELS);
  SfTensor *last = build_network (graph, store, x, error);

  if (last == NULL)
    return FALSE;
  sf_copy (graph, last, out);
  if (!sf_graph_prepare (graph, error) || !sf_tensor_write (x, input, error)
      || !sf_graph_run (graph, NULL, error))
    return FALSE;
  return read_sample (out, trial->values, SF_TRIAL_VALUES, &trial->digest, error);
}

static gboolean
time_product (SfDevice *device, const Size *size, SfTrial *trial, float *values, guint n_values,
              double *gflops, GError **error)
{
  g_autoptr (SfWeightStore) store = sf_weight_store_new (device);
  g_autoptr (SfGraph) graph = sf_graph_new (device, SF_GRAPH_DEFAULT);
  g_autofree float *input = numbers ((gsize)size->rows * size->channels, 6);
  SfTensor *x = sf_graph_tensor (graph, SF_TENSOR_STATE, 1, 1, size->rows, size->channels);
  SfTensor *weight = matrix (store, size->channels, size->channels, 1, 7, error);
  const SfEpilogue plain = { 0 };

  if (weight == NULL)
    return FALSE;
  SfTensor *out = sf_matmul (graph, x, weight, &plain);
  /* All results but the last have the same place, which keeps them in order. */
  for (guint i = 1; i < size->repeats; i++)
    out = sf_matmul (graph, x, weight, &plain);
  sf_graph_keep (graph, out);
  if (!sf_graph_prepare (graph, error) || !sf_tensor_write (x, input, error))
    return FALSE;
  if (!sf_graph_run (graph, NULL, error))
    return FALSE;
  double total = 0;
  for (guint i = 0; i < SPEED_MIN_RUNS || total < SPEED_SECONDS; i++)
    {
      gint64 start = g_get_monotonic_time ();
      if (!sf_graph_run (graph, NULL, error))
        return FALSE;
      double seconds = (g_get_monotonic_time () - start + 1) * 1e-6;
      total += seconds;
      *gflops = MAX (*gflops, sf_graph_gflop (graph) / seconds);
    }
  return read_sample (out, values, n_values, &trial->digest, error);
}

static gboolean
time_sizes (SfDevice *device, SfTrial *trial, GError **error)
{
  for (guint use = 0; use < SF_TILE_USES; use++)
    if (!time_product (device, &sizes[use], trial, trial->values + use * SIZE_VALUES, SIZE_VALUES,
                       &trial->gflops[use], error))
      return FALSE;
  return TRUE;
}

gboolean
sf_trial_agrees (const SfTrial *trial, const SfTrial *reference, double tolerance)
{
  float worst = 0, largest = 0;

  for (guint i = 0; i < SF_TRIAL_VALUES; i++)
    {
      float difference = fabsf (trial->values[i] - reference->values[i]);
      if (!(difference <= 1e30f))
        return FALSE;
      worst = MAX (worst, difference);
      largest = MAX (largest, fabsf (reference->values[i]));
    }
  return largest > 0 && worst <= tolerance * largest;
}

gboolean
sf_trial_run (SfTrialKind kind, const SfDeviceOptions *options, SfTrial *trial, GError **error)
{
  g_autoptr (SfDevice) device = sf_device_open (options, error);

  memset (trial, 0, sizeof *trial);
  if (device == NULL)
    return FALSE;
  trial->caps = *sf_device_caps (device);
  if (kind == SF_TRIAL_SPEED)
    return time_product (device, &speed, trial, trial->values, SF_TRIAL_VALUES, &trial->gflops[0],
                         error);
  return kind == SF_TRIAL_SIZES ? time_sizes (device, trial, error)
                                : run_network (device, trial, error);
}
