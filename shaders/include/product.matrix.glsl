/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The matrix form of matmul and conv2d: the storage form with the device's matrix units
 * (VK_KHR_cooperative_matrix). Both factors are halves, sums are F32, so the bits are not those of
 * the storage form. A workgroup makes ROWS×COLUMNS outputs, a subgroup of it SUB_ROWS×SUB_COLUMNS,
 * in matrices of M×N. Slices along K lie in shared memory twice, as in product.storage.glsl.
 * engine/gpu/tile.h has the tiles. Subgroups are full. */
#extension GL_KHR_cooperative_matrix : require
#extension GL_KHR_memory_scope_semantics : require
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
#include "include/product.glsl"

layout (constant_id = 8) const int ROWS = 64;
layout (constant_id = 9) const int COLUMNS = 64;
layout (constant_id = 10) const int DEPTH = 32;
layout (constant_id = 11) const int SUB_ROWS = 32;
layout (constant_id = 12) const int SUB_COLUMNS = 32;
layout (constant_id = 13) const int M = 16;
layout (constant_id = 14) const int N = 16;
layout (constant_id = 15) const int K = 16;

#include "include/slice.glsl"

const int SUBGROUPS_ACROSS = COLUMNS / SUB_COLUMNS;
const int SUBGROUPS = ROWS / SUB_ROWS * SUBGROUPS_ACROSS;
const int LANES = WIDTH / SUBGROUPS;
const int DOWN = SUB_ROWS / M, ACROSS = SUB_COLUMNS / N; /* matrices of a subgroup */
/* Rows of four halves along K, and two more, so that neighbouring rows meet different banks. */
const int PITCH = PARTS + 2;
const float LARGEST_HALF = 65504.0;

shared f16vec4 x_tile[2 * ROWS * PITCH];
shared f16vec4 w_tile[2 * COLUMNS * PITCH];
/* A matrix of each subgroup on its way out. */
shared float y_tile[SUBGROUPS * M * N];

vec4 x_held[X_LOADS];
vec4 w_held[W_LOADS]; /* eight halves each */

/* The next slice from memory. */
void sf_fetch (int slice, int thread, SfProductParams p)
{
  [[unroll]] for (int i = 0; i < X_LOADS; i++)
    x_held[i] = sf_slice_x (i, thread, p);
  [[unroll]] for (int i = 0; i < W_LOADS; i++)
    {
      const int at = i * WIDTH + thread;
      const int group = sf_slice_weights (at / GROUPS, slice * GROUPS + at % GROUPS, p);
      w_held[i] = vec4 (0.0);
      if (group >= 0 && at < COLUMNS * GROUPS)
        w_held[i] = sf_load (weights, p.weight + group);
    }
  sf_slice_next (p);
}

f16vec4 sf_halves (float first, float second)
{
  return f16vec4 (unpackFloat2x16 (floatBitsToUint (first)),
                  unpackFloat2x16 (floatBitsToUint (second)));
}

/* What was fetched goes to copy @copy of the slice in shared memory, 0 or 1. A value that no half can
 * hold becomes the largest that one can: an infinity would spread over the picture. */
void sf_put (int copy, int thread)
{
  [[unroll]] for (int i = 0; i < X_LOADS; i++)
    {
      const int at = i * WIDTH + thread;
      if (at < ROWS * PARTS)
        x_tile[(copy * ROWS + at / PARTS) * PITCH + at % PARTS]
            = f16vec4 (clamp (x_held[i], -LARGEST_HALF, LARGEST_HALF));
    }
  [[unroll]] for (int i = 0; i < W_LOADS; i++)
    {
      const int at = i * WIDTH + thread;
      const int to = (copy * COLUMNS + at / GROUPS) * PITCH + at % GROUPS * 2;
      if (at < COLUMNS * GROUPS)
        {
          w_tile[to] = sf_halves (w_held[i].x, w_held[i].y);
          w_tile[to + 1] = sf_halves (w_held[i].z, w_held[i].w);
        }
    }
}

coopmat<float, gl_ScopeSubgroup, M, N, gl_MatrixUseAccumulator> sum[DOWN][ACROSS];

/* A slice of K, copy @copy, for the subgroup's outputs from @row, @column on. */
void sf_add (int copy, int row, int column)
{
  for (int k = 0; k < DEPTH; k += K)
    {
      coopmat<float16_t, gl_ScopeSubgroup, M, K, gl_MatrixUseA> a[DOWN];
      [[unroll]] for (int i = 0; i < DOWN; i++)
        coopMatLoad (a[i], x_tile, (copy * ROWS + row + i * M) * PITCH + k / 4, PITCH,
                     gl_CooperativeMatrixLayoutRowMajor);
      [[unroll]] for (int j = 0; j < ACROSS; j++)
        {
          coopmat<float16_t, gl_ScopeSubgroup, K, N, gl_MatrixUseB> b;
          coopMatLoad (b, w_tile, (copy * COLUMNS + column + j * N) * PITCH + k / 4, PITCH,
                       gl_CooperativeMatrixLayoutColumnMajor);
          [[unroll]] for (int i = 0; i < DOWN; i++)
            sum[i][j] = coopMatMulAdd (a[i], b, sum[i][j]);
        }
    }
}

/* One matrix through shared memory, where its places are known, to the lanes that store it. */
void sf_unload (int subgroup, int lane, int row, int column4, SfProductParams p)
{
  for (int at = lane; at < M * N / 4; at += LANES)
    {
      const int to = column4 + at % (N / 4), from = subgroup * M * N + at * 4;
      const vec4 v
          = vec4 (y_tile[from], y_tile[from + 1], y_tile[from + 2], y_tile[from + 3]);
      if (row + at / (N / 4) < p.rows && to < sf_column4s (p))
        sf_store (row + at / (N / 4), to, v + sf_offset (to, p.shift), p);
    }
}

void sf_product (void)
{
  const SfProductParams p = push;
  const int thread = int (gl_LocalInvocationID.x);
  const int subgroup = int (gl_SubgroupID), lane = int (gl_SubgroupInvocationID);
  const int row = subgroup / SUBGROUPS_ACROSS * SUB_ROWS;
  const int column = subgroup % SUBGROUPS_ACROSS * SUB_COLUMNS;
  const int row0 = int (gl_WorkGroupID.y) * ROWS;
  const int column0 = (p.block + int (gl_WorkGroupID.x)) * COLUMNS;
  const int slices = (SIDE * SIDE * p.groups + GROUPS - 1) / GROUPS;

  [[unroll]] for (int i = 0; i < DOWN; i++)
    [[unroll]] for (int j = 0; j < ACROSS; j++)
      sum[i][j] = coopmat<float, gl_ScopeSubgroup, M, N, gl_MatrixUseAccumulator> (0.0);
  sf_slice_begin (row0, thread, p);
  sf_fetch (0, thread, p);
  sf_put (0, thread);
  barrier ();
  for (int slice = 0; slice < slices; slice++)
    {
      const bool more = slice + 1 < slices;
      if (more)
        sf_fetch (slice + 1, thread, p);
      sf_add (slice & 1, row, column);
      if (more)
        sf_put (slice + 1 & 1, thread);
      barrier ();
    }

  [[unroll]] for (int i = 0; i < DOWN; i++)
    [[unroll]] for (int j = 0; j < ACROSS; j++)
      {
        coopMatStore (sum[i][j], y_tile, subgroup * M * N, N, gl_CooperativeMatrixLayoutRowMajor);
        barrier ();
        sf_unload (subgroup, lane, row0 + row + i * M, (column0 + column + j * N) / 4, p);
        barrier ();
      }
}
