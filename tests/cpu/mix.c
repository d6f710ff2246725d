/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cpu/cpu.h"

void
sf_cpu_mix (float *const slots[SF_MIX_SLOTS], const float *noise, const float *coefficients,
            gsize size)
{
  const float *b = coefficients + SF_MIX_SLOTS * 8;

  for (gsize at = 0; at < size; at++)
    {
      double mixed[SF_MIX_SLOTS];

      for (guint j = 0; j < SF_MIX_SLOTS; j++)
        {
          const float *a = coefficients + j * 8;
          mixed[j] = b[j] != 0 ? (double)b[j] * noise[at] : 0;
          for (guint i = 0; i < SF_MIX_SLOTS; i++)
            mixed[j] += a[i] != 0 ? (double)a[i] * slots[i][at] : 0;
        }
      for (guint j = 0; j < SF_MIX_SLOTS; j++)
        slots[j][at] = mixed[j];
    }
}
