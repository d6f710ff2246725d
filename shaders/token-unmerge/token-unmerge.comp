/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What became of each token, added to what it was: a source that was merged has its destination's. */
#version 460
#extension GL_GOOGLE_include_directive : require
#include "include/rows.glsl"
#include "include/tokens.glsl"

SF_READ (0, x_in);
SF_READ (1, residual);
SF_READ (2, best);
SF_READ (3, rank);
SF_WRITE (4, y_out);

layout (push_constant) uniform Push { SfTokenUnmergeParams push; };

void main ()
{
  const SfTokenUnmergeParams p = push;
  const SfTokens t = sf_tokens (p.h, p.w, p.salt);
  const int quad = sf_quad (p.vec4s), begin = int (gl_WorkGroupID.y) * SF_ROWS;
  const int end = min (begin + SF_ROWS, p.h * p.w), kept = p.sources - p.merged;

  if (!sf_has_quad (p.vec4s))
    return;
  for (int token = begin; token < end; token++)
    {
      bool destination;
      const int number = sf_token_number (t, token, destination);
      int place = kept + number;
      if (!destination)
        {
          place = sf_listed (rank, p.rank, number) - p.merged;
          place = place < 0 ? kept + sf_listed (best, p.best, number) : place;
        }
      y_out[p.y + token * p.vec4s + quad] = sf_load (x_in, p.x + place * p.vec4s + quad)
                                            + sf_load (residual, p.residual + token * p.vec4s + quad);
    }
}
