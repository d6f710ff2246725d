/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A row is one lane's work on software drivers, where lanes that talk to each other cost most, and
 * a whole subgroup's on GPUs, where neighbouring lanes should read neighbouring memory. Mean first,
 * then the squares around it: the row is in the nearest cache by then. */
#version 460
#extension GL_GOOGLE_include_directive : require
#include "include/access.glsl"
#include "params.h"

layout (local_size_x_id = 0) in;
layout (constant_id = 0) const int LANES = 8;
layout (constant_id = 1) const bool ACROSS = false; /* a row is a workgroup's work */
layout (constant_id = 2) const bool HALVES = false; /* the output */

SF_READ (0, x_in);
SF_READ (1, gamma);
SF_READ (2, beta);
SF_WRITE (3, y_out);
SF_WRITE_HALVES (3, y_halves);

layout (push_constant) uniform Push { SfLayerNormParams push; };

#include "include/sum.glsl"

float total (vec4 v)
{
  const float sum = (v.x + v.y) + (v.z + v.w);
  return ACROSS ? sf_sum (sum) : sum;
}

void main ()
{
  const SfLayerNormParams p = push;
  const int lane = int (gl_LocalInvocationIndex), group = int (gl_WorkGroupID.x);
  const int row = ACROSS ? group : group * LANES + lane;
  const int first = ACROSS ? 2 * lane : 0, step = ACROSS ? 2 * LANES : 2;
  const int x = p.x + min (row, p.rows - 1) * p.vec4s;

  vec4 sum = vec4 (0.0);
  for (int q = first; q < p.vec4s; q += step)
    [[unroll]] for (int i = 0; i < 2; i++)
      sum += sf_load (x_in, x + q + i);
  const float mean = total (sum) / float (p.channels);

  vec4 squares = vec4 (0.0);
  for (int q = first; q < p.vec4s; q += step)
    [[unroll]] for (int i = 0; i < 2; i++)
      {
        const ivec4 channel = 4 * (q + i) + ivec4 (0, 1, 2, 3);
        vec4 d = sf_load (x_in, x + q + i) - mean;
        d = mix (vec4 (0.0), d, lessThan (channel, ivec4 (p.channels)));
        squares += d * d;
      }
  const float scale = 1.0 / sqrt (total (squares) / float (p.channels) + p.eps);

  const bool there = row < p.rows;
  if (!sf_goes_on (there))
    return;
  const int y = (HALVES ? 2 : 1) * p.y + row * p.vec4s;
  for (int q = first; q < p.vec4s; q += step)
    [[unroll]] for (int i = 0; i < 2; i++)
      {
        const vec4 v = (sf_load (x_in, x + q + i) - mean) * scale * sf_load (gamma, q + i)
                       + sf_load (beta, q + i);
        if (HALVES)
          y_halves_store (there ? y + q + i : -1, sf_to_halves (v));
        else
          y_out_store (there ? y + q + i : -1, v);
      }
}
