/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * rgb = x·matrix + bias, for every pixel. */
#version 460
#extension GL_GOOGLE_include_directive : require
#include "include/flat.glsl"

SF_READ (0, x_in);
SF_READ (1, matrix);
SF_WRITE (2, rgb_out);

layout (push_constant) uniform Push { SfLatentRgbParams push; };

void main ()
{
  const SfLatentRgbParams p = push;

  SF_FOREACH (pixel, p.pixels)
    {
      vec3 rgb = sf_load (matrix, p.channels * 2).xyz;
      for (int c = 0; c < p.channels; c++)
        rgb += sf_load (x_in, pixel * p.x_vec4 + c / 4)[c % 4] * sf_load (matrix, c * 2).xyz;
      rgb_out[pixel * 2] = vec4 (rgb, 0.0);
      rgb_out[pixel * 2 + 1] = vec4 (0.0);
    }
}
