/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The layout of ops that do the same to every row (pixel or token): a workgroup is one subgroup, a
 * lane owns one vec4 of channels, and walks down SF_ROWS rows. What depends on the channel only is
 * then loaded once, and no lane divides an index. */
#include "include/access.glsl"
#include "params.h"

layout (local_size_x_id = 0) in;
layout (constant_id = 0) const int LANES = 8;

/* The lane's vec4 of @vec4s, or the last one again for a lane that has none. */
#define sf_quad(vec4s) min (int (gl_GlobalInvocationID.x), vec4s - 1)
#define sf_has_quad(vec4s) (int (gl_GlobalInvocationID.x) < vec4s)

/* Four rows an iteration, so that loads overlap; past the last row the last one is done again. */
#define SF_FOREACH_ROW(row, n_rows) \
  for (int sf_row = int (gl_WorkGroupID.y) * SF_ROWS, sf_end = min (sf_row + SF_ROWS, n_rows); \
       sf_row < sf_end; sf_row += 4) \
    [[unroll]] for (int sf_i = 0, row = sf_row; sf_i < 4; sf_i++, row = min (sf_row + sf_i, sf_end - 1))
