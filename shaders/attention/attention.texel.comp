/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Attention in one pass (Dao et al. 2022, online softmax after Milakov & Gimelshein 2018), in the
 * shape that software drivers compile well: a lane owns QUERIES queries, keys and values are loaded
 * side by side (ops/head-pack.h) and go round, so no value ever crosses lanes for a maximum or a sum.
 * A step takes in four keys, since all of it is unrolled, and a processor is quick with code only as
 * long as it fits its first cache. */
#version 460
#extension GL_GOOGLE_include_directive : require
#include "include/access.glsl"
#include "params.h"

layout (local_size_x_id = 0) in;
layout (constant_id = 0) const int WIDTH = 8; /* lanes */
layout (constant_id = 1) const int DIMS = 40; /* of a head */
layout (constant_id = 2) const bool CAUSAL = false;
layout (constant_id = 3) const int QUERIES = 2; /* of a lane */

SF_READ (0, q_in);
SF_READ (1, k_in);
SF_READ (2, v_in);
SF_WRITE (3, y_out);

layout (push_constant) uniform Push { SfAttentionParams push; };

const int KEYS = 4;           /* of a step: those that lie side by side */
const int TEXELS = WIDTH / 4; /* of each of them that one load brings */
const int LOADS = (DIMS + WIDTH - 1) / WIDTH;
const float HIDDEN = -1e30;

int lane, head;
int query[QUERIES];
/* The lane's queries, and those of the lane next to it. */
float q[QUERIES][DIMS], neighbour[QUERIES][DIMS];
/* score[t][l]: with key l ^ lane % 4 of a step. */
float score[QUERIES][KEYS], weight[QUERIES][KEYS], y[QUERIES][DIMS];
float largest[QUERIES], total[QUERIES], shrink[QUERIES];

void load_queries (SfAttentionParams p)
{
  const float scale = p.scale * 1.44269504089; /* powers of two are cheaper than of e */
  [[unroll]] for (int t = 0; t < QUERIES; t++)
    [[unroll]] for (int d = 0; d < DIMS; d += 4)
      {
        vec4 u = sf_load (q_in, p.q + query[t] * p.q_vec4 + head * (DIMS / 4) + d / 4);
        [[unroll]] for (int i = 0; i < 4; i++)
          {
            q[t][d + i] = u[i] * scale;
            neighbour[t][d + i] = sf_swap (q[t][d + i], 1);
          }
      }
}

/* Dimension @d of the four keys of a step, one in each of four lanes. */
float handed (vec4 loaded[LOADS], int d)
{
  const int texel = d / 4;
  const uint source = gl_SubgroupInvocationID % KEYS + uint (texel % TEXELS * KEYS);
  return subgroupShuffle (loaded[texel / TEXELS][d % 4], source);
}

/* Keys go round in steps of two, and between them the queries of the lane next to it. A score takes
 * all dimensions in one after the other, so that it stays in a register. */
void make_scores (vec4 k[LOADS])
{
  [[unroll]] for (int l = 0; l < KEYS; l += 2)
    {
      float own[QUERIES], other[QUERIES];
      [[unroll]] for (int t = 0; t < QUERIES; t++)
        own[t] = other[t] = 0.0;
      [[unroll]] for (int d = 0; d < DIMS; d++)
        {
          const float value = sf_swap (handed (k, d), l);
          [[unroll]] for (int t = 0; t < QUERIES; t++)
            {
              own[t] += value * q[t][d];
              other[t] += value * neighbour[t][d];
            }
        }
      [[unroll]] for (int t = 0; t < QUERIES; t++)
        {
          score[t][l] = own[t];
          score[t][l + 1] = sf_swap (other[t], 1);
        }
    }
}

/* Scores of the keys from @key0 on to weights; the running maximum and sum take them in. */
void fold_scores (int key0, SfAttentionParams p)
{
  [[unroll]] for (int t = 0; t < QUERIES; t++)
    {
      const int visible = CAUSAL ? min (p.keys, p.first + query[t] + 1) : p.keys;
      float top = largest[t], sum = 0.0;
      [[unroll]] for (int l = 0; l < KEYS; l++)
        {
          weight[t][l] = key0 + (l ^ lane % KEYS) < visible ? score[t][l] : HIDDEN;
          top = max (top, weight[t][l]);
        }
      [[unroll]] for (int l = 0; l < KEYS; l++)
        {
          weight[t][l] = exp2 (weight[t][l] - top);
          sum += weight[t][l];
        }
      shrink[t] = exp2 (largest[t] - top);
      largest[t] = top;
      total[t] = total[t] * shrink[t] + sum;
    }
}

void add_values (vec4 v[LOADS])
{
  [[unroll]] for (int d = 0; d < DIMS; d++)
    {
      [[unroll]] for (int t = 0; t < QUERIES; t++)
        y[t][d] *= shrink[t];
      [[unroll]] for (int l = 0; l < KEYS; l++)
        {
          const float value = sf_swap (handed (v, d), l);
          [[unroll]] for (int t = 0; t < QUERIES; t++)
            y[t][d] += value * weight[t][l];
        }
    }
}

void store (int query0, SfAttentionParams p)
{
  [[unroll]] for (int t = 0; t < QUERIES; t++)
    {
      const bool there = query0 + t * WIDTH + lane < p.queries;
      const int at = p.y + query[t] * p.y_vec4 + head * (DIMS / 4);
      const float share = 1.0 / total[t];
      if (sf_goes_on (there))
        [[unroll]] for (int d = 0; d < DIMS; d += 4)
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
  head = int (gl_WorkGroupID.y);

  [[unroll]] for (int t = 0; t < QUERIES; t++)
    {
      query[t] = min (query0 + t * WIDTH + lane, p.queries - 1);
      largest[t] = HIDDEN;
      total[t] = 0.0;
      [[unroll]] for (int l = 0; l < KEYS; l++)
        score[t][l] = HIDDEN;
      [[unroll]] for (int d = 0; d < DIMS; d++)
        y[t][d] = 0.0;
    }
  load_queries (p);

  const int last = p.first + min (query0 + WIDTH * QUERIES, p.queries); /* no query sees beyond */
  const int keys = CAUSAL ? min (p.keys, last) : p.keys;
  const int steps = (keys + KEYS - 1) / KEYS, from = head * ((p.keys + KEYS - 1) / KEYS);
  /* Scores are made one step ahead, while those of the last one wait for maxima and powers. So values
   * are added from the second step on; what the first one adds in their place then shrinks to nothing. */
  for (int i = 0; i <= steps; i++)
    {
      /* All of a step is loaded first: newer lavapipe calls a function for every load, and what is in
       * registers then has to be saved. */
      vec4 k[LOADS], v[LOADS];
      const int k0 = p.k + (from + min (i, steps - 1)) * DIMS, v0 = p.v + (from + max (i - 1, 0)) * DIMS;
      [[unroll]] for (int j = 0; j < LOADS; j++)
        {
          const int texel = min (j * WIDTH + lane, DIMS - 1);
          k[j] = sf_load (k_in, k0 + texel);
          v[j] = sf_load (v_in, v0 + texel);
        }
      fold_scores ((i - 1) * KEYS, p);
      make_scores (k);
      add_values (v);
    }
  store (query0, p);
}
