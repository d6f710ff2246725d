/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a Winograd convolution F(2×2, 3×3) multiplies (Lavin & Gray 2015): of every tile of 4×4
 * pixels, two apart, v = Bᵀ·d·B. A lane owns four channels and walks over a few tiles. */
#version 460
#extension GL_GOOGLE_include_directive : require
#include "include/product.glsl"
#include "include/winograd.glsl"

/* Bᵀ times four values. */
void transform (vec4 a, vec4 b, vec4 c, vec4 d, out vec4 t[4])
{
  t[0] = a - c;
  t[1] = b + c;
  t[2] = c - b;
  t[3] = b - d;
}

/* Where pixel @at of the picture as the taps see it lies, or 0 where there is none. */
vec4 load_pixel (ivec2 at, int image, int quad, SfProductParams p)
{
  int held = (at.y >> p.up) - p.top;
  bool inside = uint (at.x) < uint (p.in_w) && uint (at.y) < uint (p.in_h)
                && uint (held) < uint (p.lines);
  int line = image * p.lines + held - p.first_line;
  int stored = line * p.line_pixels + (at.x >> p.up);
  vec4 v = sf_load (x_in, p.x + (inside ? stored * p.groups * 2 : 0) + quad);
  return inside ? v : vec4 (0.0);
}

/* Bᵀ·d: [column][row]. Along a line of tiles two columns are those of the tile before. */
vec4 half_done[4][4];

void load_columns (int first, ivec2 corner, int image, int quad, SfProductParams p)
{
  [[unroll]] for (int x = first; x < first + 2; x++)
    {
      vec4 d[4];
      [[unroll]] for (int y = 0; y < 4; y++)
        d[y] = load_pixel (corner + ivec2 (x, y), image, quad, p);
      transform (d[0], d[1], d[2], d[3], half_done[x]);
    }
}

void main ()
{
  /* Copied once: lavapipe gathers a push constant again at every use. */
  const SfProductParams p = push;
  const int quad = int (gl_GlobalInvocationID.x), pitch = p.groups * 2;
  if (quad >= pitch)
    return;

  const int begin = int (gl_WorkGroupID.y) * SF_WINOGRAD_TILES;
  const int end = min (begin + SF_WINOGRAD_TILES, p.rows);
  for (int tile = begin; tile < end; tile++)
    {
      const ivec3 place = sf_tile_place (tile, p);
      const ivec2 corner = 2 * place.xy - p.pad;
      half_done[0] = half_done[2];
      half_done[1] = half_done[3];
      if (tile == begin || place.x == 0)
        load_columns (0, corner, place.z, quad, p);
      load_columns (2, corner, place.z, quad, p);
      [[unroll]] for (int y = 0; y < 4; y++)
        {
          vec4 v[4];
          transform (half_done[0][y], half_done[1][y], half_done[2][y], half_done[3][y], v);
          [[unroll]] for (int x = 0; x < 4; x++)
            y_out[p.y + (4 * y + x) * p.y_step + tile * pitch + quad] = v[x];
        }
    }
}
