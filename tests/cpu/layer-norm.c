/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "cpu/cpu.h"

void
sf_cpu_layer_norm (float *y, const float *x, const float *gamma, const float *beta, guint rows,
                   guint c, float eps)
{
  for (guint row = 0; row < rows; row++, x += c, y += c)
    {
      double mean = 0, square = 0;

      for (guint i = 0; i < c; i++)
        mean += (double)x[i] / c;
      for (guint i = 0; i < c; i++)
        square += pow (x[i] - mean, 2) / c;
      for (guint i = 0; i < c; i++)
        y[i] = (x[i] - mean) / sqrt (square + eps) * gamma[i] + beta[i];
    }
}
