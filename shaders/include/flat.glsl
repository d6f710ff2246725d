/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The layout of ops that need not know which channel they work on: n items (vec4s or pixels), each
 * workgroup, one subgroup, does SF_ROWS times LANES of them. */
#include "include/access.glsl"
#include "params.h"

layout (local_size_x_id = 0) in;
layout (constant_id = 0) const int LANES = 8;

#define SF_FOREACH(i, n) \
  for (int i = int (gl_WorkGroupID.x) * SF_ROWS * LANES + int (gl_LocalInvocationIndex), \
           sf_end = min (int (gl_WorkGroupID.x + 1) * SF_ROWS * LANES, n); \
       i < sf_end; i += LANES)

/* The same for what is stored with name_store(): there is such a vec4 or pixel if i < n. */
#define SF_FOREACH_STORE(i, n) \
  for (int sf_base = int (gl_WorkGroupID.x) * SF_ROWS * LANES, \
           i = sf_base + int (gl_LocalInvocationIndex), \
           sf_end = min (sf_base + SF_ROWS * LANES, n); \
       sf_together ? sf_base < sf_end : i < sf_end; sf_base += LANES, i += LANES)
