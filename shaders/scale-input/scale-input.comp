/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every branch's input: x·c_in. */
#version 460
#extension GL_GOOGLE_include_directive : require
#include "include/flat.glsl"

SF_READ (0, x_in);
SF_READ (1, step_in);
SF_WRITE (2, y_out);

layout (push_constant) uniform Push { SfFlatParams push; };

void main ()
{
  const int n = push.n, branches = push.branches;
  const float c_in = sf_load (step_in, 0).x;

  SF_FOREACH (i, n)
    {
      const vec4 v = sf_load (x_in, i) * c_in;
      for (int branch = 0; branch < branches; branch++)
        y_out[branch * n + i] = v;
    }
}
