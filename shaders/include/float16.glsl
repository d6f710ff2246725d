/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The same for matrix units, whose halves are a type: see halves.glsl. */
f16vec4 sf_to_float16s (vec4 v)
{
  return f16vec4 (mix (clamp (v, -LARGEST_HALF, LARGEST_HALF), v, sf_is_nan (v)));
}
