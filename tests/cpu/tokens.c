/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cpu/cpu.h"

#include <math.h>
#include <string.h>

/* As shaders/include/tokens.glsl has it. */
static guint
chosen_place (guint cell, guint salt)
{
  guint32 state = cell * 747796405u + salt * 2891336453u + 1u;
  guint32 word = ((state >> ((state >> 28) + 4)) ^ state) * 277803737u;

  return word >> 30;
}

void
sf_cpu_tokens (guint *sources, guint *destinations, guint h, guint w, guint salt)
{
  guint cell = 0;

  for (guint y = 0; y + 1 < h; y += 2)
    for (guint x = 0; x + 1 < w; x += 2, cell++)
      for (guint place = 0; place < 4; place++)
        {
          guint token = (y + place / 2) * w + x + place % 2;
          if (place == chosen_place (cell, salt))
            *destinations++ = token;
          else
            *sources++ = token;
        }
  for (guint y = 0; y < h && w % 2 == 1; y++)
    *sources++ = y * w + w - 1;
  for (guint x = 0; x < w / 2 * 2 && h % 2 == 1; x++)
    *sources++ = (h - 1) * w + x;
}

double
sf_cpu_token_likeness (const float *a, const float *b, guint c)
{
  double ab = 0, aa = 0, bb = 0;

  for (guint i = 0; i < c; i++)
    {
      ab += (double)a[i] * b[i];
      aa += (double)a[i] * a[i];
      bb += (double)b[i] * b[i];
    }
  return ab / sqrt (aa) / sqrt (bb);
}

void
sf_cpu_token_rank (float *rank, const float *score, guint sources)
{
  for (guint i = 0; i < sources; i++)
    {
      rank[i] = 0;
      for (guint j = 0; j < sources; j++)
        rank[i] += score[j] > score[i] || (score[j] == score[i] && j < i);
    }
}

void
sf_cpu_token_merge (float *y, const float *x, const float *best, const float *rank, guint h,
                    guint w, guint c, guint salt, guint merged)
{
  guint cells = (h / 2) * (w / 2), n = h * w - cells;
  g_autofree guint *sources = g_new (guint, n), *destinations = g_new (guint, cells);

  sf_cpu_tokens (sources, destinations, h, w, salt);
  for (guint i = 0; i < n; i++)
    if (rank[i] >= merged)
      memcpy (y + (guint)(rank[i] - merged) * c, x + sources[i] * c, c * sizeof *x);
  for (guint cell = 0; cell < cells; cell++)
    for (guint k = 0; k < c; k++)
      {
        double sum = x[destinations[cell] * c + k];
        guint count = 1;
        for (guint i = 0; i < n; i++)
          if (rank[i] < merged && best[i] == cell)
            {
              sum += x[sources[i] * c + k];
              count++;
            }
        y[(n - merged + cell) * c + k] = sum / count;
      }
}

void
sf_cpu_token_unmerge (float *y, const float *x, const float *best, const float *rank,
                      const float *residual, guint h, guint w, guint c, guint salt, guint merged)
{
  guint cells = (h / 2) * (w / 2), n = h * w - cells;
  g_autofree guint *sources = g_new (guint, n), *destinations = g_new (guint, cells);
  g_autofree guint *from = g_new (guint, h * w);

  sf_cpu_tokens (sources, destinations, h, w, salt);
  for (guint cell = 0; cell < cells; cell++)
    from[destinations[cell]] = n - merged + cell;
  for (guint i = 0; i < n; i++)
    from[sources[i]] = rank[i] >= merged ? rank[i] - merged : n - merged + best[i];
  for (guint token = 0; token < h * w; token++)
    for (guint k = 0; k < c; k++)
      y[token * c + k] = x[from[token] * c + k] + residual[token * c + k];
}
