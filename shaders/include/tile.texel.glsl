/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The tile of a product in the shape that software drivers compile well: one subgroup a workgroup,
 * no shared memory, every inner loop unrolled, every load a 128-bit fetch. A lane owns four
 * neighbouring columns of all rows of the tile. Rows are loaded one a lane and go round, in steps of
 * two: between them the weights of the lane next to it, which costs half as much as to hand round every
 * row. Whoever uses it loads all of a step before it adds any: newer lavapipe calls a function for
 * every load, and what is in registers then has to be saved. */

/* Rows of one load, and of the tile. Wide subgroups hold copies, or the tile would not fit. */
const int LINES = WIDTH < 16 ? WIDTH : 16;
layout (constant_id = 7) const int LOADS = 2; /* see SfCaps */
const int ROWS = LINES * LOADS;

/* Of the tile's rows in order once sf_tile_finish() was called. Before, sums i and i + 1, where i is
 * even, are those of row i ^ lane: of the lane's columns and of its neighbour's. */
vec4 sum[ROWS];

void sf_tile_clear (void)
{
  [[unroll]] for (int i = 0; i < ROWS; i++)
    sum[i] = vec4 (0.0);
}

/* Rows of all loads, eight of the depth: @a of the lane's rows, @w of its four columns. */
void sf_tile_add (float a[LOADS][8], vec4 w[8])
{
  vec4 neighbour[8];

  [[unroll]] for (int c = 0; c < 8; c++)
    neighbour[c] = sf_swap (w[c], 1);
  [[unroll]] for (int i = 0; i < ROWS; i += 2)
    [[unroll]] for (int c = 0; c < 8; c++)
      {
        const float value = sf_swap (a[i / LINES][c], i % LINES);
        sum[i] += value * w[c];
        sum[i + 1] += value * neighbour[c];
      }
}

/* In lanes whose number has @bit, exchanges rows that differ by it. */
void sort_rows (int bit)
{
  const bvec4 exchange = bvec4 ((int (gl_SubgroupInvocationID) & bit) != 0);

  if (bit >= LINES)
    return;
  [[unroll]] for (int pair = 0; pair < ROWS / 2; pair++)
    {
      const int i = pair + (pair & -bit);
      const vec4 low = sum[i], high = sum[i + bit];
      sum[i] = mix (low, high, exchange);
      sum[i + bit] = mix (high, low, exchange);
    }
}

/* Hands the sums of the neighbours' columns back, so that sum i is that of row i ^ lane, and sorts
 * them. A loop over the bits would not be unrolled. */
void sf_tile_finish (void)
{
  [[unroll]] for (int i = 1; i < ROWS; i += 2)
    sum[i] = sf_swap (sum[i], 1);
  sort_rows (1);
  sort_rows (2);
  sort_rows (4);
  sort_rows (8);
}
