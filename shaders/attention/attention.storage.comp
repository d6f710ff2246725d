/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Attention in one pass (Dao et al. 2022) with tiles in shared memory: a workgroup of 128 has 32
 * queries of one head and takes 32 keys at a time. Where heads are wide, workgroups along z share
 * the output dimensions and each works out the scores again. No subgroup is assumed. */
#version 460
#extension GL_GOOGLE_include_directive : require
#include "include/access.glsl"
#include "params.h"

layout (local_size_x_id = 0) in;
layout (constant_id = 0) const int WIDTH = 128;   /* threads: 4 a query */
layout (constant_id = 1) const int DIMS = 40;     /* of a head */
layout (constant_id = 2) const int OUT_DIMS = 64; /* that a workgroup makes: a multiple of 32 */
layout (constant_id = 3) const bool CAUSAL = false;

SF_READ (0, q_in);
SF_READ (1, k_in);
SF_READ (2, v_in);
SF_WRITE (3, y_out);

layout (push_constant) uniform Push { SfAttentionParams push; };

const int TILE = 32; /* queries, keys and dimensions of a tile */
const int STEP = 4;  /* of the loops over a tile: whole ones take some drivers seconds to compile */
const float HIDDEN = -1e30;

/* One more than the tile, so that columns meet different banks. */
shared float q_tile[TILE][TILE + 1];
shared float kv_tile[TILE][TILE + 1];
shared float score[TILE][TILE + 1];
shared float largest[TILE], total[TILE], shrink[TILE];

/* Eight values a thread: a row of the tile for every four threads. Beyond the last dimension zero,
 * beyond the last row any row. */
#define LOAD_TILE(tile, name, first, pitch, row, dim, thread)                                     \
  [[unroll]] for (int part = 0; part < 2; part++)                                                 \
    {                                                                                             \
      const int at = (dim) + (thread) % 4 * 8 + part * 4;                                         \
      const vec4 u = at < DIMS ? sf_load (name, (first) + (row) * (pitch) + at / 4) : vec4 (0.0); \
      [[unroll]] for (int i = 0; i < 4; i++)                                                      \
        tile[(thread) / 4][(thread) % 4 * 8 + part * 4 + i] = u[i];                               \
    }

/* Folds the scores of 32 keys into the running maximum and sum of each query. */
void fold (int thread, int key0, int keys, int first_query)
{
  if (thread < TILE)
    {
      const int visible = CAUSAL ? min (keys, first_query + thread + 1) : keys;
      float top = largest[thread], sum = 0.0;
      for (int l = 0; l < TILE; l++)
        if (key0 + l < visible)
          top = max (top, score[thread][l]);
      for (int l = 0; l < TILE; l++)
        {
          float e = key0 + l < visible ? exp2 (score[thread][l] - top) : 0.0;
          score[thread][l] = e;
          sum += e;
        }
      shrink[thread] = exp2 (largest[thread] - top);
      largest[thread] = top;
      total[thread] = total[thread] * shrink[thread] + sum;
    }
}

void main ()
{
  const SfAttentionParams p = push;
  const int thread = int (gl_LocalInvocationID.x);
  const int head = int (gl_WorkGroupID.y) * (DIMS / 4);
  const int out0 = int (gl_WorkGroupID.z) * OUT_DIMS;
  const int query0 = int (gl_WorkGroupID.x) * TILE;
  const int load_query = min (query0 + thread / 4, p.queries - 1);
  const float scale = p.scale * 1.44269504089; /* powers of two are cheaper than of e */
  /* A thread's part of a 32×32 tile: two rows of four columns. */
  const int row = thread / 8 * 2, column = thread % 8 * 4;

  vec4 y[OUT_DIMS / TILE][2];
  [[unroll]] for (int d = 0; d < OUT_DIMS / TILE; d++)
    y[d][0] = y[d][1] = vec4 (0.0);
  if (thread < TILE)
    {
      largest[thread] = HIDDEN;
      total[thread] = 0.0;
    }

  const int last = p.first + min (query0 + TILE, p.queries); /* no query sees beyond */
  const int keys = CAUSAL ? min (p.keys, last) : p.keys;
  for (int key0 = 0; key0 < keys; key0 += TILE)
    {
      const int load_key = min (key0 + thread / 4, p.keys - 1);
      vec4 s[2] = vec4[2] (vec4 (0.0), vec4 (0.0));
      for (int d0 = 0; d0 < DIMS; d0 += TILE)
        {
          barrier ();
          LOAD_TILE (q_tile, q_in, p.q + head, p.q_vec4, load_query, d0, thread)
          LOAD_TILE (kv_tile, k_in, p.k + head, p.k_vec4, load_key, d0, thread)
          barrier ();
          [[dont_unroll]] for (int d = 0; d < TILE; d += STEP)
            [[unroll]] for (int e = 0; e < STEP; e++)
              [[unroll]] for (int i = 0; i < 2; i++)
                [[unroll]] for (int j = 0; j < 4; j++)
                  s[i][j] += q_tile[row + i][d + e] * kv_tile[column + j][d + e];
        }
      [[unroll]] for (int i = 0; i < 2; i++)
        [[unroll]] for (int j = 0; j < 4; j++)
          score[row + i][column + j] = s[i][j] * scale;
      barrier ();
      fold (thread, key0, p.keys, p.first + query0);
      [[unroll]] for (int d = 0; d < OUT_DIMS / TILE; d++)
        {
          barrier ();
          LOAD_TILE (kv_tile, v_in, p.v + head, p.v_vec4, load_key, out0 + d * TILE, thread)
          barrier ();
          [[unroll]] for (int i = 0; i < 2; i++)
            {
              y[d][i] *= shrink[row + i];
              [[dont_unroll]] for (int l = 0; l < TILE; l += STEP)
                [[unroll]] for (int e = 0; e < STEP; e++)
                  [[unroll]] for (int j = 0; j < 4; j++)
                    y[d][i][j] += score[row + i][l + e] * kv_tile[l + e][column + j];
            }
        }
    }

  [[unroll]] for (int i = 0; i < 2; i++)
    if (query0 + row + i < p.queries)
      [[unroll]] for (int d = 0; d < OUT_DIMS / TILE; d++)
        if (out0 + d * TILE + column < DIMS)
          y_out[p.y + (query0 + row + i) * p.y_vec4 + head + (out0 + d * TILE + column) / 4]
              = y[d][i] / total[row + i];
}
