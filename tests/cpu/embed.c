/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cpu/cpu.h"

void
sf_cpu_embed (float *y, const float *ids, const float *tokens, const float *positions, guint n,
              guint length, guint c)
{
  for (guint row = 0; row < n * length; row++)
    for (guint i = 0; i < c; i++)
      y[row * c + i] = tokens[(gsize)ids[row] * c + i] + positions[row % length * c + i];
}
