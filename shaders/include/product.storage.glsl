/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The storage form of matmul and conv2d: a workgroup makes a tile of ROWS×COLUMNS outputs from
 * slices of DEPTH along K, which lie in shared memory twice: while one is worked on, the next one
 * is on its way from memory. K runs over taps, then channels, as the weights lie. A thread makes
 * THREAD_ROWS×THREAD_COLUMNS outputs, each a sum over K in its one order, so that every tile gives
 * the same bits. Workgroups along z share K and make sums of their own. engine/gpu/tile.h has the
 * tiles. No subgroup is assumed. */
#include "include/product.glsl"

layout (constant_id = 7) const int ROWS = 64;
layout (constant_id = 8) const int COLUMNS = 64;
layout (constant_id = 9) const int DEPTH = 16; /* 8, 16 or 32 */
layout (constant_id = 10) const int THREAD_ROWS = 4;
layout (constant_id = 11) const int THREAD_COLUMNS = 4;
layout (constant_id = 12) const int STEP = 1; /* turns of the innermost loop between two jumps */

int sf_slice_row (int row)
{
  return row;
}

#include "include/slice.glsl"

const int QUADS = THREAD_COLUMNS / 4;              /* vec4s of columns, of a thread */
const int THREADS_ACROSS = COLUMNS / THREAD_COLUMNS; /* of a row of threads */
const int THREADS_DOWN = ROWS / THREAD_ROWS;

/* Rows of four along K, as they come from memory: neither loads nor stores turn anything round. */
shared vec4 x_tile[2 * ROWS * PARTS];
shared vec4 w_tile[2 * COLUMNS * PARTS];

/* Rows are as long as the banks or a half or a quarter of it, so the parts of neighbouring rows
 * change places: eight threads that read one part of eight rows meet eight different groups of
 * banks. This is by how much; it repeats after eight rows at the latest. */
int sf_turn (int row)
{
  return row * PARTS / 8 & PARTS - 1;
}

/* Where part @part of a row is. */
int sf_place (int row, int part)
{
  return row * PARTS + (part ^ sf_turn (row));
}

/* Rows of w_tile are columns in another order: those that neighbouring threads read together, the
 * j-th of each one's quad, are neighbours. */
int sf_column (int row)
{
  const int thread = row % THREADS_ACROSS, j = row / THREADS_ACROSS % 4;
  return (row / THREADS_ACROSS / 4 * THREADS_ACROSS + thread) * 4 + j;
}

vec4 x_held[X_LOADS];
vec4 w_held[W_LOADS][2];

/* The next slice from memory. */
void sf_fetch (int slice, int thread, SfProductParams p)
{
  [[unroll]] for (int i = 0; i < X_LOADS; i++)
    x_held[i] = sf_slice_x (i, thread, p);
  [[unroll]] for (int i = 0; i < W_LOADS; i++)
    {
      const int at = i * WIDTH + thread;
      const int group
          = sf_slice_weights (sf_column (at / GROUPS), slice * GROUPS + at % GROUPS, p);
      float w[8] = float[8] (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
      if (group >= 0 && at < COLUMNS * GROUPS)
        sf_load_weights (group, p.weight, w);
      w_held[i][0] = vec4 (w[0], w[1], w[2], w[3]);
      w_held[i][1] = vec4 (w[4], w[5], w[6], w[7]);
    }
  sf_slice_next (p);
}

/* What was fetched goes to copy @copy of the slice in shared memory, 0 or 1. */
void sf_put (int copy, int thread)
{
  [[unroll]] for (int i = 0; i < X_LOADS; i++)
    {
      const int at = i * WIDTH + thread;
      if (at < ROWS * PARTS)
        x_tile[copy * ROWS * PARTS + sf_place (at / PARTS, at % PARTS)] = x_held[i];
    }
  [[unroll]] for (int i = 0; i < W_LOADS; i++)
    {
      const int at = i * WIDTH + thread;
      if (at < COLUMNS * GROUPS)
        [[unroll]] for (int h = 0; h < 2; h++)
          w_tile[copy * COLUMNS * PARTS + sf_place (at / GROUPS, at % GROUPS * 2 + h)]
              = w_held[i][h];
    }
}

vec4 sum[THREAD_ROWS][QUADS];

/* Four of K, of copy @copy. A thread's rows are a multiple of eight apart, so that all but the first
 * are at fixed distances. */
void sf_add (int copy, int part, int down, int across)
{
  const int x = copy * ROWS * PARTS + sf_place (down, part);
  const int w = copy * COLUMNS * PARTS + sf_place (across, part);
  vec4 a[THREAD_ROWS];
  [[unroll]] for (int i = 0; i < THREAD_ROWS; i++)
    a[i] = x_tile[x + i * THREADS_DOWN * PARTS];
  [[unroll]] for (int q = 0; q < QUADS; q++)
    {
      vec4 b[4];
      [[unroll]] for (int j = 0; j < 4; j++)
        b[j] = w_tile[w + (q * 4 + j) * THREADS_ACROSS * PARTS];
      [[unroll]] for (int i = 0; i < THREAD_ROWS; i++)
        [[unroll]] for (int d = 0; d < 4; d++)
          sum[i][q] += a[i][d] * vec4 (b[0][d], b[1][d], b[2][d], b[3][d]);
    }
}

void sf_product (void)
{
  SfProductParams p = push;
  const int thread = int (gl_LocalInvocationID.x);
  const int across = thread % THREADS_ACROSS, down = thread / THREADS_ACROSS;
  const int row0 = int (gl_WorkGroupID.y) * ROWS;
  const int first = int (gl_WorkGroupID.z) * p.split_slices;
  const int end = min (first + p.split_slices, (SIDE * SIDE * p.groups + GROUPS - 1) / GROUPS);

  p.y += int (gl_WorkGroupID.z) * p.y_step;
  [[unroll]] for (int i = 0; i < THREAD_ROWS; i++)
    [[unroll]] for (int q = 0; q < QUADS; q++)
      sum[i][q] = vec4 (0.0);
  sf_slice_begin (first, row0, thread, p);
  sf_fetch (first, thread, p);
  sf_put (first & 1, thread);
  barrier ();
  for (int slice = first; slice < end; slice++)
    {
      const bool more = slice + 1 < end;
      if (more)
        sf_fetch (slice + 1, thread, p);
      [[dont_unroll]] for (int part = 0; part < PARTS; part += STEP)
        [[unroll]] for (int i = 0; i < STEP; i++)
          sf_add (slice & 1, part + i, down, across);
      if (more)
        sf_put (slice + 1 & 1, thread);
      barrier ();
    }

  [[unroll]] for (int q = 0; q < QUADS; q++)
    {
      const int column4
          = (p.block + int (gl_WorkGroupID.x)) * (COLUMNS / 4) + q * THREADS_ACROSS + across;
      if (column4 < sf_column4s (p))
        {
          const vec4 offset = sf_offset (column4, p.shift);
          [[unroll]] for (int i = 0; i < THREAD_ROWS; i++)
            if (row0 + down + i * THREADS_DOWN < p.rows)
              sf_store (row0 + down + i * THREADS_DOWN, column4, sum[i][q] + offset, p);
        }
    }
}
