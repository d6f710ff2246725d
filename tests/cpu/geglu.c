/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "cpu/cpu.h"

void
sf_cpu_geglu (float *y, const float *x, guint rows, guint c)
{
  for (guint row = 0; row < rows; row++)
    for (guint i = 0; i < c; i++)
      {
        double a = x[row * 2 * c + i], g = x[row * 2 * c + c + i];
        y[row * c + i] = a * 0.5 * g * (1 + erf (g / sqrt (2)));
      }
}
