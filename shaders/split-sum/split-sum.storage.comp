/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What workgroups along K made of a product (product.matrix.glsl), added up in one order, with the
 * product's epilogue. A thread has four columns of a row; where there are too many for a line of
 * workgroups there are several. */
#version 460
#extension GL_GOOGLE_include_directive : require
#include "include/product.glsl"

void main ()
{
  const SfProductParams p = push;
  const int line = int (gl_NumWorkGroups.x * gl_WorkGroupSize.x);
  const int at = int (gl_GlobalInvocationID.y) * line + int (gl_GlobalInvocationID.x);
  const int row = at / sf_column4s (p), column4 = at % sf_column4s (p);
  if (row >= p.rows)
    return;

  vec4 sum = vec4 (0.0);
  for (int i = 0; i < p.split_slices; i++)
    sum += sf_load (x_in, p.x + i * p.x_step + at);
  sf_store (row, column4, sum + sf_offset (column4, p.shift + row / p.image_rows * p.shift_vec4), p);
}
