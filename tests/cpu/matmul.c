/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cpu/cpu.h"

#include <math.h>

static double
activate (double x, SfActivation activation)
{
  switch (activation)
    {
    case SF_ACTIVATION_SILU:
      return x / (1 + exp (-x));
    case SF_ACTIVATION_GELU:
      return 0.5 * x * (1 + erf (x / sqrt (2)));
    case SF_ACTIVATION_QUICK_GELU:
      return x / (1 + exp (-1.702 * x));
    default:
      return x;
    }
}

void
sf_cpu_epilogue (float *y, const float *bias, const float *shift, const float *residual,
                 SfActivation activation, guint n, guint hw, guint c)
{
  for (gsize i = 0; i < (gsize)n * hw * c; i++)
    {
      double sum = y[i];
      sum += bias != NULL ? bias[i % c] : 0;
      sum += shift != NULL ? shift[i / c / hw * c + i % c] : 0;
      sum = activate (sum, activation) + (residual != NULL ? residual[i] : 0);
      y[i] = activation == SF_ACTIVATION_RELU ? MAX (sum, 0) : sum;
    }
}

void
sf_cpu_matmul (float *y, const float *x, const float *weight, guint m, guint k, guint c)
{
  for (gsize row = 0; row < m; row++)
    for (gsize column = 0; column < c; column++)
      {
        double sum = 0;
        for (gsize i = 0; i < k; i++)
          sum += (double)x[row * k + i] * weight[column * k + i];
        y[row * c + column] = sum;
      }
}
