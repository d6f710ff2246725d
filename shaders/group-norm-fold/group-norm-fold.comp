/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From the sums of channels to what each channel's values are normalised with: the mean of its
 * group, and gamma over the group's deviation. One workgroup a group; its lanes share the chunks.
 * Groups begin and end at any channel. */
#version 460
#extension GL_GOOGLE_include_directive : require
#include "include/access.glsl"
#include "params.h"

layout (local_size_x_id = 0) in;
layout (constant_id = 0) const int LANES = 8;

SF_READ (0, sums);
SF_READ (1, gamma);
layout (set = 0, binding = 2, std430) writeonly buffer coefficients_buffer { float coefficients[]; };

layout (push_constant) uniform Push { SfGroupNormFoldParams push; };

#include "include/sum.glsl"

#define channel_of(array, base, c) sf_load (array, (base) + ((c) >> 2))[(c) & 3]

void main ()
{
  const SfGroupNormFoldParams p = push;
  const int lane = int (gl_LocalInvocationIndex);
  const int first = int (gl_WorkGroupID.x) * p.size, end = first + p.size;
  const int image = int (gl_WorkGroupID.y) * p.chunks * 2 * p.pitch4;
  const float total = float (p.rows) * float (p.size);
  /* Means are taken relative to one of them: their sum is then exact enough. */
  const float base = channel_of (sums, image, first);

  float sum = 0.0;
  for (int chunk = lane; chunk < p.chunks; chunk += LANES)
    {
      const int at = image + chunk * 2 * p.pitch4;
      float part = 0.0;
      for (int c = first; c < end; c++)
        part += channel_of (sums, at, c) - base;
      sum += part * float (min (p.chunk_rows, p.rows - chunk * p.chunk_rows));
    }
  const float offset = sf_sum (sum) / total;

  float squares = 0.0;
  for (int chunk = lane; chunk < p.chunks; chunk += LANES)
    {
      const int at = image + chunk * 2 * p.pitch4;
      float between = 0.0, within = 0.0;
      for (int c = first; c < end; c++)
        {
          const float d = channel_of (sums, at, c) - base - offset;
          between += d * d;
          within += channel_of (sums, at + p.pitch4, c);
        }
      squares += within + between * float (min (p.chunk_rows, p.rows - chunk * p.chunk_rows));
    }
  const float scale = 1.0 / sqrt (sf_sum (squares) / total + p.eps);

  /* The last group sets the padding channels to zero too. */
  const int y = int (gl_WorkGroupID.y) * 2 * p.pitch4 * 4;
  const int limit = end == p.channels ? p.pitch4 * 4 : end;
  for (int c = first + lane; c < limit; c += LANES)
    {
      coefficients[y + c] = c < end ? base + offset : 0.0;
      coefficients[y + p.pitch4 * 4 + c] = c < end ? channel_of (gamma, 0, c) * scale : 0.0;
    }
}
