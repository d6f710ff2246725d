/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * For each source the destination that is most like it, by the cosine of their channels: a product
 * of sources and destinations, in tiles of 32 × 32 in shared memory, of which only the best column of
 * each row is kept. A workgroup of 128 has 32 sources and walks over all destinations. No subgroup
 * is assumed. */
#version 460
#extension GL_GOOGLE_include_directive : require
#include "include/access.glsl"
#include "params.h"

layout (local_size_x_id = 0) in;
layout (constant_id = 0) const int WIDTH = 128; /* threads: 4 a source */

#include "include/tokens.glsl"

SF_READ (0, x_in);
SF_WRITE (1, score_out);
SF_WRITE (2, best_out);

layout (push_constant) uniform Push { SfTokenMatchParams push; };

const int TILE = 32; /* sources, destinations, channels */
const float TINY = 1e-24; /* of a squared length */
const float LOWEST = -1e30;

/* One more than the tile, so that columns meet different banks. */
shared float x_tile[TILE][TILE + 1], y_tile[TILE][TILE + 1];
shared float x_squares[TILE], y_squares[TILE];
shared float thread_best[TILE][8], thread_chosen[TILE][8];

/* Eight channels of one of the tile's tokens; beyond the last channel zero. */
#define LOAD_TILE(tile, token)                                                     \
  [[unroll]] for (int part = 0; part < 2; part++)                                  \
    {                                                                              \
      const int quad = k + thread % 4 * 2 + part;                                  \
      const vec4 u = quad < p.x_vec4 ? sf_load (x_in, (token) + quad) : vec4 (0.0); \
      [[unroll]] for (int i = 0; i < 4; i++)                                       \
        tile[thread / 4][thread % 4 * 8 + part * 4 + i] = u[i];                    \
    }

void add_squares (int thread)
{
  float squares = 0.0;
  for (int d = 0; d < TILE; d++)
    {
      const float value = thread < TILE ? x_tile[thread][d] : y_tile[thread - TILE][d];
      squares += value * value;
    }
  if (thread < TILE)
    x_squares[thread] += squares;
  else
    y_squares[thread - TILE] += squares;
}

void main ()
{
  const SfTokenMatchParams p = push;
  const SfTokens t = sf_tokens (p.h, p.w, p.salt);
  const int thread = int (gl_LocalInvocationIndex);
  const int source0 = p.first + int (gl_WorkGroupID.x) * TILE;
  const int x = p.x + sf_source_token (t, min (source0 + thread / 4, p.sources - 1)) * p.x_vec4;
  /* A thread's part of a tile: two rows of four columns. */
  const int row = thread / 8 * 2, column = thread % 8 * 4;
  float best[2] = float[2] (LOWEST, LOWEST), chosen[2] = float[2] (0.0, 0.0);

  for (int first = 0; first < t.cells; first += TILE)
    {
      const int cell = min (first + thread / 4, t.cells - 1);
      const int y = p.x + sf_destination_token (t, cell) * p.x_vec4;
      vec4 s[2] = vec4[2] (vec4 (0.0), vec4 (0.0));

      barrier ();
      if (thread < TILE)
        x_squares[thread] = y_squares[thread] = TINY;
      for (int k = 0; k < p.x_vec4; k += TILE / 4)
        {
          barrier ();
          LOAD_TILE (x_tile, x)
          LOAD_TILE (y_tile, y)
          barrier ();
          if (thread < 2 * TILE)
            add_squares (thread);
          for (int d = 0; d < TILE; d++)
            [[unroll]] for (int i = 0; i < 2; i++)
              [[unroll]] for (int j = 0; j < 4; j++)
                s[i][j] += x_tile[row + i][d] * y_tile[column + j][d];
        }
      barrier ();
      /* Left to right, so that of equals the first is kept. */
      [[unroll]] for (int j = 0; j < 4; j++)
        [[unroll]] for (int i = 0; i < 2; i++)
          {
            const float score = s[i][j] * inversesqrt (y_squares[column + j]);
            if (first + column + j < t.cells && score > best[i])
              {
                best[i] = score;
                chosen[i] = float (first + column + j);
              }
          }
    }

  [[unroll]] for (int i = 0; i < 2; i++)
    {
      thread_best[row + i][thread % 8] = best[i];
      thread_chosen[row + i][thread % 8] = chosen[i];
    }
  barrier ();
  const int source = source0 + thread;
  if (thread >= TILE || source >= p.out_vec4 * 4)
    return;
  float top = thread_best[thread][0], which = thread_chosen[thread][0];
  for (int l = 1; l < 8; l++)
    {
      const float score = thread_best[thread][l], other = thread_chosen[thread][l];
      if (score > top || (score == top && other < which))
        {
          top = score;
          which = other;
        }
    }
  const bool there = source < p.sources;
  score_out[p.score + source / 4][source % 4] = there ? top * inversesqrt (x_squares[thread]) : 0.0;
  best_out[p.best + source / 4][source % 4] = there ? which : 0.0;
}
