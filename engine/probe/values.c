/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probe/values.h"

#include <math.h>
#include <string.h>

#include "base/convert.h"

float *
sf_trial_numbers (gsize n, guint32 seed)
{
  float *values = g_new (float, n);

  for (gsize i = 0; i < n; i++)
    {
      seed = seed * 1664525u + 1013904223u;
      values[i] = (float)(seed >> 8) / (1 << 24) - 0.5f;
    }
  return values;
}

SfTensor *
sf_trial_matrix (SfWeightStore *store, guint out, guint in, SfTaps taps, guint32 seed,
                 GError **error)
{
  guint kernel = taps == SF_TAPS_1X1 ? 1 : 9;
  g_autofree float *values = sf_trial_numbers ((gsize)out * in * kernel, seed);

  return sf_weight_store_matrix (store, SF_DTYPE_F16, out, in, taps, sf_floats (values), error);
}

SfTensor *
sf_trial_vector (SfWeightStore *store, guint n, guint32 seed, GError **error)
{
  g_autofree float *values = sf_trial_numbers (n, seed);

  return sf_weight_store_vector (store, n, values, error);
}

double
sf_trial_product (const float *x, const float *weight, guint in)
{
  double sum = 0;

  for (guint k = 0; k < in; k++)
    sum += (double)x[k] * sf_float_from_half (sf_half_from_float (weight[k]));
  return sum;
}

gboolean
sf_trial_near (const float *values, const float *known, guint n, double tolerance)
{
  float worst = 0, largest = 0;

  for (guint i = 0; i < n; i++)
    {
      float difference = fabsf (values[i] - known[i]);
      if (!(difference <= 1e30f))
        return FALSE;
      worst = MAX (worst, difference);
      largest = MAX (largest, fabsf (known[i]));
    }
  return largest > 0 && worst <= tolerance * largest;
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

gboolean
sf_trial_read (SfTensor *out, float *values, guint n_values, guint32 *digest, GError **error)
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
