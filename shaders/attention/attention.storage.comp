/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Attention in one pass (Dao et al. 2022) with tiles in shared memory: a workgroup has QUERIES
 * queries of one head and takes 32 keys at a time; eight threads share a query. Where heads are
 * wide, workgroups along z share the output dimensions and each works out the scores again. No
 * subgroup is assumed. */
#version 460
#extension GL_GOOGLE_include_directive : require
#include "include/access.glsl"
#include "params.h"

layout (local_size_x_id = 0) in;
layout (constant_id = 0) const int WIDTH = 128;   /* threads */
layout (constant_id = 1) const int DIMS = 40;     /* of a head */
layout (constant_id = 2) const int OUT_DIMS = 64; /* that a workgroup makes: a multiple of 32 */
layout (constant_id = 3) const bool CAUSAL = false;
layout (constant_id = 4) const int QUERIES = 32;
layout (constant_id = 5) const int CHUNK = 40; /* dimensions at once in a score: DIMS, or fewer */
layout (constant_id = 6) const int SLICE = 64; /* of OUT_DIMS that are there at once */
layout (constant_id = 7) const int STEP = 2;   /* turns of a loop between two jumps: 1 or 2 */

SF_READ (0, q_in);
SF_READ (1, k_in);
SF_READ (2, v_in);
SF_WRITE (3, y_out);

layout (push_constant) uniform Push { SfAttentionParams push; };

const int KEYS = 32; /* at a time */
const int ACROSS = 8;
const int DOWN = WIDTH / ACROSS;
const int OWN = QUERIES / DOWN; /* queries of a thread, which also has four keys and four dimensions */
const float HIDDEN = -1e30;

/* In vec4s. An odd pitch lets eight threads read eight rows from different banks. */
const int CHUNK4 = CHUNK / 4, SLICE4 = SLICE / 4;
const int PITCH = CHUNK4 / 2 * 2 + 1;
const int WEIGHT_PITCH = KEYS / 4 + 1;

shared vec4 q_tile[QUERIES * PITCH];
shared vec4 kv_tile[KEYS * (PITCH > SLICE4 ? PITCH : SLICE4)];
/* Weights of the keys: thread t of a query has keys t, t + 8, t + 16 and t + 24 in one vec4. */
shared vec4 weights[QUERIES * WEIGHT_PITCH];
shared vec4 shares[QUERIES * ACROSS / 4]; /* what each of a query's threads has of a maximum or sum */

int thread, across, down, head, out0, query0;
float largest[OWN], total[OWN], shrink[OWN];
vec4 y[OWN][OUT_DIMS / 32];

int row_of (int i)
{
  return down + i * DOWN;
}

/* Dimensions @d0 … of the queries, scaled. */
void load_queries (int d0, SfAttentionParams p)
{
  const float scale = p.scale * 1.44269504089; /* powers of two are cheaper than of e */

  for (int at = thread; at < QUERIES * CHUNK4; at += WIDTH)
    {
      const int row = at / CHUNK4, part = at % CHUNK4;
      const int from = p.q + min (query0 + row, p.queries - 1) * p.q_vec4 + head + d0 / 4 + part;
      vec4 value = vec4 (0.0);
      if (d0 + 4 * part < DIMS)
        value = sf_load (q_in, from) * scale;
      q_tile[row * PITCH + part] = value;
    }
}

/* And of the keys. Beyond the last one any other: its score is hidden. */
void load_keys (int key0, int d0, SfAttentionParams p)
{
  for (int at = thread; at < KEYS * CHUNK4; at += WIDTH)
    {
      const int row = at / CHUNK4, part = at % CHUNK4;
      const int from = p.k + min (key0 + row, p.keys - 1) * p.k_vec4 + head + d0 / 4 + part;
      vec4 value = vec4 (0.0);
      if (d0 + 4 * part < DIMS)
        value = sf_load (k_in, from);
      kv_tile[row * PITCH + part] = value;
    }
}

/* Dimensions out0 + @d0 … of the values. */
void load_values (int key0, int d0, SfAttentionParams p)
{
  for (int at = thread; at < KEYS * SLICE4; at += WIDTH)
    {
      const int row = at / SLICE4, dim = out0 + d0 + at % SLICE4 * 4;
      const int from = p.v + min (key0 + row, p.keys - 1) * p.v_vec4 + head + dim / 4;
      vec4 value = vec4 (0.0);
      if (dim < DIMS)
        value = sf_load (v_in, from);
      kv_tile[row * SLICE4 + at % SLICE4] = value;
    }
}

void add_scores (inout vec4 score[OWN])
{
  [[dont_unroll]] for (int part0 = 0; part0 < CHUNK4; part0 += STEP)
    [[unroll]] for (int part = part0; part < part0 + STEP; part++)
      {
        vec4 key[4];
        [[unroll]] for (int j = 0; j < 4; j++)
          key[j] = kv_tile[(across + j * ACROSS) * PITCH + part];
        [[unroll]] for (int i = 0; i < OWN; i++)
          {
            const vec4 q = q_tile[row_of (i) * PITCH + part];
            [[unroll]] for (int j = 0; j < 4; j++)
              score[i][j] += dot (q, key[j]);
          }
      }
}

/* Hides keys that the query does not see, and tells the others of its maximum. */
void share_maximum (int key0, inout vec4 score[OWN], SfAttentionParams p)
{
  [[unroll]] for (int i = 0; i < OWN; i++)
    {
      const int query = p.first + query0 + row_of (i);
      const int visible = CAUSAL ? min (p.keys, query + 1) : p.keys;
      [[unroll]] for (int j = 0; j < 4; j++)
        score[i][j] = key0 + across + j * ACROSS < visible ? score[i][j] : HIDDEN;
      shares[row_of (i) * 2 + across / 4][across % 4]
          = max (max (score[i].x, score[i].y), max (score[i].z, score[i].w));
    }
}

/* Scores to weights; the running maximum and the thread's part of the sum take them in. */
void fold_scores (vec4 score[OWN])
{
  [[unroll]] for (int i = 0; i < OWN; i++)
    {
      const vec4 both = max (shares[row_of (i) * 2], shares[row_of (i) * 2 + 1]);
      const float top = max (largest[i], max (max (both.x, both.y), max (both.z, both.w)));
      const vec4 weight = exp2 (score[i] - top);
      shrink[i] = exp2 (largest[i] - top);
      largest[i] = top;
      total[i] = total[i] * shrink[i] + dot (weight, vec4 (1.0));
      weights[row_of (i) * WEIGHT_PITCH + across] = weight;
    }
}

/* The slice of the values from out0 + @d0 on, which is in shared memory. */
void add_values (int d0)
{
  [[unroll]] for (int i = 0; i < OWN; i++)
    [[unroll]] for (int c = 0; c < SLICE / 32; c++)
      y[i][d0 / 32 + c] *= shrink[i];
  [[dont_unroll]] for (int t0 = 0; t0 < ACROSS; t0 += STEP)
    [[unroll]] for (int t = t0; t < t0 + STEP; t++)
      {
        vec4 weight[OWN];
        [[unroll]] for (int i = 0; i < OWN; i++)
          weight[i] = weights[row_of (i) * WEIGHT_PITCH + t];
        [[unroll]] for (int c = 0; c < SLICE / 32; c++)
          [[unroll]] for (int j = 0; j < 4; j++)
            {
              const vec4 value = kv_tile[(t + j * ACROSS) * SLICE4 + c * ACROSS + across];
              [[unroll]] for (int i = 0; i < OWN; i++)
                y[i][d0 / 32 + c] += weight[i][j] * value;
            }
      }
}

void store (SfAttentionParams p)
{
  [[unroll]] for (int i = 0; i < OWN; i++)
    shares[row_of (i) * 2 + across / 4][across % 4] = total[i];
  barrier ();
  [[unroll]] for (int i = 0; i < OWN; i++)
    {
      const vec4 both = shares[row_of (i) * 2] + shares[row_of (i) * 2 + 1];
      const float share = 1.0 / dot (both, vec4 (1.0));
      const int at = p.y + (query0 + row_of (i)) * p.y_vec4 + head;
      if (query0 + row_of (i) < p.queries)
        [[unroll]] for (int c = 0; c < OUT_DIMS / 32; c++)
          if (out0 + c * 32 + across * 4 < DIMS)
            y_out[at + (out0 + c * 32) / 4 + across] = share * y[i][c];
    }
}

void main ()
{
  const SfAttentionParams p = push;
  thread = int (gl_LocalInvocationID.x);
  across = thread % ACROSS;
  down = thread / ACROSS;
  query0 = int (gl_WorkGroupID.x) * QUERIES;
  head = int (gl_WorkGroupID.y) * (DIMS / 4);
  out0 = int (gl_WorkGroupID.z) * OUT_DIMS;

  [[unroll]] for (int i = 0; i < OWN; i++)
    {
      largest[i] = HIDDEN;
      total[i] = 0.0;
      [[unroll]] for (int c = 0; c < OUT_DIMS / 32; c++)
        y[i][c] = vec4 (0.0);
    }
  /* Narrow heads keep their queries; wide ones fetch them again at every step. */
  if (CHUNK == DIMS)
    load_queries (0, p);

  const int last = p.first + min (query0 + QUERIES, p.queries); /* no query sees beyond */
  const int keys = CAUSAL ? min (p.keys, last) : p.keys;
  for (int key0 = 0; key0 < keys; key0 += KEYS)
    {
      vec4 score[OWN];
      [[unroll]] for (int i = 0; i < OWN; i++)
        score[i] = vec4 (0.0);
      for (int d0 = 0; d0 < DIMS; d0 += CHUNK)
        {
          barrier ();
          if (CHUNK != DIMS)
            load_queries (d0, p);
          load_keys (key0, d0, p);
          barrier ();
          add_scores (score);
        }
      share_maximum (key0, score, p);
      barrier ();
      fold_scores (score);
      [[unroll]] for (int d0 = 0; d0 < OUT_DIMS; d0 += SLICE)
        {
          if (d0 > 0)
            barrier ();
          load_values (key0, d0, p);
          barrier ();
          add_values (d0);
        }
    }
  store (p);
}
