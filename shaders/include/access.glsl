/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How shaders reach memory. Every tensor is an array of vec4. A shader is compiled for both
 * families: with SF_TEXEL inputs are fetched as 128-bit texels, which software drivers turn into
 * one branch-free load; otherwise they are storage buffers. Outputs are storage buffers in both. */
#extension GL_EXT_control_flow_attributes : require

#ifdef SF_TEXEL
#define SF_READ(index, name) \
  layout (set = 0, binding = index, rgba32f) uniform readonly imageBuffer name
#define sf_load(name, i) imageLoad (name, int (i))
#else
#define SF_READ(index, name) \
  layout (set = 0, binding = index, std430) readonly buffer name##_buffer { vec4 name[]; }
#define sf_load(name, i) name[i]
#endif

#define SF_WRITE(index, name) \
  layout (set = 0, binding = index, std430) buffer name##_buffer { vec4 name[]; }

/* The same output as halves, four in an element: see graph/narrow.h. */
#define SF_WRITE_HALVES(index, name) \
  layout (set = 0, binding = index, std430) buffer name##_buffer { uvec2 name[]; }

const float LARGEST_HALF = 65504.0;

/* A value that no half can hold becomes the largest that one can: an infinity would spread over the
 * picture. */
uvec2 sf_to_halves (vec4 v)
{
  v = clamp (v, -LARGEST_HALF, LARGEST_HALF);
  return uvec2 (packHalf2x16 (v.xy), packHalf2x16 (v.zw));
}
