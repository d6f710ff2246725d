/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The tokens that are left: sources that were not merged, in the order of their ranks, then
 * destinations, each the mean of itself and its list. */
#version 460
#extension GL_GOOGLE_include_directive : require
#include "include/rows.glsl"
#include "include/tokens.glsl"

SF_READ (0, x_in);
SF_READ (1, rank);
SF_READ (2, head);
SF_READ (3, next);
SF_WRITE (4, y_out);

layout (push_constant) uniform Push { SfTokenMergeParams push; };

/* The mean of destination @cell, one vec4 of its channels. */
vec4 mean (SfTokens t, int cell, int quad, SfTokenMergeParams p)
{
  vec4 sum = sf_load (x_in, p.x + sf_destination_token (t, cell) * p.vec4s + quad);
  float n = 1.0;
  for (int i = sf_listed (head, p.head, cell); i > 0; i = sf_listed (next, p.next, i - 1))
    {
      sum += sf_load (x_in, p.x + sf_source_token (t, i - 1) * p.vec4s + quad);
      n += 1.0;
    }
  return sum / n;
}

void main ()
{
  const SfTokenMergeParams p = push;
  const SfTokens t = sf_tokens (p.h, p.w, p.salt);
  const int quad = sf_quad (p.vec4s), begin = int (gl_WorkGroupID.y) * SF_ROWS;
  const int end = min (begin + SF_ROWS, p.h * p.w);

  if (!sf_has_quad (p.vec4s))
    return;
  for (int token = begin; token < end; token++)
    {
      bool destination;
      const int number = sf_token_number (t, token, destination);
      const int kept = p.sources - p.merged;
      const int place = destination ? kept + number : sf_listed (rank, p.rank, number) - p.merged;
      if (destination)
        y_out[p.y + place * p.vec4s + quad] = mean (t, number, quad, p);
      else if (place >= 0)
        y_out[p.y + place * p.vec4s + quad] = sf_load (x_in, p.x + token * p.vec4s + quad);
    }
}
