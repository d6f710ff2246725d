/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tiles of 2×2 output pixels, counted line by line over all images. */

/* The components of a tile are up to four times as large as its pixels, which halves may have no room
 * for: in the storage family they are scaled, which rounds nothing, and what is made of them is scaled
 * back. */
#ifdef SF_TEXEL
const float V_SCALE = 1.0;
#else
const float V_SCALE = 0.25;
#endif

/* Column, line and image of tile @tile of the dispatch. */
ivec3 sf_tile_place (int tile, SfProductParams p)
{
  int at = p.pixel + tile, image = at / p.image_tiles;
  int rest = at - image * p.image_tiles, line = rest / p.line_tiles;
  return ivec3 (rest - line * p.line_tiles, line + p.first_tiles, image);
}

/* Of the tile that follows; an image's lines of tiles end before @end. */
ivec3 sf_next_tile (ivec3 place, int end, SfProductParams p)
{
  place.x++;
  if (place.x == p.line_tiles)
    {
      place.x = 0;
      place.y++;
    }
  if (place.y == end)
    {
      place.y = p.first_tiles;
      place.z++;
    }
  return place;
}

/* Whether the second column (x) or line (y) of the tile's pixels is cropped. */
bvec2 sf_cropped (ivec3 place, SfProductParams p)
{
  return greaterThanEqual (2 * place.xy + 1, ivec2 (p.out_w, p.out_h));
}

/* How often component @at of a tile's line or column counts for the first and the second pixel. Where
 * the second one of doubled pixels is cropped, see engine/ops/winograd.c. */
vec2 sf_share (int at, bool cropped)
{
  const bool last = at == SIDE - 1;
  return vec2 (last ? cropped ? -1.0 : 0.0 : 1.0, at == 0 ? 0.0 : at == 1 ? 1.0 : -1.0);
}

/* Stores a pixel of a tile, if it is there, and the lane has a column @there. */
void sf_store_pixel (ivec2 pixel, int image, bool there, int column4, vec4 sum, SfProductParams p)
{
  const int held = pixel.y - p.top;
  const int row = (image * p.lines + held - p.first_line) * p.out_w + pixel.x;
  if (pixel.x < p.out_w && uint (held) < uint (p.lines))
    sf_store (there ? row : -1, column4, sum, p);
}
