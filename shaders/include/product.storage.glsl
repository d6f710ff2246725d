/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The storage form of matmul and conv2d: a workgroup makes a tile of 64 columns from slices of 16
 * along K in shared memory; a thread makes 4×4 outputs. 128 or 256 threads, so 32 or 64 rows. No
 * subgroup is assumed. */
#include "include/product.glsl"

const int DEPTH = 16;
const int COLUMNS = 64;
const int ROWS = WIDTH / 4;
/* Four more than the tile, so that the transposing stores meet different banks. */
shared float x_tile[DEPTH][ROWS + 4];
shared float w_tile[DEPTH][COLUMNS + 4];

void sf_product (void)
{
  const SfProductParams p = push;
  const int thread = int (gl_LocalInvocationID.x);
  const int row0 = int (gl_WorkGroupID.y) * ROWS;
  const int columns = sf_column4s (p) * 4 - p.block * COLUMNS; /* that the weight range holds */
  const int depth = SIDE * SIDE * p.groups;

  /* Every thread loads four channels of one row; the first 128 load eight of one column. */
  const int load_row = min (row0 + thread / 4, p.rows - 1), part = thread % 4;
  const int load_column = min (int (gl_WorkGroupID.x) * COLUMNS + thread / 2, columns - 1);
#ifdef SF_CONV
  const ivec2 corner = sf_corner (load_row, p);
#endif

  vec4 sum[4];
  [[unroll]] for (int i = 0; i < 4; i++)
    sum[i] = vec4 (0.0);
  const int tile_row = thread / 16 * 4, tile_column = thread % 16 * 4;

  for (int tap = 0; tap < SIDE * SIDE; tap++)
    {
      bool inside = true;
#ifdef SF_CONV
      const int x = sf_pixel (corner, tap, p, inside);
#else
      const int x = p.x + load_row * p.groups * 2;
#endif
      for (int k = 0; k < p.groups; k += 2)
        {
          vec4 a = vec4 (0.0);
          if (inside && k + part / 2 < p.groups)
            a = sf_load (x_in, x + 2 * k + part);
          float w[8] = float[8] (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
          if (thread < 2 * COLUMNS && k + thread % 2 < p.groups)
            sf_load_weights (load_column * depth + tap * p.groups + k + thread % 2, p.weight, w);

          barrier ();
          [[unroll]] for (int i = 0; i < 4; i++)
            x_tile[part * 4 + i][thread / 4] = a[i];
          if (thread < 2 * COLUMNS)
            [[unroll]] for (int i = 0; i < 8; i++)
              w_tile[thread % 2 * 8 + i][thread / 2] = w[i];
          barrier ();

          [[unroll]] for (int d = 0; d < DEPTH; d++)
            {
              vec4 b = vec4 (w_tile[d][tile_column], w_tile[d][tile_column + 1],
                             w_tile[d][tile_column + 2], w_tile[d][tile_column + 3]);
              [[unroll]] for (int i = 0; i < 4; i++)
                sum[i] += x_tile[d][tile_row + i] * b;
            }
        }
    }

  const int column4 = ((p.block + int (gl_WorkGroupID.x)) * COLUMNS + tile_column) / 4;
  if (column4 >= sf_column4s (p))
    return;
  const vec4 offset = sf_offset (column4, p.shift);
  [[unroll]] for (int i = 0; i < 4; i++)
    if (row0 + tile_row + i < p.rows)
      sf_store (row0 + tile_row + i, column4, sum[i] + offset, p);
}
