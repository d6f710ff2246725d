/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The texel form of matmul and conv2d, and of the products of a Winograd convolution. */
#include "include/product.glsl"
#include "include/tile.texel.glsl"

/* Where the four columns' weights of a lane begin; @depth: groups along K of a column. */
int sf_first_weight (int depth)
{
  return int (gl_WorkGroupID.x) * 4 * depth * WIDTH + int (gl_SubgroupInvocationID);
}

/* Adds p.groups groups of eight along K to the tile: of x those from @x on, nothing where a row is
 * not @inside, of the weights those from @weight on. Returns: where the next weights are. */
int sf_add_groups (int x[LOADS], bool inside[LOADS], int weight, int depth, SfProductParams p)
{
  for (int k = 0; k < p.groups; k++)
    {
      vec4 w[8];
      [[unroll]] for (int j = 0; j < 4; j++)
        {
          float column[8];
          sf_load_weights (weight + j * depth * WIDTH, p.weight, column);
          [[unroll]] for (int c = 0; c < 8; c++)
            w[c][j] = column[c];
        }
      weight += WIDTH;
      float a[LOADS][8];
      [[unroll]] for (int i = 0; i < LOADS; i++)
        [[unroll]] for (int h = 0; h < 2; h++)
          {
            vec4 u = sf_load (x_in, x[i] + 2 * k + h);
            [[unroll]] for (int c = 0; c < 4; c++)
              a[i][4 * h + c] = inside[i] ? u[c] : 0.0;
          }
      sf_tile_add (a, w);
    }
  return weight;
}

#ifndef SF_WINOGRAD
void sf_product (void)
{
  /* Copied once: lavapipe gathers a push constant again at every use. */
  SfProductParams p = push;
  const int lane = int (gl_SubgroupInvocationID);
  const int row0 = int (gl_WorkGroupID.y) * ROWS;
  const int depth = SIDE * SIDE * p.groups;
  int weight = sf_first_weight (depth);

  sf_tile_clear ();
  int row[LOADS];
  [[unroll]] for (int i = 0; i < LOADS; i++)
    row[i] = min (row0 + i * LINES + lane % LINES, p.rows - 1);
#ifdef SF_CONV
  ivec2 corner[LOADS];
  [[unroll]] for (int i = 0; i < LOADS; i++)
    corner[i] = sf_corner (row[i], p);
#endif

  for (int tap = 0; tap < SIDE * SIDE; tap++)
    {
      int x[LOADS];
      bool inside[LOADS];
      [[unroll]] for (int i = 0; i < LOADS; i++)
        {
#ifdef SF_CONV
          x[i] = sf_pixel (corner[i], tap, p, inside[i]);
#else
          x[i] = p.x + row[i] * p.groups * 2;
          inside[i] = true;
#endif
        }
      weight = sf_add_groups (x, inside, weight, depth, p);
    }
  sf_tile_finish ();

  const int own4 = (p.block + int (gl_WorkGroupID.x)) * WIDTH + lane;
  const int column4 = min (own4, sf_column4s (p) - 1);
  if (!sf_goes_on (own4 == column4))
    return;
  const vec4 offset = sf_offset (column4, p.shift);
  [[unroll]] for (int i = 0; i < ROWS; i++)
    if (row0 + i < p.rows)
      sf_store (own4 == column4 ? row0 + i : -1, column4, sum[i] + offset, p);
}
#endif
