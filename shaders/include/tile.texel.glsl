/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The tile of a product in the shape that software drivers compile well: one subgroup a workgroup,
 * no shared memory, every inner loop unrolled, every load a 128-bit fetch. A lane owns four
 * neighbouring columns of all rows of the tile. Rows are loaded one a lane and go round, in steps of
 * two: between them the weights of the lane next to it, which costs half as much as to hand round every
 * row. Whoever uses it loads all of a step before it adds any: newer lavapipe calls a function for
 * every load, and what is in registers then has to be saved. */
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_KHR_shader_subgroup_shuffle : require
#include "include/swap.glsl"

/* Rows of one load, and of the tile. Wide subgroups hold copies, or the tile would not fit. */
const int LINES = WIDTH < 16 ? WIDTH : 16;
layout (constant_id = 7) const int LOADS = 2; /* see SfCaps */
const int ROWS = LINES * LOADS;

/* Of the tile's rows in order once sf_tile_finish() was called. Before, sums i and i + 1, where i is
 * even, are those of row i ^ lane: of the lane's columns and of its neighbour's. */
float sum[ROWS][4];

void sf_tile_clear (void)
{
  [[unroll]] for (int i = 0; i < ROWS; i++)
    [[unroll]] for (int j = 0; j < 4; j++)
      sum[i][j] = 0.0;
}

/* Rows of all loads, eight of the depth: @a of the lane's rows, @w of its four columns. */
void sf_tile_add (float a[LOADS][8], float w[4][8])
{
  float neighbour[4][8];

  [[unroll]] for (int j = 0; j < 4; j++)
    [[unroll]] for (int c = 0; c < 8; c++)
      neighbour[j][c] = sf_swap (w[j][c], 1);
  [[unroll]] for (int i = 0; i < ROWS; i += 2)
    [[unroll]] for (int c = 0; c < 8; c++)
      {
        const float value = sf_swap (a[i / LINES][c], i % LINES);
        [[unroll]] for (int j = 0; j < 4; j++)
          sum[i][j] += value * w[j][c];
        [[unroll]] for (int j = 0; j < 4; j++)
          sum[i + 1][j] += value * neighbour[j][c];
      }
}

/* In lanes whose number has @bit, exchanges rows that differ by it. */
void sort_rows (int bit)
{
  const bool exchange = (int (gl_SubgroupInvocationID) & bit) != 0;

  if (bit >= LINES)
    return;
  [[unroll]] for (int i = 0; i < ROWS; i++)
    if ((i & bit) == 0)
      [[unroll]] for (int j = 0; j < 4; j++)
        {
          const float low = sum[i][j], high = sum[i | bit][j];
          sum[i][j] = exchange ? high : low;
          sum[i | bit][j] = exchange ? low : high;
        }
}

/* Hands the sums of the neighbours' columns back: sum i is then that of row i ^ lane. A loop over the
 * bits would not be unrolled. */
void sf_tile_finish (void)
{
  [[unroll]] for (int i = 1; i < ROWS; i += 2)
    [[unroll]] for (int j = 0; j < 4; j++)
      sum[i][j] = sf_swap (sum[i][j], 1);
  sort_rows (1);
  sort_rows (2);
  sort_rows (4);
  sort_rows (8);
}

vec4 sf_tile_row (int i)
{
  return vec4 (sum[i][0], sum[i][1], sum[i][2], sum[i][3]);
}
