/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Softmax of rows, in place: a row is one lane's work, since lanes that talk to each other cost
 * most. The padding becomes zero. */
#version 460
#extension GL_GOOGLE_include_directive : require
#include "include/access.glsl"
#include "params.h"

layout (local_size_x_id = 0) in;
layout (constant_id = 0) const int LANES = 8;

SF_READ (0, x_in);
SF_WRITE (1, y_out);

layout (push_constant) uniform Push { SfSoftmaxParams push; };

/* To a power of two: those are cheaper than of e. Nothing beyond the last column. */
vec4 exponent (int row, int quad, SfSoftmaxParams p)
{
  const ivec4 column = 4 * quad + ivec4 (0, 1, 2, 3);
  const vec4 v = 1.44269504089 * sf_load (x_in, row + quad);
  return mix (vec4 (-1e30), v, lessThan (column, ivec4 (p.columns)));
}

void main ()
{
  const SfSoftmaxParams p = push;
  const int row = int (gl_GlobalInvocationID.x);
  const int x = p.x + min (row, p.rows - 1) * p.vec4s, y = p.y + row * p.vec4s;

  vec4 top4 = vec4 (-1e30);
  for (int q = 0; q < p.vec4s; q += 2)
    [[unroll]] for (int i = 0; i < 2; i++)
      top4 = max (top4, exponent (x, q + i, p));
  const float top = max (max (top4.x, top4.y), max (top4.z, top4.w));

  vec4 sum = vec4 (0.0);
  for (int q = 0; q < p.vec4s; q += 2)
    [[unroll]] for (int i = 0; i < 2; i++)
      sum += exp2 (exponent (x, q + i, p) - top);
  const float share = 1.0 / ((sum.x + sum.y) + (sum.z + sum.w));

  const bool there = row < p.rows;
  if (!sf_goes_on (there))
    return;
  for (int q = 0; q < p.vec4s; q += 2)
    [[unroll]] for (int i = 0; i < 2; i++)
      y_out_store (there ? y + q + i : -1, share * exp2 (exponent (x, q + i, p) - top));
}
