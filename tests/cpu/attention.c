/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cpu/cpu.h"

#include <math.h>

/* One query of one head: y[d], q[d], and k and v with @stride floats from key to key. */
static void
attend (float *y, const float *q, const float *k, const float *v, guint keys, guint d, gsize stride)
{
  g_autofree double *p = g_new (double, keys);
  double largest = -INFINITY, total = 0;

  for (guint key = 0; key < keys; key++)
    {
      p[key] = 0;
      for (guint i = 0; i < d; i++)
        p[key] += (double)q[i] * k[key * stride + i] / sqrt (d);
      largest = fmax (largest, p[key]);
    }
  for (guint key = 0; key < keys; key++)
    total += p[key] = exp (p[key] - largest);
  for (guint i = 0; i < d; i++)
    {
      double sum = 0;
      for (guint key = 0; key < keys; key++)
        sum += p[key] / total * v[key * stride + i];
      y[i] = sum;
    }
}

void
sf_cpu_attention (float *y, const float *q, const float *k, const float *v, guint n, guint tq,
                  guint tk, guint heads, guint d, gboolean causal)
{
  gsize stride = (gsize)heads * d;

  for (guint image = 0; image < n; image++)
    for (guint i = 0; i < tq; i++)
      for (guint head = 0; head < heads; head++)
        {
          gsize at = ((gsize)image * tq + i) * stride + head * d;
          gsize from = (gsize)image * tk * stride + head * d;
          attend (y + at, q + at, k + from, v + from, causal ? MIN (i + 1, tk) : tk, d, stride);
        }
}
