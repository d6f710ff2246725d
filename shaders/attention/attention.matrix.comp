/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Attention in one pass (Dao et al. 2022) with the device's matrix units
 * (VK_KHR_cooperative_matrix): queries, keys, weights and values are halves, scores and sums F32. A
 * workgroup has QUERIES queries of one head, a subgroup ROWS of them. Keys and values come to shared
 * memory KEYS at a time, while the next ones are on their way. Where in a subgroup's lanes an element
 * of a matrix lies is not known, so scores go to their row's lanes through shared memory, and what the
 * row's sums are rescaled by comes back in a matrix whose columns are all the same. Of heads wider
 * than CHUNK, workgroups along z share the result's dimensions and each works out the scores again,
 * CHUNK dimensions at a time. */
#version 460
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_shader_subgroup_shuffle : require
#include "include/access.glsl"
#include "include/matrix.glsl"
#include "include/float16.glsl"
#include "params.h"

layout (local_size_x_id = 0) in;
layout (constant_id = 0) const int WIDTH = 128; /* threads */
layout (constant_id = 1) const int DIMS = 40;   /* of a head */
layout (constant_id = 2) const bool CAUSAL = false;
layout (constant_id = 3) const int QUERIES = 64;
layout (constant_id = 4) const int M = 16; /* sides of a matrix: divide 16 */
layout (constant_id = 5) const int N = 16;
layout (constant_id = 6) const int K = 16;
layout (constant_id = 7) const int ROWS = 16;
layout (constant_id = 8) const int CHUNK = 48; /* a multiple of 16: all dimensions, or some */
layout (constant_id = 9) const int OUT = 48;   /* dimensions of the result: CHUNK, or all of a z */
layout (constant_id = 10) const bool HALVES = false; /* the output */

SF_READ (0, q_in);
SF_READ (1, k_in);
SF_READ (2, v_in);
SF_WRITE (3, y_out);
SF_WRITE_HALVES (3, y_halves);

layout (push_constant) uniform Push { SfAttentionParams push; };

const int KEYS = 32; /* at a time */
const int LANES = WIDTH / (QUERIES / ROWS);
const bool WHOLE = CHUNK >= DIMS;
const int DOWN = ROWS / M, ACROSS = OUT / N, BESIDE = KEYS / N; /* matrices of result and scores */
const int ALONG = CHUNK / K;
/* Lanes that share a row of scores, and rows of a lane. */
const int SHARES = LANES > ROWS ? LANES / ROWS : 1, OWN = ROWS > LANES ? ROWS / LANES : 1;
const int SHARE4 = KEYS / SHARES / 4;
const float HIDDEN = -1e30;

/* In vec4s, with room so that neighbouring rows meet different banks. */
const int K_PITCH = CHUNK / 4 + 2, V_PITCH = OUT / 4 + 2;
const int SCORE_PITCH = KEYS / 4 + 1, WEIGHT_PITCH = KEYS / 4 + 2;
const int V_TILE = KEYS * K_PITCH; /* where the values are */
const int K_LOADS = (KEYS * CHUNK / 4 + WIDTH - 1) / WIDTH;
const int V_LOADS = (KEYS * OUT / 4 + WIDTH - 1) / WIDTH;
/* Where there are registers for it. */
const bool AHEAD = WHOLE && K_LOADS + V_LOADS <= 10;

shared f16vec4 tiles[KEYS * (K_PITCH + V_PITCH)];
shared f16vec4 q_tile[QUERIES * K_PITCH];
/* Scores, then their rows' factors; at last, matrices of the result. */
shared vec4 scores[QUERIES * SCORE_PITCH];
shared f16vec4 weights[QUERIES * WEIGHT_PITCH];

#define SF_SUM coopmat<float, gl_ScopeSubgroup, M, N, gl_MatrixUseAccumulator>
#define SF_LEFT coopmat<float16_t, gl_ScopeSubgroup, M, K, gl_MatrixUseA>
#define SF_RIGHT coopmat<float16_t, gl_ScopeSubgroup, K, N, gl_MatrixUseB>

int thread, lane, row0, head4, query0, out0;
SF_SUM s[DOWN][BESIDE], y[DOWN][ACROSS];
float largest[OWN], total[OWN]; /* of the lane's rows; total: of its share */
vec4 k_held[K_LOADS], v_held[V_LOADS];

/* --- Queries, keys, values --------------------------------------------------------------------- */

/* Rows that are not there are any others: what comes of them is hidden or not stored. */
vec4 sf_load_query (int row, int dim, SfAttentionParams p)
{
  const float scale = p.scale * 1.44269504089; /* powers of two are cheaper than of e */
  vec4 value = vec4 (0.0);
  if (dim < DIMS)
    value = scale
            * sf_load (q_in, p.q + min (query0 + row, p.queries - 1) * p.q_vec4 + head4 + dim / 4);
  return value;
}

void sf_fetch_keys (int key0, int dim0, SfAttentionParams p)
{
  [[unroll]] for (int i = 0; i < K_LOADS; i++)
    {
      const int at = i * WIDTH + thread, row = at / (CHUNK / 4), dim = dim0 + at % (CHUNK / 4) * 4;
      k_held[i] = vec4 (0.0);
      if (dim < DIMS && row < KEYS)
        k_held[i]
            = sf_load (k_in, p.k + min (key0 + row, p.keys - 1) * p.k_vec4 + head4 + dim / 4);
    }
}

void sf_fetch_values (int key0, SfAttentionParams p)
{
  [[unroll]] for (int i = 0; i < V_LOADS; i++)
    {
      const int at = i * WIDTH + thread, row = at / (OUT / 4), dim = out0 + at % (OUT / 4) * 4;
      v_held[i] = vec4 (0.0);
      if (dim < DIMS && row < KEYS)
        v_held[i]
            = sf_load (v_in, p.v + min (key0 + row, p.keys - 1) * p.v_vec4 + head4 + dim / 4);
    }
}

void sf_put_keys (void)
{
  [[unroll]] for (int i = 0; i < K_LOADS; i++)
    {
      const int at = i * WIDTH + thread, row = at / (CHUNK / 4);
      if (row < KEYS)
        tiles[row * K_PITCH + at % (CHUNK / 4)] = sf_to_float16s (k_held[i]);
    }
}

void sf_put_values (void)
{
  [[unroll]] for (int i = 0; i < V_LOADS; i++)
    {
      const int at = i * WIDTH + thread, row = at / (OUT / 4);
      if (row < KEYS)
        tiles[V_TILE + row * V_PITCH + at % (OUT / 4)] = sf_to_float16s (v_held[i]);
    }
}

/* The queries' dimensions from @dim0 on. */
void sf_put_queries (int dim0, SfAttentionParams p)
{
  for (int at = thread; at < QUERIES * (CHUNK / 4); at += WIDTH)
    {
      const int row = at / (CHUNK / 4), part = at % (CHUNK / 4);
      q_tile[row * K_PITCH + part] = sf_to_float16s (sf_load_query (row, dim0 + 4 * part, p));
    }
}

/* --- What a subgroup does with them ------------------------------------------------------------ */

void sf_clear_scores (void)
{
  [[unroll]] for (int i = 0; i < DOWN; i++)
    [[unroll]] for (int j = 0; j < BESIDE; j++)
      s[i][j] = SF_SUM (0.0);
}

/* Queries come from shared memory each time. One driver's compiler (NVIDIA's 580) stores nothing at
 * all where they stay in registers from before the loop over keys. */
void sf_add_scores (void)
{
  [[unroll]] for (int k = 0; k < ALONG; k++)
    {
      SF_LEFT a[DOWN];
      [[unroll]] for (int i = 0; i < DOWN; i++)
        coopMatLoad (a[i], q_tile, (row0 + i * M) * K_PITCH + k * K / 4, K_PITCH,
                     gl_CooperativeMatrixLayoutRowMajor);
      [[unroll]] for (int j = 0; j < BESIDE; j++)
        {
          SF_RIGHT b;
          coopMatLoad (b, tiles, j * N * K_PITCH + k * K / 4, K_PITCH,
                       gl_CooperativeMatrixLayoutColumnMajor);
          [[unroll]] for (int i = 0; i < DOWN; i++)
            s[i][j] = coopMatMulAdd (a[i], b, s[i][j]);
        }
    }
}

/* Of wide heads: the queries' and the keys' next dimensions, for all subgroups. */
void sf_add_chunks (int key0, SfAttentionParams p)
{
  sf_clear_scores ();
  for (int dim0 = 0; dim0 < DIMS; dim0 += CHUNK)
    {
      sf_fetch_keys (key0, dim0, p);
      sf_put_queries (dim0, p);
      sf_put_keys ();
      barrier ();
      sf_add_scores ();
      barrier ();
    }
}

/* The lane's share of a row's scores becomes weights; the row's maximum and total take them in. */
void sf_weigh_row (int own, int visible)
{
  const int share = lane % SHARES, row = row0 + lane / SHARES + own * LANES;
  vec4 score[SHARE4];
  float top = largest[own];

  [[unroll]] for (int i = 0; i < SHARE4; i++)
    {
      score[i] = scores[row * SCORE_PITCH + share * SHARE4 + i];
      [[unroll]] for (int c = 0; c < 4; c++)
        {
          score[i][c] = (share * SHARE4 + i) * 4 + c < visible ? score[i][c] : HIDDEN;
          top = max (top, score[i][c]);
        }
    }
  [[unroll]] for (int i = 1; i < SHARES; i *= 2)
    top = max (top, subgroupShuffleXor (top, i));

  const float shrink = exp2 (largest[own] - top);
  vec4 sum = vec4 (0.0);
  [[unroll]] for (int i = 0; i < SHARE4; i++)
    {
      const vec4 weight = exp2 (score[i] - top);
      sum += weight;
      weights[row * WEIGHT_PITCH + share * SHARE4 + i] = f16vec4 (weight);
    }
  largest[own] = top;
  total[own] = total[own] * shrink + dot (sum, vec4 (1.0));
  /* The row's scores have been read: there is room for its factor in each column. Where they reach
   * into what another lane has read, that has to be over. */
  if (SHARE4 < N / 4)
    sf_subgroup_barrier ();
  if (share == 0)
    [[unroll]] for (int i = 0; i < N / 4; i++)
      scores[row * SCORE_PITCH + i] = vec4 (shrink);
}

/* A factor for each row, which lies where its scores were, once for each column. */
void sf_scale_rows (void)
{
  [[unroll]] for (int i = 0; i < DOWN; i++)
    {
      SF_SUM factor;
      coopMatLoad (factor, scores, (row0 + i * M) * SCORE_PITCH, SCORE_PITCH,
                   gl_CooperativeMatrixLayoutRowMajor);
      [[unroll]] for (int j = 0; j < ACROSS; j++)
        y[i][j] *= factor;
    }
}

void sf_add_values (void)
{
  [[unroll]] for (int k = 0; k < KEYS; k += K)
    {
      SF_LEFT a[DOWN];
      [[unroll]] for (int i = 0; i < DOWN; i++)
        coopMatLoad (a[i], weights, (row0 + i * M) * WEIGHT_PITCH + k / 4, WEIGHT_PITCH,
                     gl_CooperativeMatrixLayoutRowMajor);
      [[unroll]] for (int j = 0; j < ACROSS; j++)
        {
          SF_RIGHT b;
          coopMatLoad (b, tiles, V_TILE + k * V_PITCH + j * N / 4, V_PITCH,
                       gl_CooperativeMatrixLayoutRowMajor);
          [[unroll]] for (int i = 0; i < DOWN; i++)
            y[i][j] = coopMatMulAdd (a[i], b, y[i][j]);
        }
    }
}

/* The scores of the keys from @key0 on, which are known, and their values. */
void sf_fold (int key0, SfAttentionParams p)
{
  sf_subgroup_barrier ();
  [[unroll]] for (int i = 0; i < DOWN; i++)
    [[unroll]] for (int j = 0; j < BESIDE; j++)
      coopMatStore (s[i][j], scores, (row0 + i * M) * SCORE_PITCH + j * N / 4, SCORE_PITCH,
                    gl_CooperativeMatrixLayoutRowMajor);
  sf_subgroup_barrier ();
  [[unroll]] for (int own = 0; own < OWN; own++)
    {
      const int query = p.first + query0 + row0 + lane / SHARES + own * LANES;
      const int keys = CAUSAL ? min (p.keys, query + 1) : p.keys;
      sf_weigh_row (own, keys - key0);
    }
  sf_subgroup_barrier ();
  sf_scale_rows ();
  sf_add_values ();
}

/* --- The whole --------------------------------------------------------------------------------- */

void sf_narrow (int keys, SfAttentionParams p)
{
  sf_put_queries (0, p);
  if (AHEAD)
    {
      sf_fetch_keys (0, 0, p);
      sf_fetch_values (0, p);
    }
  for (int key0 = 0; key0 < keys; key0 += KEYS)
    {
      if (AHEAD)
        sf_put_keys ();
      else
        {
          sf_fetch_keys (key0, 0, p);
          sf_put_keys ();
          sf_fetch_values (key0, p);
        }
      sf_put_values ();
      barrier ();
      if (AHEAD)
        {
          sf_fetch_keys (key0 + KEYS, 0, p);
          sf_fetch_values (key0 + KEYS, p);
        }
      sf_clear_scores ();
      sf_add_scores ();
      sf_fold (key0, p);
      barrier ();
    }
}

void sf_wide (int keys, SfAttentionParams p)
{
  for (int key0 = 0; key0 < keys; key0 += KEYS)
    {
      sf_fetch_values (key0, p);
      sf_put_values ();
      sf_add_chunks (key0, p);
      sf_fold (key0, p);
      barrier ();
    }
}

/* Each row's total, of all shares, as what its sums are to be scaled by. */
void sf_finish_rows (void)
{
  [[unroll]] for (int own = 0; own < OWN; own++)
    {
      [[unroll]] for (int i = 1; i < SHARES; i *= 2)
        total[own] += subgroupShuffleXor (total[own], i);
      if (lane % SHARES == 0)
        [[unroll]] for (int i = 0; i < N / 4; i++)
          scores[(row0 + lane / SHARES + own * LANES) * SCORE_PITCH + i] = vec4 (1.0 / total[own]);
    }
  sf_subgroup_barrier ();
  sf_scale_rows ();
}

/* A matrix of M×N through shared memory, where its places are known, to the lanes that store it. */
void sf_unload (int row, int dim, SfAttentionParams p)
{
  for (int at = lane; at < M * N / 4; at += LANES)
    {
      const int r = row + at / (N / 4), part = at % (N / 4), d = dim + part * 4;
      const int to = (query0 + r) * p.y_vec4 + head4 + d / 4;
      if (query0 + r >= p.queries || d >= DIMS)
        continue;
      if (HALVES)
        y_halves[2 * p.y + to] = sf_to_halves (scores[r * SCORE_PITCH + part]);
      else
        y_out[p.y + to] = scores[r * SCORE_PITCH + part];
    }
}

void main ()
{
  const SfAttentionParams p = push;
  thread = int (gl_LocalInvocationID.x);
  lane = int (gl_SubgroupInvocationID);
  row0 = int (gl_SubgroupID) * ROWS;
  query0 = int (gl_WorkGroupID.x) * QUERIES;
  head4 = int (gl_WorkGroupID.y) * (DIMS / 4);
  out0 = int (gl_WorkGroupID.z) * OUT;

  [[unroll]] for (int own = 0; own < OWN; own++)
    {
      largest[own] = HIDDEN;
      total[own] = 0.0;
    }
  [[unroll]] for (int i = 0; i < DOWN; i++)
    [[unroll]] for (int j = 0; j < ACROSS; j++)
      y[i][j] = SF_SUM (0.0);

  const int last = p.first + min (query0 + QUERIES, p.queries); /* no query sees beyond */
  const int keys = CAUSAL ? min (p.keys, last) : p.keys;
  if (WHOLE)
    sf_narrow (keys, p);
  else
    sf_wide (keys, p);

  sf_finish_rows ();
  [[unroll]] for (int i = 0; i < DOWN; i++)
    [[unroll]] for (int j = 0; j < ACROSS; j++)
      {
        sf_subgroup_barrier ();
        coopMatStore (y[i][j], scores, (row0 + i * M) * SCORE_PITCH, SCORE_PITCH,
                      gl_CooperativeMatrixLayoutRowMajor);
        sf_subgroup_barrier ();
        sf_unload (row0 + i * M, out0 + j * N, p);
      }
}
