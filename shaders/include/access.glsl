/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How shaders reach memory. Every tensor is an array of vec4. A shader is compiled for both
 * families: with SF_TEXEL inputs are fetched as 128-bit texels, which software drivers turn into
 * one branch-free load; otherwise they are storage buffers. Outputs are storage buffers in both. */
#extension GL_EXT_control_flow_attributes : require

#include "include/halves.glsl"

#ifdef SF_TEXEL
#define SF_READ(index, name) \
  layout (set = 0, binding = index, rgba32f) uniform readonly imageBuffer name
#define sf_load(name, i) imageLoad (name, int (i))
#else
#define SF_READ(index, name) \
  layout (set = 0, binding = index, std430) readonly buffer name##_buffer { vec4 name[]; }
#define sf_load(name, i) name[i]
#endif

/* An output has a function name_store (at, v). lavapipe stores lane by lane, what it has put on the
 * stack. Some processors are quick to load what is in the lower half of a vector of 512 bits that was
 * just stored, and six times as slow in the upper half. On those (SfCaps.paired_stores) the lower lanes
 * store for the upper ones: all of a subgroup call the function at the same time, those that have nothing
 * to store with @at < 0. Such a lane of the lower ones, or one whose partner is such, does one store
 * twice, so that both have one condition: two would be put on the stack as well. */
#ifdef SF_TEXEL
#include "include/swap.glsl"
#include "params.h"
layout (constant_id = SF_PAIRED_STORES_ID) const bool sf_paired_stores = false;
#define sf_together (sf_paired_stores && gl_WorkGroupSize.x == 16)
#define SF_STORE(type, name) \
  void name##_store (int at, type v) \
  { \
    if (sf_together) \
      { \
        const int other_at = sf_swap (at, 8); \
        const type other = sf_swap (v, 8); \
        if (gl_SubgroupInvocationID < 8 && max (at, other_at) >= 0) \
          { \
            name[at < 0 ? other_at : at] = at < 0 ? other : v; \
            name[other_at < 0 ? at : other_at] = other_at < 0 ? v : other; \
          } \
      } \
    else \
      name[at] = v; \
  }
#else
#define sf_together false
#define SF_STORE(type, name) \
  void name##_store (int at, type v) \
  { \
    name[at] = v; \
  }
#endif

/* Whether a lane has to go on: one that has something to store, or one without where others need it. */
#define sf_goes_on(has) (sf_together || (has))

#define SF_WRITE_AS(index, type, name) \
  layout (set = 0, binding = index, std430) buffer name##_buffer { type name[]; }; \
  SF_STORE (type, name)
#define SF_WRITE(index, name) SF_WRITE_AS (index, vec4, name)
/* The same output as halves, four in an element: see graph/narrow.h. */
#define SF_WRITE_HALVES(index, name) SF_WRITE_AS (index, uvec2, name)
