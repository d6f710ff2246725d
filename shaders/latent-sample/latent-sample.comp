/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * (mean + exp (logvar / 2)·noise)·scale. The log variances begin at any channel. */
#version 460
#extension GL_GOOGLE_include_directive : require
#include "include/flat.glsl"

SF_READ (0, moments);
SF_READ (1, noise);
SF_WRITE (2, y_out);

layout (push_constant) uniform Push { SfLatentSampleParams push; };

float moment (int pixel, int c, int pitch4)
{
  return sf_load (moments, pixel * pitch4 + c / 4)[c % 4];
}

void main ()
{
  const SfLatentSampleParams p = push;

  SF_FOREACH (pixel, p.pixels)
    for (int quad = 0; quad < p.y_vec4; quad++)
      {
        const vec4 deviates = sf_load (noise, pixel * p.y_vec4 + quad);
        vec4 v = vec4 (0.0);
        [[unroll]] for (int i = 0; i < 4; i++)
          if (quad * 4 + i < p.channels)
            {
              const int c = quad * 4 + i;
              const float logvar = clamp (moment (pixel, p.channels + c, p.moments_vec4), -30.0, 20.0);
              v[i] = (moment (pixel, c, p.moments_vec4) + exp (0.5 * logvar) * deviates[i]) * p.scale;
            }
        y_out[pixel * p.y_vec4 + quad] = v;
      }
}
