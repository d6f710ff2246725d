/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a Winograd convolution F(2×2, 3×3) multiplies (Lavin & Gray 2015): of every tile of 4×4
 * pixels, two apart, v = Bᵀ·d·B. Of doubled pixels a tile sees 3×3, one apart, and makes 3×3 of them:
 * see engine/ops/winograd.c. A lane owns four channels and walks over a few tiles. */
#version 460
#extension GL_GOOGLE_include_directive : require
#include "include/product.glsl"
#include "include/winograd.glsl"

layout (constant_id = 7) const bool V_HALVES = false;

SF_WRITE_HALVES (5, y_halves);

const bool DOUBLED = SIDE == 3;
const int MOST = 4; /* for SIDE, which a compiler does not know */
const int STEP = DOUBLED ? 1 : 2; /* from tile to tile, in pixels */

/* Bᵀ times the values of a tile along one side, SIDE of them. */
void transform (vec4 d[MOST], out vec4 t[MOST])
{
  t[0] = d[0] - d[DOUBLED ? 1 : 2];
  t[1] = DOUBLED ? d[1] : d[1] + d[2];
  t[2] = DOUBLED ? d[1] - d[2] : d[2] - d[1];
  t[3] = d[1] - d[3];
}

/* Pixel @at of the picture, or 0 where there is none. */
vec4 load_pixel (ivec2 at, int image, int quad, SfProductParams p)
{
  int held = at.y - p.top;
  bool inside = uint (at.x) < uint (p.in_w) && uint (at.y) < uint (p.in_h)
                && uint (held) < uint (p.lines);
  int line = image * p.lines + held - p.first_line;
  int stored = line * p.in_w + at.x;
  vec4 v = sf_load (x_in, p.x + (inside ? stored * p.groups * 2 : 0) + quad);
  return inside ? v : vec4 (0.0);
}

/* Bᵀ·d: [column][row]. Along a line of tiles two columns are those of the tile before. */
vec4 half_done[MOST][MOST];

void load_columns (int first, int end, ivec2 corner, int image, int quad, SfProductParams p)
{
  [[unroll]] for (int x = first; x < end; x++)
    {
      vec4 d[MOST];
      [[unroll]] for (int y = 0; y < SIDE; y++)
        d[y] = load_pixel (corner + ivec2 (x, y), image, quad, p);
      transform (d, half_done[x]);
    }
}

void main ()
{
  /* Copied once: lavapipe gathers a push constant again at every use. */
  const SfProductParams p = push;
  const int own = int (gl_GlobalInvocationID.x), quad = min (own, p.groups * 2 - 1);
  if (!sf_goes_on (own == quad))
    return;

  const int begin = int (gl_WorkGroupID.y) * SF_WINOGRAD_TILES;
  const int end = min (begin + SF_WINOGRAD_TILES, p.rows);
  for (int tile = begin; tile < end; tile++)
    {
      const ivec3 place = sf_tile_place (tile, p);
      const ivec2 corner = STEP * place.xy - p.pad;
      half_done[0] = half_done[STEP];
      half_done[1] = half_done[STEP + 1];
      if (tile == begin || place.x == 0)
        load_columns (0, 2, corner, place.z, quad, p);
      load_columns (2, SIDE, corner, place.z, quad, p);
      [[unroll]] for (int y = 0; y < SIDE; y++)
        {
          vec4 line[MOST], v[MOST];
          [[unroll]] for (int x = 0; x < SIDE; x++)
            line[x] = half_done[x][y];
          transform (line, v);
          [[unroll]] for (int x = 0; x < SIDE; x++)
            {
              const int at = (SIDE * y + x) * p.y_step + tile * p.out_vec4 + quad;
              const int to = own == quad ? at : -1;
              if (V_HALVES)
                y_halves_store (to, sf_to_halves (V_SCALE * v[x]));
              else
                y_out_store (to, V_SCALE * v[x]);
            }
        }
    }
}
