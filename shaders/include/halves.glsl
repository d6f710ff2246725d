/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Numbers as halves, rounded to the nearest, of two to the even one. packHalf2x16() leaves the rounding
 * to the driver: lavapipe 22.3 and AMD's cards under RADV cut off, where a conversion to float16_t
 * rounds, and then it matters to a result who makes the halves. */

/* Without a sign. Of finite halves and what rounds to one. */
uvec4 sf_half_sizes (vec4 size)
{
  const uvec4 bits = floatBitsToUint (size);
  const uvec4 normal = (bits + 0xfffu + ((bits >> 13) & 1u) - (112u << 23)) >> 13;
  /* Of a small number the bits that a half has are the last ones of its sum with one half. */
  const uvec4 small = floatBitsToUint (size + 0.5) - floatBitsToUint (0.5);
  return mix (normal, small, lessThan (bits, uvec4 (113u << 23)));
}

/* The last operation is no arithmetic with a constant, which LLVM would move into the loop that stores
 * lane by lane, with all that it works on: that took twice as long. @h: of the sizes of @v. */
uvec2 sf_join_halves (uvec4 h, vec4 v)
{
  const uvec2 pair = h.xz | h.yw << 16;
  const uvec2 first = mix (pair, pair | 0x8000u, lessThan (v.xz, vec2 (0.0)));
  return mix (first, first | 0x80000000u, lessThan (v.yw, vec2 (0.0)));
}

uvec2 sf_nearest_halves (vec4 v)
{
  return sf_join_halves (sf_half_sizes (abs (v)), v);
}

const float LARGEST_HALF = 65504.0;

/* By its bits: drivers may take it that nothing is NaN, and clamp() makes a number of it. */
bvec4 sf_is_nan (vec4 v)
{
  return greaterThan (floatBitsToUint (v) & 0x7fffffffu, uvec4 (0x7f800000u));
}

/* Of any numbers. What no half can hold becomes the largest that one can, since an infinity would spread
 * over the picture; NaN stays, so that a damaged model is told rather than drawn. */
uvec2 sf_to_halves (vec4 v)
{
  const uvec4 h = sf_half_sizes (min (abs (v), LARGEST_HALF));
  return sf_join_halves (mix (h, uvec4 (0x7e00u), sf_is_nan (v)), v);
}
