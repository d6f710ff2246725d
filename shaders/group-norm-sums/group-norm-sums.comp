/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Mean and sum of squared differences from it, for every channel of every chunk of rows. Blocks of
 * rows are summed relative to the mean so far and joined as in Chan, Golub and LeVeque, "Updating
 * Formulae and a Pairwise Algorithm for Computing Sample Variances" (1979), so that nothing cancels
 * however far the mean is from zero. */
#version 460
#extension GL_GOOGLE_include_directive : require
#include "include/rows.glsl"

SF_READ (0, x_in);
SF_WRITE (1, sums_out);

layout (push_constant) uniform Push { SfGroupNormSumsParams push; };

const int BLOCK = 16;

void main ()
{
  const SfGroupNormSumsParams p = push;
  const int quad = sf_quad (p.x_vec4);
  const int first = int (gl_WorkGroupID.y) * p.chunk_rows;
  const int end = min (first + p.chunk_rows, p.rows);
  const int x = p.x + int (gl_WorkGroupID.z) * p.image_rows * p.x_vec4 + quad;
  const bool there = sf_has_quad (p.x_vec4);

  if (!sf_goes_on (there))
    return;
  vec4 mean = sf_load (x_in, x + first * p.x_vec4);
  vec4 squares = vec4 (0.0);
  for (int row = first; row < end; row += BLOCK)
    {
      const int count = min (BLOCK, end - row);
      vec4 sum = vec4 (0.0), square = vec4 (0.0);
      [[unroll]] for (int i = 0; i < BLOCK; i++)
        {
          vec4 d = sf_load (x_in, x + min (row + i, end - 1) * p.x_vec4) - mean;
          d = i < count ? d : vec4 (0.0);
          sum += d;
          square += d * d;
        }
      const float n = 1.0 / float (row + count - first);
      squares += square - sum * sum * n;
      mean += sum * n;
    }
  const int chunk = int (gl_WorkGroupID.z) * p.chunks + p.first_chunk + int (gl_WorkGroupID.y);
  const int at = p.sums + chunk * 2 * p.sums_vec4 + quad;
  sums_out_store (there ? at : -1, mean);
  sums_out_store (there ? at + p.sums_vec4 : -1, squares);
}
