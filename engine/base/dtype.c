/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/dtype.h"

#include <math.h>
#include <string.h>

static const struct
{
  const char *name;
  gsize size;
} dtypes[] = {
  [SF_DTYPE_INVALID] = { "?", 0 },        [SF_DTYPE_F32] = { "F32", 4 },
  [SF_DTYPE_F16] = { "F16", 2 },          [SF_DTYPE_BF16] = { "BF16", 2 },
  [SF_DTYPE_F64] = { "F64", 8 },          [SF_DTYPE_F8_E4M3] = { "F8_E4M3", 1 },
  [SF_DTYPE_F8_E5M2] = { "F8_E5M2", 1 },  [SF_DTYPE_I64] = { "I64", 8 },
  [SF_DTYPE_I32] = { "I32", 4 },          [SF_DTYPE_I16] = { "I16", 2 },
  [SF_DTYPE_I8] = { "I8", 1 },            [SF_DTYPE_U8] = { "U8", 1 },
  [SF_DTYPE_BOOL] = { "BOOL", 1 },
};

gsize
sf_dtype_size (SfDtype dtype)
{
  return dtypes[dtype].size;
}

const char *
sf_dtype_name (SfDtype dtype)
{
  return dtypes[dtype].name;
}

SfDtype
sf_dtype_from_name (const char *name)
{
  for (guint i = 1; i < G_N_ELEMENTS (dtypes); i++)
    if (strcmp (dtypes[i].name, name) == 0)
      return i;
  return SF_DTYPE_INVALID;
}

gboolean
sf_dtype_is_float (SfDtype dtype)
{
  return dtype >= SF_DTYPE_F32 && dtype <= SF_DTYPE_F64;
}

static float
float_from_bits (guint32 bits)
{
  float f;
  memcpy (&f, &bits, sizeof f);
  return f;
}

float
sf_float_from_half (guint16 half)
{
  guint32 sign = (guint32) (half & 0x8000) << 16;
  guint32 exponent = (half >> 10) & 31;
  guint32 mantissa = half & 0x3ff;

  if (exponent == 31)
    return float_from_bits (sign | 0x7f800000 | mantissa << 13);
  if (exponent != 0)
    return float_from_bits (sign | (exponent + 112) << 23 | mantissa << 13);
  /* Zero and subnormals: the mantissa counts units of 2^-24. */
  float f = (float) mantissa * 0x1p-24f;
  return sign ? -f : f;
}

guint16
sf_half_from_float (float value)
{
  guint32 bits;
  memcpy (&bits, &value, sizeof bits);
  guint16 sign = (bits >> 16) & 0x8000;
  guint32 magnitude = bits & 0x7fffffff;

  if (magnitude > 0x7f800000)
    return sign | 0x7e00;
  if (magnitude >= 0x477ff000) /* rounds to 65536 or more */
    return sign | 0x7c00;
  if (magnitude < 0x38800000) /* below the smallest normal half: count units of 2^-24 */
    return sign | (guint16) lrintf (float_from_bits (magnitude) * 0x1p24f);
  guint32 rounded = magnitude + 0xfff + ((magnitude >> 13) & 1);
  return sign | (guint16) ((rounded - (112u << 23)) >> 13);
}

float
sf_float_from_bfloat16 (guint16 bits)
{
  return float_from_bits ((guint32) bits << 16);
}

static guint16
load_u16 (const void *src, gsize i)
{
  guint16 v;
  memcpy (&v, (const char *) src + 2 * i, sizeof v);
  return v;
}

void
sf_convert_to_f32 (float *dst, const void *src, SfDtype dtype, gsize n)
{
  switch (dtype)
    {
    case SF_DTYPE_F32:
      memcpy (dst, src, 4 * n);
      break;
    case SF_DTYPE_F16:
      for (gsize i = 0; i < n; i++)
        dst[i] = sf_float_from_half (load_u16 (src, i));
      break;
    case SF_DTYPE_BF16:
      for (gsize i = 0; i < n; i++)
        dst[i] = sf_float_from_bfloat16 (load_u16 (src, i));
      break;
    case SF_DTYPE_F64:
      for (gsize i = 0; i < n; i++)
        {
          double v;
          memcpy (&v, (const char *) src + 8 * i, sizeof v);
          dst[i] = (float) v;
        }
      break;
    default:
      g_assert_not_reached ();
    }
}

gsize
sf_convert_to_f16 (guint16 *dst, const float *src, gsize n)
{
  gsize overflows = 0;
  for (gsize i = 0; i < n; i++)
    {
      dst[i] = sf_half_from_float (src[i]);
      overflows += (dst[i] & 0x7fff) == 0x7c00 && isfinite (src[i]);
    }
  return overflows;
}
