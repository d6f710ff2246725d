/* SPDX-License-Identifier: GPL-3.0-or-later */
#version 460
#extension GL_GOOGLE_include_directive : require
#include "include/flat.glsl"

SF_READ (0, x_in);
SF_WRITE (1, y_out);

layout (push_constant) uniform Push { SfCopyParams push; };

void main ()
{
  const SfCopyParams p = push;

  SF_FOREACH_STORE (i, p.n)
    y_out_store (i < p.n ? p.y + i : -1, sf_load (x_in, p.x + min (i, p.n - 1)));
}
