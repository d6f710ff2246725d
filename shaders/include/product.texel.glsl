/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The texel form of matmul and conv2d, and of the products of a Winograd convolution: there SIDE² is
 * the number of components, each a product by itself, and a workgroup makes its z-th. */
#include "include/product.glsl"
#include "include/tile.texel.glsl"

void sf_product (void)
{
  /* Copied once: lavapipe gathers a push constant again at every use. */
  SfProductParams p = push;
  const uint zero = uint (p.zero);
  const int lane = int (gl_SubgroupInvocationID);
  const int row0 = int (gl_WorkGroupID.y) * ROWS;
  const int depth = SIDE * SIDE * p.groups; /* groups along K */
  int weight = int (gl_WorkGroupID.x) * 4 * depth * WIDTH + lane;
#ifdef SF_WINOGRAD
  const int taps = 1, component = int (gl_WorkGroupID.z);
  p.x += component * p.x_step;
  p.y += component * p.y_step;
  weight += component * p.groups * WIDTH;
#else
  const int taps = SIDE * SIDE;
#endif

  sf_tile_clear ();
  int row[LOADS];
  [[unroll]] for (int i = 0; i < LOADS; i++)
    row[i] = min (row0 + i * LINES + lane % LINES, p.rows - 1);
#ifdef SF_CONV
  ivec2 corner[LOADS];
  [[unroll]] for (int i = 0; i < LOADS; i++)
    corner[i] = sf_corner (row[i], p);
#endif

  for (int tap = 0; tap < taps; tap++)
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
      for (int k = 0; k < p.groups; k++)
        {
          float w[4][8];
          [[unroll]] for (int j = 0; j < 4; j++)
            sf_load_weights (weight + j * depth * WIDTH, p.weight, w[j]);
          weight += WIDTH;
          [[unroll]] for (int i = 0; i < LOADS; i++)
            {
              float a[8];
              [[unroll]] for (int h = 0; h < 2; h++)
                {
                  vec4 u = sf_load (x_in, x[i] + 2 * k + h);
                  [[unroll]] for (int c = 0; c < 4; c++)
                    a[4 * h + c] = inside[i] ? u[c] : 0.0;
                }
              sf_tile_add (i, a, w, zero);
            }
        }
    }

  const int column4 = (p.block + int (gl_WorkGroupID.x)) * WIDTH + lane;
  if (column4 >= sf_column4s (p))
    return;
  const vec4 offset = sf_offset (column4, p.shift);
  [[unroll]] for (int i = 0; i < ROWS; i++)
    if (row0 + i < p.rows)
      sf_store (row0 + i, column4, sf_tile_row (i) + offset, p);
}
