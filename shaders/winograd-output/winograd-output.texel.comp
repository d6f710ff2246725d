/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The end of a Winograd convolution: 2×2 pixels y = Aᵀ·m·A of every tile's sixteen products, and
 * the epilogue. A lane owns four channels and walks over a few tiles. */
#version 460
#extension GL_GOOGLE_include_directive : require
#include "include/product.glsl"
#include "include/winograd.glsl"

/* Aᵀ times four values. */
void transform (vec4 a, vec4 b, vec4 c, vec4 d, out vec4 t[2])
{
  t[0] = a + b + c;
  t[1] = b - c - d;
}

void store (ivec2 pixel, int image, int quad, vec4 sum, vec4 offset, SfProductParams p)
{
  int held = pixel.y - p.top;
  if (pixel.x >= p.out_w || uint (held) >= uint (p.lines))
    return;
  int line = image * p.lines + held - p.first_line;
  int at = (line * p.out_w + pixel.x) * p.out_vec4 + quad;
  vec4 v = sf_activate (sum + offset);
  if (HAS_RESIDUAL)
    v += sf_load (residuals, p.residual + at);
  y_out[p.y + at] = sf_last (v);
}

void main ()
{
  /* Copied once: lavapipe gathers a push constant again at every use. */
  const SfProductParams p = push;
  const int quad = int (gl_GlobalInvocationID.x);
  if (quad >= p.out_vec4)
    return;

  const int end = min (int (gl_WorkGroupID.y + 1) * SF_WINOGRAD_TILES, p.rows);
  for (int tile = int (gl_WorkGroupID.y) * SF_WINOGRAD_TILES; tile < end; tile++)
    {
      const ivec3 place = sf_tile_place (tile, p);
      vec4 half_done[4][2]; /* [column][row] */
      [[unroll]] for (int x = 0; x < 4; x++)
        {
          vec4 m[4];
          [[unroll]] for (int y = 0; y < 4; y++)
            m[y] = sf_load (x_in, p.x + (4 * y + x) * p.x_step + tile * p.out_vec4 + quad);
          transform (m[0], m[1], m[2], m[3], half_done[x]);
        }
      const vec4 offset = sf_offset (quad, p.shift + place.z * p.shift_vec4);
      [[unroll]] for (int y = 0; y < 2; y++)
        {
          vec4 sum[2];
          transform (half_done[0][y], half_done[1][y], half_done[2][y], half_done[3][y], sum);
          [[unroll]] for (int x = 0; x < 2; x++)
            store (2 * place.xy + ivec2 (x, y), place.z, quad, sum[x], offset, p);
        }
    }
}
