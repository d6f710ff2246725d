/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/dtype.h"

G_BEGIN_DECLS

/* IEEE 754 binary16, round to nearest even; values that round to more than 65504 become infinity.
 */
guint16 sf_half_from_float (float value);
float sf_float_from_half (guint16 half);

/* Numbers in memory, aligned as their type wants to be: F32, F16, BF16 or F64. */
typedef struct
{
  SfDtype dtype;
  const void *data; /* borrowed */
} SfValues;

static inline SfValues
sf_floats (const float *values)
{
  return (SfValues){ SF_DTYPE_F32, values };
}

/* Those from the @i-th on. */
SfValues sf_values_from (SfValues self, gsize i);

/* The largest of the finite ones of @n magnitudes, or 0. */
float sf_values_largest (SfValues self, gsize n);

/* Widens @n numbers (F64 is narrowed) to @dst. */
void sf_convert_to_f32 (float *dst, SfValues src, gsize n);

/* Rounds floats to halves, as sf_half_from_float() does. */
void sf_convert_to_f16 (guint16 *dst, const float *src, gsize n);

G_END_DECLS
