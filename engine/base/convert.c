/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A model is a thousand million numbers, so what happens to each is written for vectors: without
 * branches, and in blocks. */
#include "base/convert.h"

#include <string.h>

/* Of a loop over so many a compiler makes vectors at any level of optimisation. */
#define BLOCK 64

static inline float
float_from_bits (guint32 bits)
{
  float f;
  memcpy (&f, &bits, sizeof f);
  return f;
}

static inline guint32
bits_from_float (float f)
{
  guint32 bits;
  memcpy (&bits, &f, sizeof bits);
  return bits;
}

static inline float
float_from_half (guint16 half)
{
  guint32 sign = (guint32)(half & 0x8000) << 16;
  gint32 magnitude = half & 0x7fff;
  gint32 normal = (magnitude << 13) + (112 << 23);
  gint32 special = -(magnitude >= 0x7c00) & 0x7f800000; /* infinite, or not a number */
  /* Zero and subnormals count units of 2^-24. */
  gint32 subnormal = bits_from_float ((float)magnitude * 0x1p-24f), small = -(magnitude < 0x400);

  return float_from_bits (sign | (subnormal & small) | (normal & ~small) | special);
}

static inline guint16
half_from_float (float value)
{
  guint32 bits = bits_from_float (value);
  guint16 sign = (bits >> 16) & 0x8000;
  gint32 magnitude = bits & 0x7fffffff;
  gint32 normal = (magnitude - (112 << 23) + 0xfff + ((magnitude >> 13) & 1)) >> 13;
  /* Below the smallest normal half: beside 0.5 a float's last bit is worth 2^-24. */
  gint32 subnormal = bits_from_float (float_from_bits (magnitude) + 0.5f) - bits_from_float (0.5f);
  gint32 special = magnitude > 0x7f800000 ? 0x7e00 : 0x7c00;
  /* Masks; from 0x477ff000 on it rounds to 65536 or more. */
  gint32 small = -(magnitude < 0x38800000), large = -(magnitude >= 0x477ff000);

  return sign | (subnormal & small) | (normal & ~small & ~large) | (special & large);
}

float
sf_float_from_half (guint16 half)
{
  return float_from_half (half);
}

guint16
sf_half_from_float (float value)
{
  return half_from_float (value);
}

SfValues
sf_values_from (SfValues self, gsize i)
{
  return (SfValues){ self.dtype, (const guint8 *)self.data + i * sf_dtype_size (self.dtype) };
}

/* --- To floats -------------------------------------------------------------------------------- */

static inline void
widen_halves (float *restrict dst, const void *src, gsize n)
{
  guint16 halves[BLOCK];

  memcpy (halves, src, n * sizeof *halves);
  for (gsize i = 0; i < n; i++)
    dst[i] = float_from_half (halves[i]);
}

/* bfloat16 is the upper half of a binary32. */
static inline void
widen_bfloat16s (float *restrict dst, const void *src, gsize n)
{
  guint16 bits[BLOCK];

  memcpy (bits, src, n * sizeof *bits);
  for (gsize i = 0; i < n; i++)
    dst[i] = float_from_bits ((guint32)bits[i] << 16);
}

static inline void
narrow_doubles (float *restrict dst, const void *src, gsize n)
{
  double values[BLOCK];

  memcpy (values, src, n * sizeof *values);
  for (gsize i = 0; i < n; i++)
    dst[i] = (float)values[i];
}

/* @n: up to BLOCK. */
static inline void
convert_block (float *dst, SfValues src, gsize n)
{
  switch (src.dtype)
    {
    case SF_DTYPE_F32:
      memcpy (dst, src.data, n * sizeof *dst);
      break;
    case SF_DTYPE_F16:
      widen_halves (dst, src.data, n);
      break;
    case SF_DTYPE_BF16:
      widen_bfloat16s (dst, src.data, n);
      break;
    case SF_DTYPE_F64:
      narrow_doubles (dst, src.data, n);
      break;
    default:
      g_assert_not_reached ();
    }
}

void
sf_convert_to_f32 (float *dst, SfValues src, gsize n)
{
  gsize i = 0;

  for (; n - i >= BLOCK; i += BLOCK)
    convert_block (dst + i, sf_values_from (src, i), BLOCK);
  convert_block (dst + i, sf_values_from (src, i), n - i);
}

/* --- To halves -------------------------------------------------------------------------------- */

static inline void
round_block (guint16 *restrict dst, const float *restrict src, gsize n)
{
  for (gsize i = 0; i < n; i++)
    dst[i] = half_from_float (src[i]);
}

void
sf_convert_to_f16 (guint16 *dst, const float *src, gsize n)
{
  gsize i = 0;

  for (; n - i >= BLOCK; i += BLOCK)
    round_block (dst + i, src + i, BLOCK);
  round_block (dst + i, src + i, n - i);
}

/* --- The largest ------------------------------------------------------------------------------ */

/* Magnitudes of floats are in the order of their bits, which unlike theirs a compiler knows to be
 * the same in any order of comparing. */
static inline gint32
largest_of_floats (const float *src, gsize n, gint32 largest)
{
  gint32 bits[BLOCK];

  memcpy (bits, src, n * sizeof *bits);
  for (gsize i = 0; i < n; i++)
    {
      gint32 magnitude = bits[i] & 0x7fffffff;
      gint32 finite = magnitude & -(magnitude < 0x7f800000);
      largest = finite > largest ? finite : largest;
    }
  return largest;
}

static inline gint16
largest_of_halves (const void *src, gsize n, gint16 largest)
{
  gint16 bits[BLOCK];

  memcpy (bits, src, n * sizeof *bits);
  for (gsize i = 0; i < n; i++)
    {
      gint16 magnitude = bits[i] & 0x7fff;
      gint16 finite = magnitude & -(magnitude < 0x7c00);
      largest = finite > largest ? finite : largest;
    }
  return largest;
}

static float
largest_half (SfValues self, gsize n)
{
  gint16 largest = 0;
  gsize i = 0;

  for (; n - i >= BLOCK; i += BLOCK)
    largest = largest_of_halves (sf_values_from (self, i).data, BLOCK, largest);
  return float_from_half (largest_of_halves (sf_values_from (self, i).data, n - i, largest));
}

float
sf_values_largest (SfValues self, gsize n)
{
  gint32 largest = 0;

  if (self.dtype == SF_DTYPE_F16)
    return largest_half (self, n);
  for (gsize i = 0; i < n; i += BLOCK)
    {
      float values[BLOCK];
      gsize some = MIN (n - i, BLOCK);
      convert_block (values, sf_values_from (self, i), some);
      largest = some == BLOCK ? largest_of_floats (values, BLOCK, largest)
                              : largest_of_floats (values, some, largest);
    }
  return float_from_bits (largest);
}
