/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * y = act ((x − mean)·scale + beta), of one of the two sources that the channels come from. */
#version 460
#extension GL_GOOGLE_include_directive : require
#include "include/rows.glsl"
#include "include/activation.glsl"

layout (constant_id = 1) const bool SILU = false;
layout (constant_id = 2) const bool HALVES = false; /* the output */

SF_READ (0, x_in);
SF_READ (1, coefficients);
SF_READ (2, beta);
SF_WRITE (3, y_out);
SF_WRITE_HALVES (3, y_halves);

layout (push_constant) uniform Push { SfGroupNormApplyParams push; };

void main ()
{
  const SfGroupNormApplyParams p = push;
  const int quad = sf_quad (p.x_vec4), image = int (gl_WorkGroupID.z);
  const int x = p.x + image * p.image_rows * p.x_vec4 + quad;
  const int y = (HALVES ? 2 : 1) * p.y + image * p.image_rows * p.y_vec4 + p.quad + quad;
  const int channel = p.quad + quad;
  const bool there = sf_has_quad (p.x_vec4);

  if (!sf_goes_on (there))
    return;
  const int at = (p.image + image) * 2 * p.y_vec4 + channel;
  const vec4 mean = sf_load (coefficients, at);
  const vec4 scale = sf_load (coefficients, at + p.y_vec4);
  const vec4 shift = sf_load (beta, channel);
  SF_FOREACH_ROW (row, p.rows)
    {
      vec4 v = (sf_load (x_in, x + row * p.x_vec4) - mean) * scale + shift;
      if (SILU)
        v = vec4 (sf_silu (v.x), sf_silu (v.y), sf_silu (v.z), sf_silu (v.w));
      const int to = there ? y + row * p.y_vec4 : -1;
      if (HALVES)
        y_halves_store (to, sf_to_halves (v));
      else
        y_out_store (to, v);
    }
}
