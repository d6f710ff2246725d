/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "cpu/cpu.h"

void
sf_cpu_latent_sample (float *y, const float *moments, const float *noise, gsize pixels, guint c,
                      float scale)
{
  for (gsize pixel = 0; pixel < pixels; pixel++)
    for (guint i = 0; i < c; i++)
      {
        double mean = moments[pixel * 2 * c + i];
        double logvar = CLAMP (moments[pixel * 2 * c + c + i], -30, 20);
        y[pixel * c + i] = (mean + exp (logvar / 2) * noise[pixel * c + i]) * scale;
      }
}
