/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The matrix form of matmul and conv2d: the storage form with the device's matrix units
 * (VK_KHR_cooperative_matrix). Both factors are halves, sums are F32, so the bits are not those of
 * the storage form. A workgroup makes ROWS×COLUMNS outputs, a subgroup of it SUB_ROWS×SUB_COLUMNS,
 * in matrices of M×N. Slices along K lie in shared memory twice, and one or two more are on their way
 * from memory, which takes longer than a slice's products. Workgroups along z share K and make sums of
 * their own, which split-sum or winograd-sum adds up. engine/gpu/tile.h has the tiles. */
#include "include/matrix.glsl"
#include "include/product.glsl"
#include "include/float16.glsl"

layout (constant_id = 7) const int ROWS = 64;
layout (constant_id = 8) const int COLUMNS = 64;
layout (constant_id = 9) const int DEPTH = 32;
layout (constant_id = 10) const int SUB_ROWS = 32;
layout (constant_id = 11) const int SUB_COLUMNS = 32;
layout (constant_id = 12) const int M = 16;
layout (constant_id = 13) const int N = 16;
layout (constant_id = 14) const int K = 16;
/* Results pass through shared memory to the lanes that store them: where a matrix may be cut by the
 * last row or column, and where GEGLU needs to know which column is which. */
layout (constant_id = 15) const bool STAGED = true;
layout (constant_id = 18) const int SLICES_AHEAD = 2; /* on their way: 1 or 2 */

/* A row of a slice in shared memory takes 20 banks, of which it fills 16, so the fourth one after it
 * fills the other 16: threads that store together store those. */
int sf_slice_row (int row)
{
  return row & ~7 | (row & 1) << 2 | row >> 1 & 3;
}

#include "include/slice.glsl"

/* Biases and shifts by column. */
layout (set = 0, binding = 2, std430) readonly buffer bias_buffer { float bias_values[]; };
layout (set = 0, binding = 3, std430) readonly buffer shift_buffer { float shift_values[]; };

const int SUBGROUPS_ACROSS = COLUMNS / SUB_COLUMNS;
const int SUBGROUPS = ROWS / SUB_ROWS * SUBGROUPS_ACROSS;
const int LANES = WIDTH / SUBGROUPS;
const int DOWN = SUB_ROWS / M, ACROSS = SUB_COLUMNS / N; /* matrices of a subgroup */
/* Rows of four halves along K, and two more, so that neighbouring rows meet different banks. */
const int PITCH = PARTS + 2;

#define SF_SUM coopmat<float, gl_ScopeSubgroup, M, N, gl_MatrixUseAccumulator>

shared f16vec4 x_tile[2 * ROWS * PITCH];
shared f16vec4 w_tile[2 * COLUMNS * PITCH];
/* A matrix of each subgroup on its way out; or one that tells which column is which. */
shared float y_tile[STAGED ? SUBGROUPS * M * N : M * N];

const bool FAR = SLICES_AHEAD > 1;

vec4 x_held[SLICES_AHEAD][X_LOADS];
vec4 w_held[SLICES_AHEAD][W_LOADS]; /* eight halves each */

/* The next slice from memory. */
void sf_fetch (int held, int slice, int thread, SfProductParams p)
{
  [[unroll]] for (int i = 0; i < X_LOADS; i++)
    x_held[held][i] = sf_slice_x (i, thread, p);
  [[unroll]] for (int i = 0; i < W_LOADS; i++)
    {
      const int at = i * WIDTH + thread;
      const int group = sf_slice_weights (sf_slice_row (at / GROUPS), slice * GROUPS + at % GROUPS, p);
      w_held[held][i] = vec4 (0.0);
      if (group >= 0 && (COLUMNS * GROUPS % WIDTH == 0 || at < COLUMNS * GROUPS))
        w_held[held][i] = sf_load (weights, p.weight + group);
    }
  sf_slice_next (p);
}

f16vec4 sf_halves (float first, float second)
{
  return f16vec4 (unpackFloat2x16 (floatBitsToUint (first)),
                  unpackFloat2x16 (floatBitsToUint (second)));
}

/* What was fetched goes to copy @copy of the slice in shared memory, 0 or 1. */
void sf_put (int held, int copy, int thread)
{
  [[unroll]] for (int i = 0; i < X_LOADS; i++)
    {
      const int at = i * WIDTH + thread;
      const int to = (copy * ROWS + sf_slice_row (at / X_PARTS)) * PITCH
                     + at % X_PARTS * (2 / X_VEC4S);
      if (ROWS * X_PARTS % WIDTH != 0 && at >= ROWS * X_PARTS)
        continue;
      if (X_HALVES)
        {
          x_tile[to] = sf_halves (x_held[held][i].x, x_held[held][i].y);
          x_tile[to + 1] = sf_halves (x_held[held][i].z, x_held[held][i].w);
        }
      else
        x_tile[to] = sf_to_float16s (x_held[held][i]);
    }
  [[unroll]] for (int i = 0; i < W_LOADS; i++)
    {
      const int at = i * WIDTH + thread;
      const int to = (copy * COLUMNS + sf_slice_row (at / GROUPS)) * PITCH + at % GROUPS * 2;
      if (COLUMNS * GROUPS % WIDTH == 0 || at < COLUMNS * GROUPS)
        {
          w_tile[to] = sf_halves (w_held[held][i].x, w_held[held][i].y);
          w_tile[to + 1] = sf_halves (w_held[held][i].z, w_held[held][i].w);
        }
    }
}

SF_SUM sum[DOWN][ACROSS];

/* A slice of K, copy @copy, for the subgroup's outputs from @row, @column on. */
void sf_add (int copy, int row, int column)
{
  [[unroll]] for (int k = 0; k < DEPTH; k += K)
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

/* --- Results ----------------------------------------------------------------------------------- */

/* Whether all of the matrix at @row, @column4 is there: then all of it is, as nothing is cut. */
bool sf_there (int row, int column4, SfProductParams p)
{
  return row < p.rows && column4 < p.out_vec4;
}

/* Tells which column of its matrix each of a lane's elements is in, which only the matrix knows. */
SF_SUM sf_columns (int thread)
{
  SF_SUM column;
  for (int at = thread; at < M * N; at += WIDTH)
    y_tile[at] = float (at % N);
  barrier ();
  coopMatLoad (column, y_tile, 0, N, gl_CooperativeMatrixLayoutRowMajor);
  return column;
}

/* Bias, shift and residual of the matrix at @row, @column0, which nothing comes between: they are
 * there before the first product. */
void sf_begin (inout SF_SUM y, SF_SUM column, int row, int column0, SfProductParams p)
{
  const int shift = 4 * (p.shift + row / p.image_rows * p.shift_vec4);
  if (HAS_RESIDUAL)
    coopMatLoad (y, residuals, p.residual + row * p.out_vec4 + column0 / 4, p.out_vec4,
                 gl_CooperativeMatrixLayoutRowMajor);
  for (int i = 0; i < y.length (); i++)
    {
      if (HAS_BIAS)
        y[i] += bias_values[column0 + int (column[i])];
      if (HAS_SHIFT)
        y[i] += shift_values[shift + column0 + int (column[i])];
    }
}

/* As sf_activate() and sf_last(), wherever in the lanes the elements lie. */
void sf_end (inout SF_SUM y)
{
  for (int i = 0; i < y.length (); i++)
    {
      if (ACTIVATION == 1)
        y[i] = sf_silu (y[i]);
      else if (ACTIVATION == 2)
        y[i] = sf_gelu (y[i]);
      else if (ACTIVATION == 3)
        y[i] = sf_quick_gelu (y[i]);
      else if (ACTIVATION == 4)
        y[i] = max (y[i], 0.0);
    }
}

/* One matrix through shared memory, where its places are known, to the lanes that store it. */
void sf_unload (SF_SUM y, int row, int column4, SfProductParams p)
{
  const int at0 = int (gl_SubgroupID) * M * N;
  coopMatStore (y, y_tile, at0, N, gl_CooperativeMatrixLayoutRowMajor);
  sf_subgroup_barrier ();
  for (int at = int (gl_SubgroupInvocationID); at < M * N / 4; at += LANES)
    {
      const int to = column4 + at % (N / 4), from = at0 + at * 4, line = row + at / (N / 4);
      const vec4 v
          = vec4 (y_tile[from], y_tile[from + 1], y_tile[from + 2], y_tile[from + 3]);
      const int shift = p.shift + line / p.image_rows * p.shift_vec4;
      if (line < p.rows && to < sf_column4s (p))
        sf_store (line, to, v + sf_offset (to, shift), p);
    }
  sf_subgroup_barrier ();
}

void sf_results (int row0, int column0, SfProductParams p)
{
  [[unroll]] for (int i = 0; i < DOWN; i++)
    [[unroll]] for (int j = 0; j < ACROSS; j++)
      {
        const int row = row0 + i * M, column4 = (column0 + j * N) / 4;
        if (STAGED)
          sf_unload (sum[i][j], row, column4, p);
        else if (sf_there (row, column4, p))
          {
            sf_end (sum[i][j]);
            coopMatStore (sum[i][j], y_out, p.y + row * p.out_vec4 + column4, p.out_vec4,
                          gl_CooperativeMatrixLayoutRowMajor);
          }
      }
}

/* One slice, while those behind it are on their way. */
void sf_turn (int copy, int slice, int row, int column, int thread, SfProductParams p)
{
  const int held = FAR ? 1 - copy : 0;
  if (!FAR)
    sf_fetch (held, slice + 1, thread, p);
  sf_add (copy, row, column);
  sf_put (held, 1 - copy, thread);
  if (FAR)
    sf_fetch (held, slice + 3, thread, p);
  barrier ();
}

void sf_product (void)
{
  SfProductParams p = push;
  const int thread = int (gl_LocalInvocationID.x);
  const int subgroup = int (gl_SubgroupID);
  const int row = subgroup / SUBGROUPS_ACROSS * SUB_ROWS;
  const int column = subgroup % SUBGROUPS_ACROSS * SUB_COLUMNS;
  const int row0 = int (gl_WorkGroupID.y) * ROWS;
  const int column0 = (p.block + int (gl_WorkGroupID.x)) * COLUMNS;
  const int first = int (gl_WorkGroupID.z) * p.split_slices;
  const int end
      = min (first + p.split_slices, (SIDE * SIDE * p.groups + GROUPS - 1) / GROUPS);

  p.y += int (gl_WorkGroupID.z) * p.y_step;
  sf_slice_begin (first, row0, thread, p);
  sf_fetch (0, first, thread, p);
  if (FAR)
    sf_fetch (SLICES_AHEAD - 1, first + 1, thread, p);
  SF_SUM columns = SF_SUM (0.0);
  if (!STAGED && (HAS_BIAS || HAS_SHIFT))
    columns = sf_columns (thread);
  [[unroll]] for (int i = 0; i < DOWN; i++)
    [[unroll]] for (int j = 0; j < ACROSS; j++)
      {
        const int line = row0 + row + i * M, at = column0 + column + j * N;
        sum[i][j] = SF_SUM (0.0);
        if (!STAGED && sf_there (line, at / 4, p))
          sf_begin (sum[i][j], columns, line, at, p);
      }
  sf_put (0, 0, thread);
  if (FAR)
    sf_fetch (0, first + 2, thread, p);
  barrier ();
  for (int slice = first; slice < end; slice += 2)
    {
      sf_turn (0, slice, row, column, thread, p);
      if (slice + 1 < end)
        sf_turn (1, slice + 1, row, column, thread, p);
    }
  sf_results (row0 + row, column0 + column, p);
}
