/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The sources that each destination takes in, as a list in their order: head has the first one's
 * number plus 1, next that of the one after each; 0 ends a list. A lane has a destination and looks
 * at all sources: then no two write the same, and sums over a list have one order. */
#version 460
#extension GL_GOOGLE_include_directive : require
#include "include/access.glsl"
#include "params.h"

layout (local_size_x_id = 0) in;
layout (constant_id = 0) const int LANES = 8;

SF_READ (0, best);
SF_READ (1, rank);
SF_WRITE (2, head_out);
SF_WRITE (3, next_out);

layout (push_constant) uniform Push { SfTokenListParams push; };

void main ()
{
  const SfTokenListParams p = push;
  const int cell = p.first + int (gl_GlobalInvocationID.x), image = int (gl_WorkGroupID.y);
  const int sources = image * p.source_vec4, cells = image * p.cell_vec4;

  if (cell >= p.cell_vec4 * 4)
    return;
  int first = 0, last = 0;
  for (int q = 0; q < p.source_vec4; q++)
    {
      const vec4 to = sf_load (best, sources + q), place = sf_load (rank, sources + q);
      [[unroll]] for (int i = 0; i < 4; i++)
        {
          const int source = 4 * q + i;
          if (source < p.sources && int (to[i]) == cell && int (place[i]) < p.merged)
            {
              if (last > 0)
                next_out[sources + (last - 1) / 4][(last - 1) % 4] = float (source + 1);
              first = first > 0 ? first : source + 1;
              last = source + 1;
            }
        }
    }
  if (last > 0)
    next_out[sources + (last - 1) / 4][(last - 1) % 4] = 0.0;
  head_out[cells + cell / 4][cell % 4] = float (first);
}
