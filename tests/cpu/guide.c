/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cpu/cpu.h"

void
sf_cpu_guide (float *denoised, const float *x, const float *out, float c_skip, const float *weights,
              guint n, gsize size)
{
  for (gsize i = 0; i < size; i++)
    {
      double sum = (double)c_skip * x[i];
      for (guint branch = 0; branch < n; branch++)
        sum += (double)weights[branch] * out[branch * size + i];
      denoised[i] = sum;
    }
}
