/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Attention in one pass (Dao et al. 2022, online softmax after Milakov & Gimelshein 2018), in the
 * shape that software drivers compile well: a lane owns QUERIES queries, keys and values are loaded
 * one a lane and go round, so no value ever crosses lanes for a maximum or a sum. Where heads
 * are wide, workgroups along z share the output dimensions and each works out the scores again. */
#version 460
#extension GL_GOOGLE_include_directive : require
#include "include/access.glsl"
#include "params.h"

layout (local_size_x_id = 0) in;
layout (constant_id = 0) const int WIDTH = 8;     /* lanes */
layout (constant_id = 1) const int DIMS = 40;     /* of a head */
layout (constant_id = 2) const int OUT_DIMS = 40; /* that a workgroup makes */
layout (constant_id = 3) const bool CAUSAL = false;
layout (constant_id = 4) const int QUERIES = 2;   /* of a lane */
layout (constant_id = 5) const int CHUNK = 40;    /* dimensions at once in a score: divides DIMS */

SF_READ (0, q_in);
SF_READ (1, k_in);
SF_READ (2, v_in);
SF_WRITE (3, y_out);

layout (push_constant) uniform Push { SfAttentionParams push; };

/* Keys of one step: one for each lane, but a wide subgroup's scores would not fit. */
const int KEYS = WIDTH < 16 ? WIDTH : 16;
const float HIDDEN = -1e30;

int lane, head, out0;
int query[QUERIES];
/* The lane's queries, and those of the lane next to it. */
float q[QUERIES][CHUNK], neighbour[QUERIES][CHUNK];
/* score[t][l]: with key l ^ lane of the step. */
float score[QUERIES][KEYS], y[QUERIES][OUT_DIMS];
float largest[QUERIES], total[QUERIES], shrink[QUERIES];

/* Dimensions @d0 … of the lane's queries. */
void load_queries (int d0, SfAttentionParams p)
{
  const float scale = p.scale * 1.44269504089; /* powers of two are cheaper than of e */
  [[unroll]] for (int t = 0; t < QUERIES; t++)
    [[unroll]] for (int c = 0; c < CHUNK; c += 4)
      {
        vec4 u = sf_load (q_in, p.q + query[t] * p.q_vec4 + head + (d0 + c) / 4);
        [[unroll]] for (int i = 0; i < 4; i++)
          {
            q[t][c + i] = u[i] * scale;
            neighbour[t][c + i] = sf_swap (q[t][c + i], 1);
          }
      }
}

/* Dimensions @d0 … of the scores: the lane's key goes round in steps of two, and between them the
 * queries of the lane next to it. A score takes all dimensions in one after the other, so that it stays
 * in a register. */
void add_scores (int key, int d0, SfAttentionParams p)
{
  float value[CHUNK];
  [[unroll]] for (int c = 0; c < CHUNK; c += 4)
    {
      vec4 u = sf_load (k_in, p.k + key * p.k_vec4 + head + (d0 + c) / 4);
      [[unroll]] for (int i = 0; i < 4; i++)
        value[c + i] = u[i];
    }
  [[unroll]] for (int l = 0; l < KEYS; l += 2)
    {
      float other[QUERIES];
      [[unroll]] for (int t = 0; t < QUERIES; t++)
        other[t] = 0.0;
      [[unroll]] for (int c = 0; c < CHUNK; c++)
        {
          const float shared_value = sf_swap (value[c], l);
          [[unroll]] for (int t = 0; t < QUERIES; t++)
            score[t][l] += shared_value * q[t][c];
          [[unroll]] for (int t = 0; t < QUERIES; t++)
            other[t] += shared_value * neighbour[t][c];
        }
      [[unroll]] for (int t = 0; t < QUERIES; t++)
        score[t][l + 1] += sf_swap (other[t], 1);
    }
}

/* Scores to weights; the running maximum and sum take them in. */
void fold_scores (int key0, SfAttentionParams p)
{
  [[unroll]] for (int t = 0; t < QUERIES; t++)
    {
      const int visible = CAUSAL ? min (p.keys, p.first + query[t] + 1) : p.keys;
      float top = largest[t], sum = 0.0;
      [[unroll]] for (int l = 0; l < KEYS; l++)
        {
          score[t][l] = key0 + (l ^ lane % KEYS) < visible ? score[t][l] : HIDDEN;
          top = max (top, score[t][l]);
        }
      [[unroll]] for (int l = 0; l < KEYS; l++)
        {
          score[t][l] = exp2 (score[t][l] - top);
          sum += score[t][l];
        }
      shrink[t] = exp2 (largest[t] - top);
      largest[t] = top;
      total[t] = total[t] * shrink[t] + sum;
    }
}

/* The lane's value goes round. All of it is loaded first: newer lavapipe calls a function for every
 * load, and what is in registers then has to be saved. */
void add_values (int key, SfAttentionParams p)
{
  float own[OUT_DIMS];
  [[unroll]] for (int d = 0; d < OUT_DIMS; d += 4)
    {
      /* The last workgroup along z may have dimensions that are not there. */
      vec4 u = sf_load (v_in, p.v + key * p.v_vec4 + head + min (out0 + d, DIMS - 4) / 4);
      [[unroll]] for (int i = 0; i < 4; i++)
        own[d + i] = u[i];
    }
  [[unroll]] for (int d = 0; d < OUT_DIMS; d++)
    {
      [[unroll]] for (int t = 0; t < QUERIES; t++)
        y[t][d] *= shrink[t];
      [[unroll]] for (int l = 0; l < KEYS; l++)
        {
          const float value = sf_swap (own[d], l);
          [[unroll]] for (int t = 0; t < QUERIES; t++)
            y[t][d] += value * score[t][l];
        }
    }
}

void store (int query0, SfAttentionParams p)
{
  [[unroll]] for (int t = 0; t < QUERIES; t++)
    {
      const bool there = query0 + t * WIDTH + lane < p.queries;
      const int at = p.y + query[t] * p.y_vec4 + head + out0 / 4;
      const float share = 1.0 / total[t];
      if (sf_goes_on (there))
        [[unroll]] for (int d = 0; d < OUT_DIMS; d += 4)
          if (out0 + d < DIMS)
            y_out_store (there ? at + d / 4 : -1,
                         share * vec4 (y[t][d], y[t][d + 1], y[t][d + 2], y[t][d + 3]));
    }
}

void main ()
{
  /* Copied once: lavapipe gathers a push constant again at every use. */
  const SfAttentionParams p = push;
  const int query0 = int (gl_WorkGroupID.x) * WIDTH * QUERIES;
  lane = int (gl_SubgroupInvocationID);
  head = int (gl_WorkGroupID.y) * (DIMS / 4);
  out0 = int (gl_WorkGroupID.z) * OUT_DIMS;

  [[unroll]] for (int t = 0; t < QUERIES; t++)
    {
      query[t] = min (query0 + t * WIDTH + lane, p.queries - 1);
      largest[t] = HIDDEN;
      total[t] = 0.0;
      [[unroll]] for (int d = 0; d < OUT_DIMS; d++)
        y[t][d] = 0.0;
    }
  /* Narrow heads keep their queries; wide ones fetch them again at every step. */
  if (CHUNK == DIMS)
    load_queries (0, p);

  const int last = p.first + min (query0 + WIDTH * QUERIES, p.queries); /* no query sees beyond */
  const int keys = CAUSAL ? min (p.keys, last) : p.keys;
  for (int key0 = 0; key0 < keys; key0 += KEYS)
    {
      const int key = min (key0 + lane % KEYS, p.keys - 1);
      [[unroll]] for (int t = 0; t < QUERIES; t++)
        [[unroll]] for (int l = 0; l < KEYS; l++)
          score[t][l] = 0.0;
      if (CHUNK == DIMS)
        add_scores (key, 0, p);
      else
        for (int d0 = 0; d0 < DIMS; d0 += CHUNK)
          {
            load_queries (d0, p);
            add_scores (key, d0, p);
          }
      fold_scores (key0, p);
      add_values (key, p);
    }
  store (query0, p);
}
