/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * For each source the destination that is most like it, by the cosine of their channels: a product
 * of sources and destinations of which only the best column of each row is kept. A workgroup has a
 * tile of sources and walks over all destinations. */
#version 460
#extension GL_GOOGLE_include_directive : require
#include "include/access.glsl"
#include "params.h"

layout (local_size_x_id = 0) in;
layout (constant_id = 0) const int WIDTH = 8; /* lanes */

#include "include/tile.texel.glsl"
#include "include/tokens.glsl"

SF_READ (0, x_in);
SF_WRITE (1, score_out);
SF_WRITE (2, best_out);

layout (push_constant) uniform Push { SfTokenMatchParams push; };

const float TINY = 1e-24; /* of a squared length */
const float LOWEST = -1e30;

float best[ROWS], chosen[ROWS];
shared float lane_best[ROWS][WIDTH], lane_chosen[ROWS][WIDTH];

/* Eight channels, and what they add to the squared length. */
void load_eight (int at, out float value[8], inout float squares)
{
  [[unroll]] for (int h = 0; h < 2; h++)
    {
      vec4 u = sf_load (x_in, at + h);
      [[unroll]] for (int c = 0; c < 4; c++)
        value[4 * h + c] = u[c];
      squares += dot (u, u);
    }
}

void main ()
{
  /* Copied once: lavapipe gathers a push constant again at every use. */
  const SfTokenMatchParams p = push;
  const SfTokens t = sf_tokens (p.h, p.w, p.salt);
  const int lane = int (gl_SubgroupInvocationID);
  const int source0 = p.first + int (gl_WorkGroupID.x) * ROWS;
  int x[LOADS];
  float x_squares[LOADS];

  [[unroll]] for (int i = 0; i < LOADS; i++)
    {
      const int source = min (source0 + i * LINES + lane % LINES, p.sources - 1);
      x[i] = p.x + sf_source_token (t, source) * p.x_vec4;
    }
  [[unroll]] for (int i = 0; i < ROWS; i++)
    {
      best[i] = LOWEST;
      chosen[i] = 0.0;
    }
  for (int first = 0; first < t.cells; first += 4 * WIDTH)
    {
      const int column = first + 4 * lane;
      int y[4];
      float y_squares[4];
      [[unroll]] for (int j = 0; j < 4; j++)
        {
          y[j] = p.x + sf_destination_token (t, min (column + j, t.cells - 1)) * p.x_vec4;
          y_squares[j] = TINY;
        }
      [[unroll]] for (int i = 0; i < LOADS; i++)
        x_squares[i] = TINY;
      sf_tile_clear ();
      for (int k = 0; k < p.x_vec4; k += 2)
        {
          vec4 w[8];
          [[unroll]] for (int j = 0; j < 4; j++)
            {
              float column[8];
              load_eight (y[j] + k, column, y_squares[j]);
              [[unroll]] for (int c = 0; c < 8; c++)
                w[c][j] = column[c];
            }
          float a[LOADS][8];
          [[unroll]] for (int i = 0; i < LOADS; i++)
            load_eight (x[i] + k, a[i], x_squares[i]);
          sf_tile_add (a, w);
        }
      sf_tile_finish ();
      /* Left to right, so that of equals the first is kept. */
      [[unroll]] for (int j = 0; j < 4; j++)
        {
          const float scale = column + j < t.cells ? inversesqrt (y_squares[j]) : 0.0;
          const float missing = column + j < t.cells ? 0.0 : LOWEST;
          [[unroll]] for (int i = 0; i < ROWS; i++)
            {
              const float score = sum[i][j] * scale + missing;
              chosen[i] = score > best[i] ? float (column + j) : chosen[i];
              best[i] = max (best[i], score);
            }
        }
    }

  [[unroll]] for (int i = 0; i < ROWS; i++)
    {
      lane_best[i][lane] = best[i];
      lane_chosen[i][lane] = chosen[i];
    }
  barrier ();
  if (lane >= LINES)
    return;
  [[unroll]] for (int i = 0; i < LOADS; i++)
    {
      const int row = i * LINES + lane, source = source0 + row;
      float top = lane_best[row][0], which = lane_chosen[row][0];
      for (int l = 1; l < WIDTH; l++)
        {
          const float score = lane_best[row][l], column = lane_chosen[row][l];
          const bool better = score > top || (score == top && column < which);
          which = better ? column : which;
          top = better ? score : top;
        }
      const bool there = source < p.sources;
      if (source < p.out_vec4 * 4)
        {
          score_out[p.score + source / 4][source % 4] = there ? top * inversesqrt (x_squares[i]) : 0.0;
          best_out[p.best + source / 4][source % 4] = there ? which : 0.0;
        }
    }
}
