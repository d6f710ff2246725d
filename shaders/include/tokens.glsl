/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which tokens of a picture may be merged (token merging, Bolya & Hoffman 2023): one of each cell of
 * 2×2 is a destination, all others are sources, those outside of whole cells last. Which one of a
 * cell it is looks random, so that no grid shows, but is the same for every picture. Sources and
 * destinations are numbered apart. The same as tests/cpu/tokens.c. */

struct SfTokens
{
  int w, h;
  int cells_w, cells;
  int salt;
};

SfTokens sf_tokens (int h, int w, int salt)
{
  return SfTokens (w, h, w / 2, (w / 2) * (h / 2), salt);
}

/* The place in its cell, 0 to 3, of destination @cell. Mixed as in PCG's output function (O'Neill
 * 2014). */
int sf_token_place (SfTokens t, int cell)
{
  uint state = uint (cell) * 747796405u + uint (t.salt) * 2891336453u + 1u;
  uint word = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
  return int (word >> 30u);
}

int sf_token_in_cell (SfTokens t, int cell, int place)
{
  int y = cell / t.cells_w * 2 + place / 2, x = cell % t.cells_w * 2 + place % 2;
  return y * t.w + x;
}

int sf_destination_token (SfTokens t, int cell)
{
  return sf_token_in_cell (t, cell, sf_token_place (t, cell));
}

int sf_source_token (SfTokens t, int source)
{
  int rest = source - 3 * t.cells, column = (t.w & 1) * t.h;
  if (rest < 0)
    {
      int cell = source / 3, place = source % 3;
      return sf_token_in_cell (t, cell, place + (place >= sf_token_place (t, cell) ? 1 : 0));
    }
  return rest < column ? rest * t.w + t.w - 1 : (t.h - 1) * t.w + rest - column;
}

/* The number of a token among the destinations (@destination) or the sources. */
int sf_token_number (SfTokens t, int token, out bool destination)
{
  int y = token / t.w, x = token % t.w;
  destination = false;
  if (x >= 2 * t.cells_w)
    return 3 * t.cells + y;
  if (y >= t.h / 2 * 2)
    return 3 * t.cells + (t.w & 1) * t.h + x;
  int cell = y / 2 * t.cells_w + x / 2, place = y % 2 * 2 + x % 2;
  int chosen = sf_token_place (t, cell);
  destination = place == chosen;
  return destination ? cell : 3 * cell + place - (place > chosen ? 1 : 0);
}

/* Entry @i of a list that begins at @base. */
#define sf_listed(name, base, i) int (sf_load (name, (base) + (i) / 4)[(i) % 4])
