/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The products of a Winograd convolution and what follows: y = Aᵀ·m·A of every tile's sixteen (of
 * doubled pixels, nine) products m, 2×2 pixels, and the epilogue. A workgroup makes all of its tiles'
 * one after the other and adds each to the pixels that it counts for, so that none is ever stored. */
#version 460
#extension GL_GOOGLE_include_directive : require
#define SF_WINOGRAD
#include "include/product.texel.glsl"
#include "include/winograd.glsl"

layout (constant_id = 8) const bool CROPPED = false; /* see sf_share() */

/* Pixels (2·y + x) of the tiles in the rows. */
vec4 pixels[4][ROWS];
/* Of rows, a bit each: x: whose second column of pixels is cropped, y: whose second line. */
uvec2 cropped;

/* The line of tiles that an image ends before. */
int tiles_end (SfProductParams p)
{
  return p.first_tiles + p.image_tiles / p.line_tiles;
}

void find_cropped (int row0, SfProductParams p)
{
  ivec3 place = sf_tile_place (row0, p);

  cropped = uvec2 (0);
  for (int i = 0; i < ROWS; i++)
    {
      cropped |= uvec2 (sf_cropped (place, p)) << i;
      place = sf_next_tile (place, tiles_end (p), p);
    }
}

void add_component (int component)
{
  const ivec2 at = ivec2 (component % SIDE, component / SIDE);
  [[unroll]] for (int i = 0; i < ROWS; i++)
    {
      const bvec2 cut = bvec2 (CROPPED ? cropped >> i & 1u : uvec2 (0));
      const vec2 across = sf_share (at.x, cut.x), down = sf_share (at.y, cut.y);
      [[unroll]] for (int j = 0; j < 4; j++)
        pixels[j][i] += down[j / 2] * across[j % 2] * sum[i];
    }
}

/* pixels[j][i]. To look it up by a number would make one array of all, which takes LLVM minutes to
 * make a coroutine of: it holds every use of a variable against every other. */
vec4 get_pixel (int j, int i)
{
  vec4 v = pixels[j][0];
  [[unroll]] for (int row = 1; row < ROWS; row++)
    v = row == i ? pixels[j][row] : v;
  return v;
}

/* A loop over the rows takes longer than one that is unrolled, but its code is a tenth, and there is
 * one for all products. Two loops of half of the rows each make LLVM lose track of its registers:
 * with 512 bits all took three times as long. */
void store_tiles (int row0, bool there, int column4, SfProductParams p)
{
  const int rows = min (ROWS, p.rows - row0);
  ivec3 place = sf_tile_place (row0, p);

  for (int i = 0; i < rows; i++)
    {
      const vec4 offset = sf_offset (column4, p.shift + place.z * p.shift_vec4);
      [[unroll]] for (int j = 0; j < 4; j++)
        sf_store_pixel (2 * place.xy + ivec2 (j % 2, j / 2), place.z, there, column4,
                        get_pixel (j, i) + offset, p);
      place = sf_next_tile (place, tiles_end (p), p);
    }
}

void main ()
{
  /* Copied once: lavapipe gathers a push constant again at every use. */
  const SfProductParams p = push;
  const int lane = int (gl_SubgroupInvocationID);
  const int row0 = int (gl_WorkGroupID.y) * ROWS;
  const int components = SIDE * SIDE, depth = components * p.groups;
  int weight = sf_first_weight (depth);
  bool inside[LOADS];

  [[unroll]] for (int i = 0; i < LOADS; i++)
    inside[i] = true;
  if (CROPPED)
    find_cropped (row0, p);
  [[unroll]] for (int j = 0; j < 4; j++)
    [[unroll]] for (int i = 0; i < ROWS; i++)
      pixels[j][i] = vec4 (0.0);
  for (int component = 0; component < components; component++)
    {
      int x[LOADS];
      [[unroll]] for (int i = 0; i < LOADS; i++)
        x[i] = p.x + component * p.x_step
               + min (row0 + i * LINES + lane % LINES, p.rows - 1) * p.groups * 2;
      sf_tile_clear ();
      weight = sf_add_groups (x, inside, weight, depth, p);
      sf_tile_finish ();
      add_component (component);
    }

  const int own4 = (p.block + int (gl_WorkGroupID.x)) * WIDTH + lane;
  const int column4 = min (own4, p.out_vec4 - 1);
  if (sf_goes_on (own4 == column4))
    store_tiles (row0, own4 == column4, column4, p);
}
