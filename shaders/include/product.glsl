/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What matmul and conv2d have in common in both families: bindings, constants, the epilogue.
 * y[row][column] = epilogue (Σ x[row at tap][channel] · weight[column][tap][channel]). */
#include "include/access.glsl"
#include "include/activation.glsl"
#include "params.h"

/* Lanes of a subgroup (texel) or threads of a workgroup (storage). */
layout (local_size_x_id = 0) in;
layout (constant_id = 0) const int WIDTH = 8;
layout (constant_id = 1) const bool HALVES = true; /* weights are F16 */
layout (constant_id = 2) const int ACTIVATION = 0; /* SfActivation */
layout (constant_id = 3) const bool HAS_BIAS = false;
layout (constant_id = 4) const bool HAS_SHIFT = false;
layout (constant_id = 5) const bool HAS_RESIDUAL = false;
layout (constant_id = 6) const int SIDE = 1; /* of the kernel: 1 or 3; Winograd: components */
/* Of the matrix form: halves in memory, see graph/narrow.h. */
layout (constant_id = 16) const bool X_HALVES = false;
layout (constant_id = 17) const bool Y_HALVES = false; /* with GEGLU only */

SF_READ (0, x_in);
SF_READ (1, weights);
SF_READ (2, biases);
SF_READ (3, shifts);
SF_READ (4, residuals);
SF_WRITE (5, y_out);
/* The same in pairs, which GEGLU makes: two stores of one number each take a software driver half as
 * long again. */
SF_WRITE_AS (5, vec2, y_pairs);
SF_WRITE_AS (5, uint, y_half_pairs);

layout (push_constant) uniform Push { SfProductParams push; };

/* GEGLU: of four columns two are values and two their gates. */
const bool GATED = ACTIVATION == 5;

/* vec4s of columns: of the weights. */
int sf_column4s (SfProductParams p)
{
  return GATED ? 2 * p.out_vec4 : p.out_vec4;
}

vec4 sf_activate (vec4 v)
{
  [[unroll]] for (int i = 0; i < 4; i++)
    {
      if (ACTIVATION == 1)
        v[i] = sf_silu (v[i]);
      else if (ACTIVATION == 2)
        v[i] = sf_gelu (v[i]);
      else if (ACTIVATION == 3)
        v[i] = sf_quick_gelu (v[i]);
    }
  return v;
}

/* What comes after the residual. */
vec4 sf_last (vec4 v)
{
  return ACTIVATION == 4 ? max (v, vec4 (0.0)) : v;
}

/* Bias and shift of four columns, the same for all rows. */
vec4 sf_offset (int column4, int shift)
{
  vec4 offset = vec4 (0.0);
  if (HAS_BIAS)
    offset += sf_load (biases, column4);
  if (HAS_SHIFT)
    offset += sf_load (shifts, shift + column4);
  return offset;
}

/* Four columns of one row, with all that comes after the sum. @row < 0: as name_store() has it. */
void sf_store (int row, int column4, vec4 v, SfProductParams p)
{
  if (GATED)
    {
      const vec2 pair = v.xy * vec2 (sf_gelu (v.z), sf_gelu (v.w));
      const int to = 2 * row * p.out_vec4 + column4;
      if (Y_HALVES)
        y_half_pairs_store (row < 0 ? -1 : 4 * p.y + to,
                            sf_to_halves (vec4 (pair, 0.0, 0.0)).x);
      else
        y_pairs_store (row < 0 ? -1 : 2 * p.y + to, pair);
      return;
    }
  const int at = max (row, 0) * p.out_vec4 + column4;
  v = sf_activate (v);
  if (HAS_RESIDUAL)
    v += sf_load (residuals, p.residual + at);
  y_out_store (row < 0 ? -1 : p.y + at, sf_last (v));
}

/* Eight halves in a texel. */
void sf_unpack (vec4 texel, out float value[8])
{
  [[unroll]] for (int i = 0; i < 4; i++)
    {
      vec2 pair = unpackHalf2x16 (floatBitsToUint (texel[i]));
      value[2 * i] = pair.x;
      value[2 * i + 1] = pair.y;
    }
}

/* Group @group of 8 weights. */
void sf_load_weights (int group, int offset, out float value[8])
{
  if (HALVES)
    {
      sf_unpack (sf_load (weights, offset + group), value);
      return;
    }
  [[unroll]] for (int i = 0; i < 2; i++)
    {
      vec4 u = sf_load (weights, offset + 2 * group + i);
      [[unroll]] for (int j = 0; j < 4; j++)
        value[4 * i + j] = u[j];
    }
}

/* Where a row's input pixel begins in x_in, for one tap, in vec4s. Outside of the image: somewhere
 * that can be read, and @inside is false. */
#ifdef SF_CONV
int sf_pixel (ivec2 at, int tap, SfProductParams p, out bool inside)
{
  ivec2 pixel = at + ivec2 (tap % SIDE, tap / SIDE);
  inside = uint (pixel.x) < uint (p.in_w) && uint (pixel.y) < uint (p.in_h);
  int line = (p.in_w + p.up) >> p.up; /* pixels: a cropped one is there */
  int stored = ((pixel.y >> p.up) - p.first_line) * line + (pixel.x >> p.up);
  return p.x + (inside ? stored * p.groups * (X_HALVES ? 1 : 2) : 0);
}

/* The input pixel of the first tap. */
ivec2 sf_corner (int row, SfProductParams p)
{
  int y = (p.pixel + row) / p.out_w;
  return ivec2 (p.pixel + row - y * p.out_w, y) * p.stride - p.pad;
}
#endif
