/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cpu/cpu.h"

void
sf_cpu_latent_rgb (float *rgb, const float *x, const float *matrix, gsize pixels, guint c)
{
  for (gsize pixel = 0; pixel < pixels; pixel++)
    for (guint j = 0; j < 3; j++)
      {
        double sum = matrix[c * 3 + j];
        for (guint i = 0; i < c; i++)
          sum += (double)x[pixel * c + i] * matrix[i * 3 + j];
        rgb[pixel * 3 + j] = sum;
      }
}
