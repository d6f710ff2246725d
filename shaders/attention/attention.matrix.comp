/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Attention with the device's matrix units (VK_KHR_cooperative_matrix): queries, keys, weights and
 * values are halves, scores and sums F32. A workgroup has QUERIES queries of one head, a subgroup 16
 * of them, and takes KEYS keys at a time. Where an element of a matrix lies in its lanes is not
 * known, so that a sum cannot be rescaled when a larger score comes along; instead the keys are
 * gone through twice: for each query's largest score and the sum of its weights, then for the
 * values. Scores pass through shared memory. Subgroups are full. */
#version 460
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_cooperative_matrix : require
#extension GL_KHR_memory_scope_semantics : require
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
#include "include/access.glsl"
#include "params.h"

layout (local_size_x_id = 0) in;
layout (constant_id = 0) const int WIDTH = 128; /* threads */
layout (constant_id = 1) const int DIMS = 40;   /* of a head */
layout (constant_id = 2) const bool CAUSAL = false;
layout (constant_id = 3) const int QUERIES = 64;
layout (constant_id = 4) const int M = 16; /* sides of a matrix: divide 16 */
layout (constant_id = 5) const int N = 16;
layout (constant_id = 6) const int K = 16;

SF_READ (0, q_in);
SF_READ (1, k_in);
SF_READ (2, v_in);
SF_WRITE (3, y_out);

layout (push_constant) uniform Push { SfAttentionParams push; };

const int KEYS = 32; /* at a time */
const int ROWS = 16; /* of a subgroup */
const int LANES = WIDTH / (QUERIES / ROWS);
const int WHOLE = (DIMS + 15) / 16 * 16;
const int DOWN = ROWS / M, ACROSS = WHOLE / N; /* matrices of a subgroup's result */
/* Four neighbours share the scores of a query. */
const int SHARES = 4, SHARE = KEYS / SHARES;
const float HIDDEN = -1e30, LARGEST_HALF = 65504.0;

/* In vec4s, with room so that neighbouring rows meet different banks. */
const int WHOLE4 = WHOLE / 4, PITCH = WHOLE4 + 2;
const int WEIGHT_PITCH = KEYS / 4 + 2;
const int SCORE_PITCH = KEYS + 4; /* in floats */

shared f16vec4 q_tile[QUERIES * PITCH], k_tile[KEYS * PITCH], v_tile[KEYS * PITCH];
shared f16vec4 weights[QUERIES * WEIGHT_PITCH];
shared float scores[QUERIES * SCORE_PITCH]; /* at last, matrices of the result */
shared vec2 state[QUERIES * SHARES];        /* largest score, and the sum of weights by it */

int thread, row0, head, query0;

f16vec4 sf_halves (vec4 v)
{
  return f16vec4 (clamp (v, -LARGEST_HALF, LARGEST_HALF));
}

/* Rows that are not there are any others: what comes of them is hidden or not stored. */
#define LOAD_TILE(tile, name, first, pitch, rows, begin, last, scale)                             \
  for (int at = thread; at < (rows) * WHOLE4; at += WIDTH)                                        \
    {                                                                                             \
      const int row = at / WHOLE4, part = at % WHOLE4;                                            \
      vec4 value = vec4 (0.0);                                                                    \
      if (4 * part < DIMS)                                                                        \
        value = sf_load (name, (first) + min ((begin) + row, (last)) * (pitch) + head + part);    \
      tile[row * PITCH + part] = sf_halves (value * (scale));                                     \
    }

/* The subgroup's rows of scores. */
void sf_score (void)
{
  [[unroll]] for (int i = 0; i < DOWN; i++)
    for (int j = 0; j < KEYS; j += N)
      {
        coopmat<float, gl_ScopeSubgroup, M, N, gl_MatrixUseAccumulator> sum
            = coopmat<float, gl_ScopeSubgroup, M, N, gl_MatrixUseAccumulator> (0.0);
        for (int k = 0; k < WHOLE; k += K)
          {
            coopmat<float16_t, gl_ScopeSubgroup, M, K, gl_MatrixUseA> a;
            coopmat<float16_t, gl_ScopeSubgroup, K, N, gl_MatrixUseB> b;
            coopMatLoad (a, q_tile, (row0 + i * M) * PITCH + k / 4, PITCH,
                         gl_CooperativeMatrixLayoutRowMajor);
            coopMatLoad (b, k_tile, j * PITCH + k / 4, PITCH,
                         gl_CooperativeMatrixLayoutColumnMajor);
            sum = coopMatMulAdd (a, b, sum);
          }
        coopMatStore (sum, scores, (row0 + i * M) * SCORE_PITCH + j, SCORE_PITCH,
                      gl_CooperativeMatrixLayoutRowMajor);
      }
}

/* Keys that query @row of the tile sees. */
int sf_visible (int row, SfAttentionParams p)
{
  return CAUSAL ? min (p.keys, p.first + query0 + row + 1) : p.keys;
}

/* The scores of a tile of keys go into each query's maxima and sums, one for each share. */
void sf_count (int key0, SfAttentionParams p)
{
  for (int at = thread; at < QUERIES * SHARES; at += WIDTH)
    {
      const int row = at / SHARES, first = at % SHARES * SHARE;
      const int visible = sf_visible (row, p) - key0;
      float top = state[at].x, sum = 0.0;
      for (int l = first; l < first + SHARE; l++)
        if (l < visible)
          top = max (top, scores[row * SCORE_PITCH + l]);
      for (int l = first; l < first + SHARE; l++)
        if (l < visible)
          sum += exp2 (scores[row * SCORE_PITCH + l] - top);
      state[at] = vec2 (top, state[at].y * exp2 (state[at].x - top) + sum);
    }
}

/* A query's largest score and the sum of its weights, of all shares. */
vec2 sf_whole_state (int row)
{
  float top = HIDDEN, sum = 0.0;
  [[unroll]] for (int i = 0; i < SHARES; i++)
    top = max (top, state[row * SHARES + i].x);
  [[unroll]] for (int i = 0; i < SHARES; i++)
    sum += state[row * SHARES + i].y * exp2 (state[row * SHARES + i].x - top);
  return vec2 (top, sum);
}

void sf_weigh (int key0, SfAttentionParams p)
{
  for (int at = thread; at < QUERIES * KEYS / 4; at += WIDTH)
    {
      const int row = at / (KEYS / 4), part = at % (KEYS / 4);
      const int visible = sf_visible (row, p) - key0;
      const float top = sf_whole_state (row).x;
      vec4 weight;
      [[unroll]] for (int i = 0; i < 4; i++)
        weight[i] = part * 4 + i < visible
                        ? exp2 (scores[row * SCORE_PITCH + part * 4 + i] - top) : 0.0;
      weights[row * WEIGHT_PITCH + part] = f16vec4 (weight);
    }
}

coopmat<float, gl_ScopeSubgroup, M, N, gl_MatrixUseAccumulator> y[DOWN][ACROSS];

void sf_add_values (void)
{
  for (int k = 0; k < KEYS; k += K)
    [[unroll]] for (int i = 0; i < DOWN; i++)
      {
        coopmat<float16_t, gl_ScopeSubgroup, M, K, gl_MatrixUseA> a;
        coopMatLoad (a, weights, (row0 + i * M) * WEIGHT_PITCH + k / 4, WEIGHT_PITCH,
                     gl_CooperativeMatrixLayoutRowMajor);
        [[unroll]] for (int j = 0; j < ACROSS; j++)
          {
            coopmat<float16_t, gl_ScopeSubgroup, K, N, gl_MatrixUseB> b;
            coopMatLoad (b, v_tile, k * PITCH + j * N / 4, PITCH,
                         gl_CooperativeMatrixLayoutRowMajor);
            y[i][j] = coopMatMulAdd (a, b, y[i][j]);
          }
      }
}

/* One matrix through shared memory, where its places are known, to the lanes that store it. */
void sf_unload (int row, int dim, int lane, SfAttentionParams p)
{
  for (int at = lane; at < M * N / 4; at += LANES)
    {
      const int r = row + at / (N / 4), d = dim + at % (N / 4) * 4;
      const int from = r * SCORE_PITCH + at % (N / 4) * 4;
      if (query0 + r < p.queries && d < DIMS)
        y_out[p.y + (query0 + r) * p.y_vec4 + head + d / 4]
            = vec4 (scores[from], scores[from + 1], scores[from + 2], scores[from + 3])
              / sf_whole_state (r).y;
    }
}

void main ()
{
  const SfAttentionParams p = push;
  const float scale = p.scale * 1.44269504089; /* powers of two are cheaper than of e */
  thread = int (gl_LocalInvocationID.x);
  row0 = int (gl_SubgroupID) * ROWS;
  query0 = int (gl_WorkGroupID.x) * QUERIES;
  head = int (gl_WorkGroupID.y) * (DIMS / 4);

  LOAD_TILE (q_tile, q_in, p.q, p.q_vec4, QUERIES, query0, p.queries - 1, scale)
  for (int at = thread; at < QUERIES * SHARES; at += WIDTH)
    state[at] = vec2 (HIDDEN, 0.0);
  [[unroll]] for (int i = 0; i < DOWN; i++)
    [[unroll]] for (int j = 0; j < ACROSS; j++)
      y[i][j] = coopmat<float, gl_ScopeSubgroup, M, N, gl_MatrixUseAccumulator> (0.0);

  const int last = p.first + min (query0 + QUERIES, p.queries); /* no query sees beyond */
  const int keys = CAUSAL ? min (p.keys, last) : p.keys;
  for (int pass = 0; pass < 2; pass++)
    for (int key0 = 0; key0 < keys; key0 += KEYS)
      {
        LOAD_TILE (k_tile, k_in, p.k, p.k_vec4, KEYS, key0, p.keys - 1, 1.0)
        if (pass == 1)
          LOAD_TILE (v_tile, v_in, p.v, p.v_vec4, KEYS, key0, p.keys - 1, 1.0)
        barrier ();
        sf_score ();
        barrier ();
        if (pass == 0)
          sf_count (key0, p);
        else
          sf_weigh (key0, p);
        barrier ();
        if (pass == 1)
          {
            sf_add_values ();
            barrier ();
          }
      }

  [[unroll]] for (int i = 0; i < DOWN; i++)
    [[unroll]] for (int j = 0; j < ACROSS; j++)
      {
        coopMatStore (y[i][j], scores, (row0 + i * M) * SCORE_PITCH, SCORE_PITCH,
                      gl_CooperativeMatrixLayoutRowMajor);
        barrier ();
        sf_unload (row0 + i * M, j * N, int (gl_SubgroupInvocationID), p);
        barrier ();
      }
}
