/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The tile of a product in the shape that software drivers compile well: one subgroup a workgroup,
 * no shared memory, every inner loop unrolled, every load a 128-bit fetch. A lane owns four
 * neighbouring columns of all rows of the tile. Rows are loaded one a lane and handed round. Whoever
 * uses it loads all of a step before it adds any: newer lavapipe calls a function for every load, and
 * what is in registers then has to be saved. */
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_KHR_shader_subgroup_shuffle : require
#extension GL_KHR_shader_subgroup_ballot : require
#include "include/broadcast.glsl"

/* Rows of one load, and of the tile. Wide subgroups hold copies, or the tile would not fit. */
const int LINES = WIDTH < 16 ? WIDTH : 16;
layout (constant_id = 8) const int LOADS = 2; /* see SfCaps */
const int ROWS = LINES * LOADS;

float sum[ROWS][4];

void sf_tile_clear (void)
{
  [[unroll]] for (int i = 0; i < ROWS; i++)
    [[unroll]] for (int j = 0; j < 4; j++)
      sum[i][j] = 0.0;
}

/* Rows of load @i, eight of the depth: @a of the lane's row, @w of its four columns. */
void sf_tile_add (int i, float a[8], float w[4][8], uint zero)
{
  [[unroll]] for (int l = 0; l < LINES; l++)
    [[unroll]] for (int c = 0; c < 8; c++)
      {
        float value = sf_broadcast (a[c], l, zero);
        [[unroll]] for (int j = 0; j < 4; j++)
          sum[i * LINES + l][j] += value * w[j][c];
      }
}

vec4 sf_tile_row (int i)
{
  return vec4 (sum[i][0], sum[i][1], sum[i][2], sum[i][3]);
}
