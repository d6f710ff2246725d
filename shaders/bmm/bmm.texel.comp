/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A product of two activations for every z, as torch.bmm: neither is packed, and both may be pieces
 * of wider tensors. */
#version 460
#extension GL_GOOGLE_include_directive : require
#include "include/access.glsl"
#include "params.h"

layout (local_size_x_id = 0) in;
layout (constant_id = 0) const int WIDTH = 8;           /* lanes */
layout (constant_id = 1) const bool TRANSPOSED = false; /* w is [columns][depth] */

#include "include/tile.texel.glsl"

SF_READ (0, x_in);
SF_READ (1, w_in);
SF_WRITE (2, y_out);

layout (push_constant) uniform Push { SfBmmParams push; };

/* Four columns, eight of the depth. What would lie beyond either end is read from within: there x
 * is zero, or nothing is stored. */
void load_columns (int w0, int column4, int group, SfBmmParams p, out vec4 w[8])
{
  if (TRANSPOSED)
    {
      [[unroll]] for (int j = 0; j < 4; j++)
        [[unroll]] for (int h = 0; h < 2; h++)
          {
            int column = min (4 * column4 + j, p.columns - 1);
            vec4 u = sf_load (w_in, w0 + column * p.w_vec4 + 2 * group + h);
            [[unroll]] for (int c = 0; c < 4; c++)
              w[4 * h + c][j] = u[c];
          }
      return;
    }
  [[unroll]] for (int c = 0; c < 8; c++)
    {
      int k = min (8 * group + c, p.depth - 1);
      w[c] = sf_load (w_in, w0 + k * p.w_vec4 + min (column4, (p.columns - 1) / 4));
    }
}

void main ()
{
  /* Copied once: lavapipe gathers a push constant again at every use. */
  const SfBmmParams p = push;
  const int lane = int (gl_SubgroupInvocationID), z = int (gl_WorkGroupID.z);
  const int row0 = int (gl_WorkGroupID.y) * ROWS;
  const int column4 = int (gl_WorkGroupID.x) * WIDTH + lane;
  const int w0 = p.w + z * p.w_step;
  int x[LOADS];

  [[unroll]] for (int i = 0; i < LOADS; i++)
    x[i] = p.x + z * p.x_step + min (row0 + i * LINES + lane % LINES, p.rows - 1) * p.x_vec4;
  sf_tile_clear ();
  for (int k = 0; k < (p.depth + 7) / 8; k++)
    {
      vec4 w[8];
      load_columns (w0, column4, k, p, w);
      float a[LOADS][8];
      [[unroll]] for (int i = 0; i < LOADS; i++)
        [[unroll]] for (int h = 0; h < 2; h++)
          {
            vec4 u = sf_load (x_in, x[i] + 2 * k + h);
            [[unroll]] for (int c = 0; c < 4; c++)
              a[i][4 * h + c] = u[c];
          }
      sf_tile_add (a, w);
    }
  sf_tile_finish ();

  const bool there = 4 * column4 < p.columns;
  if (!sf_goes_on (there))
    return;
  const int y = p.y + z * p.y_step + row0 * p.y_vec4 + column4;
  [[unroll]] for (int i = 0; i < ROWS; i++)
    if (row0 + i < p.rows)
      y_out_store (there ? y + i * p.y_vec4 : -1, p.scale * sum[i]);
}
