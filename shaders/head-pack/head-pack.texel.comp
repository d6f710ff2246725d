/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tokens of a head four by four, see ops/head-pack.h: a lane has one texel of one of the four. */
#version 460
#extension GL_GOOGLE_include_directive : require
#include "include/rows.glsl"

SF_READ (0, x_in);
SF_WRITE (1, y_out);

layout (push_constant) uniform Push { SfHeadPackParams push; };

void main ()
{
  const SfHeadPackParams p = push;
  const int quad = sf_quad (p.dims), head = int (gl_WorkGroupID.z);
  const int x = p.x + head * (p.dims / 4) + quad / 4, y = p.y + head * p.rows * p.dims + quad;
  const bool there = sf_has_quad (p.dims);

  if (!sf_goes_on (there))
    return;
  SF_FOREACH_ROW (row, p.rows)
    {
      const int token = min (4 * row + quad % 4, p.tokens - 1);
      y_out_store (there ? y + row * p.dims : -1, sf_load (x_in, x + token * p.x_vec4));
    }
}
