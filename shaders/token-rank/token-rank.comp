/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How many sources are more like their destination than each source is; of equals the first counts
 * as more. So ranks are the numbers from 0 on, each once: what a sort would give, without one. A
 * lane has four sources and looks at all. */
#version 460
#extension GL_GOOGLE_include_directive : require
#include "include/access.glsl"
#include "params.h"

layout (local_size_x_id = 0) in;
layout (constant_id = 0) const int LANES = 8;

SF_READ (0, score);
SF_WRITE (1, rank_out);

layout (push_constant) uniform Push { SfTokenListParams push; };

const ivec4 STEP = ivec4 (0, 1, 2, 3);

void main ()
{
  const SfTokenListParams p = push;
  const int quad = p.first + int (gl_GlobalInvocationID.x);
  const int image = int (gl_WorkGroupID.y) * p.source_vec4;

  if (quad >= p.source_vec4)
    return;
  const vec4 mine = sf_load (score, image + quad);
  const ivec4 self = 4 * quad + STEP;
  ivec4 rank = ivec4 (0);
  for (int q = 0; q < p.source_vec4; q++)
    {
      const vec4 other = sf_load (score, image + q);
      [[unroll]] for (int i = 0; i < 4; i++)
        {
          const bool there = 4 * q + i < p.sources;
          const bvec4 more = greaterThan (vec4 (other[i]), mine);
          const bvec4 tie = equal (vec4 (other[i]), mine);
          const bvec4 before = lessThan (ivec4 (4 * q + i), self);
          [[unroll]] for (int j = 0; j < 4; j++)
            rank[j] += there && (more[j] || (tie[j] && before[j])) ? 1 : 0;
        }
    }
  rank_out[image + quad] = mix (vec4 (0.0), vec4 (rank), lessThan (self, ivec4 (p.sources)));
}
