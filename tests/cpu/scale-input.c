/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cpu/cpu.h"

void
sf_cpu_scale_input (float *y, const float *x, float c_in, guint n, gsize size)
{
  for (gsize i = 0; i < n * size; i++)
    y[i] = x[i % size] * c_in;
}
