/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * y = x·scale + shift, but for padding channels. */
#version 460
#extension GL_GOOGLE_include_directive : require
#include "include/rows.glsl"

SF_READ (0, x_in);
SF_WRITE (1, y_out);

layout (push_constant) uniform Push { SfAffineParams push; };

void main ()
{
  const SfAffineParams p = push;
  const int quad = sf_quad (p.vec4s);
  const bool there = sf_has_quad (p.vec4s);

  if (!sf_goes_on (there))
    return;
  const bvec4 real = lessThan (quad * 4 + ivec4 (0, 1, 2, 3), ivec4 (p.channels));
  const vec4 shift = mix (vec4 (0.0), vec4 (p.shift), real);
  SF_FOREACH_ROW (row, p.rows)
    y_out_store (there ? p.y + row * p.vec4s + quad : -1,
                 sf_load (x_in, p.x + row * p.vec4s + quad) * p.scale + shift);
}
