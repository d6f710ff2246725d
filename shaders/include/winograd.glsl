/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tiles of 2×2 output pixels, counted line by line over all images. */

/* Column, line and image of tile @tile of the dispatch. */
ivec3 sf_tile_place (int tile, SfProductParams p)
{
  int at = p.pixel + tile, image = at / p.image_tiles;
  int rest = at - image * p.image_tiles, line = rest / p.line_tiles;
  return ivec3 (rest - line * p.line_tiles, line + p.first_tiles, image);
}
