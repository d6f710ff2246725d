/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * y[token] = table[id of token] + positions[token]. A lane does eight channels, one texel of halves
 * or two of floats. Only tokens whose row lies in the piece of the table that is bound are written:
 * a table larger than a storage range takes several dispatches. */
#version 460
#extension GL_GOOGLE_include_directive : require
#include "include/access.glsl"
#include "params.h"

layout (local_size_x_id = 0) in;
layout (constant_id = 0) const int LANES = 8;
layout (constant_id = 1) const bool HALF_TOKENS = false;
layout (constant_id = 2) const bool HALF_POSITIONS = false;

SF_READ (0, ids);
SF_READ (1, tokens);
SF_READ (2, positions);
SF_WRITE (3, y_out);

layout (push_constant) uniform Push { SfEmbedParams push; };

vec4 unpack (float a, float b)
{
  return vec4 (unpackHalf2x16 (floatBitsToUint (a)), unpackHalf2x16 (floatBitsToUint (b)));
}

void main ()
{
  const SfEmbedParams p = push;
  const int eight = int (gl_GlobalInvocationID.x);
  const int token = int (gl_WorkGroupID.y);
  const int row = int (gl_WorkGroupID.z) * p.sequence + token;
  const int id = clamp (int (sf_load (ids, 2 * row).x), 0, p.vocabulary - 1) - p.first;

  if (eight >= p.eights || id < 0 || id >= p.count)
    return;
  vec4 sum[2];
  int at = p.tokens + (id * p.eights + eight) * (HALF_TOKENS ? 1 : 2);
  vec4 texel = sf_load (tokens, at);
  sum[0] = HALF_TOKENS ? unpack (texel.x, texel.y) : texel;
  sum[1] = HALF_TOKENS ? unpack (texel.z, texel.w) : sf_load (tokens, at + (HALF_TOKENS ? 0 : 1));
  at = (token * p.eights + eight) * (HALF_POSITIONS ? 1 : 2);
  texel = sf_load (positions, at);
  sum[0] += HALF_POSITIONS ? unpack (texel.x, texel.y) : texel;
  sum[1] += HALF_POSITIONS ? unpack (texel.z, texel.w) : sf_load (positions, at + (HALF_POSITIONS ? 0 : 1));
  y_out[(row * p.eights + eight) * 2] = sum[0];
  y_out[(row * p.eights + eight) * 2 + 1] = sum[1];
}
