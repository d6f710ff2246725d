/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What ends a Winograd convolution in the storage family: y = Aᵀ·m·A of every tile's products m, 2×2
 * pixels, and the epilogue. A thread has four columns of a tile. */
#version 460
#extension GL_GOOGLE_include_directive : require
#include "include/product.glsl"
#include "include/winograd.glsl"

layout (constant_id = 7) const bool CROPPED = false; /* see sf_share() */

void main ()
{
  const SfProductParams p = push;
  const int at = int (gl_GlobalInvocationID.x);
  const int tile = at / p.out_vec4, column4 = at % p.out_vec4;
  if (tile >= p.rows)
    return;

  const ivec3 place = sf_tile_place (tile, p);
  const bvec2 cut = CROPPED ? sf_cropped (place, p) : bvec2 (false);
  vec4 pixels[4] = vec4[4] (vec4 (0.0), vec4 (0.0), vec4 (0.0), vec4 (0.0));
  for (int component = 0; component < SIDE * SIDE; component++)
    {
      const vec2 across = sf_share (component % SIDE, cut.x);
      const vec2 down = sf_share (component / SIDE, cut.y);
      const vec4 v = sf_load (x_in, component * p.x_step + at);
      [[unroll]] for (int j = 0; j < 4; j++)
        pixels[j] += down[j / 2] * across[j % 2] * v;
    }
  const vec4 offset = sf_offset (column4, p.shift + place.z * p.shift_vec4);
  [[unroll]] for (int j = 0; j < 4; j++)
    sf_store_pixel (2 * place.xy + ivec2 (j % 2, j / 2), place.z, true, column4,
                    pixels[j] / V_SCALE + offset, p);
}
