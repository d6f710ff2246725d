/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cpu/cpu.h"

void
sf_cpu_affine (float *y, const float *x, gsize size, float scale, float shift)
{
  for (gsize i = 0; i < size; i++)
    y[i] = (double)x[i] * scale + shift;
}
