/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Element types as safetensors spells them. The engine computes on F32, F16 and BF16; the others
 * are known so that a file that has them can be described. */
typedef enum
{
  SF_DTYPE_INVALID,
  SF_DTYPE_F32,
  SF_DTYPE_F16,
  SF_DTYPE_BF16,
  SF_DTYPE_F64,
  SF_DTYPE_F8_E4M3,
  SF_DTYPE_F8_E5M2,
  SF_DTYPE_I64,
  SF_DTYPE_I32,
  SF_DTYPE_I16,
  SF_DTYPE_I8,
  SF_DTYPE_U8,
  SF_DTYPE_BOOL,
} SfDtype;

/* Bytes of one element; 0 for SF_DTYPE_INVALID. */
gsize sf_dtype_size (SfDtype dtype);
/* "F16" and so on, as in a safetensors header. */
const char *sf_dtype_name (SfDtype dtype);
SfDtype sf_dtype_from_name (const char *name);
/* Whether sf_convert_to_f32() takes it. */
gboolean sf_dtype_is_float (SfDtype dtype);

/* IEEE 754 binary16, round to nearest even; values above 65504 become infinity. */
guint16 sf_half_from_float (float value);
float sf_float_from_half (guint16 half);
/* bfloat16 is the upper half of a binary32. */
float sf_float_from_bfloat16 (guint16 bits);

/**
 * sf_convert_to_f32:
 * @dst: (out): n floats.
 * @src: n elements of @dtype, at any alignment.
 *
 * Widens F16, BF16, F32 or F64 (narrowed) to F32.
 */
void sf_convert_to_f32 (float *dst, const void *src, SfDtype dtype, gsize n);

/**
 * sf_convert_to_f16:
 *
 * Rounds floats to halves. Returns: how many finite inputs became infinite.
 */
gsize sf_convert_to_f16 (guint16 *dst, const float *src, gsize n);

G_END_DECLS
