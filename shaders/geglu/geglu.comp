/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * y = a·GELU (g), a and g the two halves of each row. */
#version 460
#extension GL_GOOGLE_include_directive : require
#include "include/rows.glsl"
#include "include/activation.glsl"

SF_READ (0, x_in);
SF_WRITE (1, y_out);

layout (push_constant) uniform Push { SfGegluParams push; };

void main ()
{
  const SfGegluParams p = push;
  const int quad = sf_quad ();

  if (quad >= p.y_vec4)
    return;
  SF_FOREACH_ROW (row, p.rows)
    {
      const int x = p.x + row * p.y_vec4 * 2 + quad;
      const vec4 g = sf_load (x_in, x + p.y_vec4);
      y_out[p.y + row * p.y_vec4 + quad]
          = sf_load (x_in, x) * vec4 (sf_gelu (g.x), sf_gelu (g.y), sf_gelu (g.z), sf_gelu (g.w));
    }
}
