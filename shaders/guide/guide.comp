/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * denoised = c_skip·x + Σ wᵢ·outᵢ. */
#version 460
#extension GL_GOOGLE_include_directive : require
#include "include/flat.glsl"

SF_READ (0, x_in);
SF_READ (1, out_in);
SF_READ (2, step_in);
SF_WRITE (3, denoised_out);

layout (push_constant) uniform Push { SfFlatParams push; };

float element (int i)
{
  return sf_load (step_in, i / 4)[i % 4];
}

void main ()
{
  const int n = push.n, branches = push.branches;
  const float c_skip = element (1);

  SF_FOREACH (i, n)
    {
      vec4 sum = c_skip * sf_load (x_in, i);
      for (int branch = 0; branch < branches; branch++)
        sum += element (2 + branch) * sf_load (out_in, branch * n + i);
      denoised_out[i] = sum;
    }
}
