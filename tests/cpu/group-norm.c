/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "cpu/cpu.h"

/* Channel @c of a row, from one source or the other. */
static double
channel (const float *x, const float *skip, gsize row, guint c0, guint c1, guint c)
{
  return c < c0 ? x[row * c0 + c] : skip[row * c1 + c - c0];
}

void
sf_cpu_group_norm (float *y, const float *x, const float *skip, const float *gamma,
                   const float *beta, guint n, guint rows, guint c0, guint c1, guint groups,
                   float eps, gboolean silu)
{
  guint all = c0 + c1, size = all / groups;

  for (guint image = 0; image < n; image++)
    for (guint first = 0; first < all; first += size)
      {
        gsize begin = (gsize)image * rows, end = begin + rows;
        double mean = 0, square = 0;

        for (gsize row = begin; row < end; row++)
          for (guint c = first; c < first + size; c++)
            mean += channel (x, skip, row, c0, c1, c) / ((double)rows * size);
        for (gsize row = begin; row < end; row++)
          for (guint c = first; c < first + size; c++)
            square += pow (channel (x, skip, row, c0, c1, c) - mean, 2) / ((double)rows * size);
        for (gsize row = begin; row < end; row++)
          for (guint c = first; c < first + size; c++)
            {
              double v = (channel (x, skip, row, c0, c1, c) - mean) / sqrt (square + eps);
              v = v * gamma[c] + beta[c];
              y[row * all + c] = silu ? v / (1 + exp (-v)) : v;
            }
      }
}
