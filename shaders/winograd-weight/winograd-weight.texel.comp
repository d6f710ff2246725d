/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * G·g·Gᵀ of the kernels of a 3×3 convolution (see engine/ops/winograd.c): eight input channels of one
 * column at a time, a group of a packed matrix (engine/ops/weight.h). Workgroups along y make one line of
 * components each: SwiftShader takes gigabytes to compile all sixteen in one. */
#version 460
#extension GL_GOOGLE_include_directive : require
#include "include/flat.glsl"

layout (constant_id = 1) const bool HALVES = true;

SF_READ (0, x_in);
SF_WRITE (1, y_out);
SF_WRITE_AS (1, uvec4, y_halves); /* the same for groups of halves */

layout (push_constant) uniform Push { SfWinogradWeightParams push; };

const int TAPS = 9, COMPONENTS = 16;

void load_group (int group, SfWinogradWeightParams p, out vec4 low, out vec4 high)
{
  if (HALVES)
    {
      const uvec4 u = floatBitsToUint (sf_load (x_in, p.x + group));
      low = vec4 (unpackHalf2x16 (u.x), unpackHalf2x16 (u.y));
      high = vec4 (unpackHalf2x16 (u.z), unpackHalf2x16 (u.w));
    }
  else
    {
      low = sf_load (x_in, p.x + 2 * group);
      high = sf_load (x_in, p.x + 2 * group + 1);
    }
}

/* Line @y of G. */
vec3 get_line (int y)
{
  return y == 0 ? vec3 (1.0, 0.0, 0.0) : y == 3 ? vec3 (0.0, 0.0, 1.0) : vec3 (0.5, 1.5 - float (y), 0.5);
}

/* G·k of three values. */
void transform_three (vec4 a, vec4 b, vec4 c, out vec4 u[4])
{
  u[0] = a;
  u[1] = (a + b + c) / 2.0;
  u[2] = (a - b + c) / 2.0;
  u[3] = c;
}

/* Nothing where @group < 0. */
void store_group (int group, vec4 low, vec4 high, SfWinogradWeightParams p)
{
  if (HALVES)
    y_halves_store (group < 0 ? -1 : p.y + group, uvec4 (sf_nearest_halves (low), sf_nearest_halves (high)));
  else
    {
      y_out_store (group < 0 ? -1 : p.y + 2 * group, low);
      y_out_store (group < 0 ? -1 : p.y + 2 * group + 1, high);
    }
}

void main ()
{
  const SfWinogradWeightParams p = push;
  const int y = int (gl_WorkGroupID.y);
  const vec3 line = get_line (y);

  SF_FOREACH_STORE (i, p.n)
    {
      const int row = min (i, p.n - 1) / p.stride, at = min (i, p.n - 1) - row * p.stride;
      vec4 low[3], high[3], low_u[4], high_u[4];

      [[unroll]] for (int x = 0; x < 3; x++)
        {
          low[x] = high[x] = vec4 (0.0);
          [[unroll]] for (int tap = 0; tap < 3; tap++)
            {
              vec4 k[2];
              load_group ((row * TAPS + 3 * tap + x) * p.stride + at, p, k[0], k[1]);
              low[x] += line[tap] * k[0];
              high[x] += line[tap] * k[1];
            }
        }
      transform_three (low[0], low[1], low[2], low_u);
      transform_three (high[0], high[1], high[2], high_u);
      [[unroll]] for (int x = 0; x < 4; x++)
        store_group (i < p.n ? (row * COMPONENTS + 4 * y + x) * p.stride + at : -1, low_u[x],
                     high_u[x], p);
    }
}
