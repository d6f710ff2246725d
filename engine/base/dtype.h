/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Element types as safetensors spells them. Weights are read from the first four; the others are
 * known so that a file that has them can be described. */
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
/* Whether it is one of those four, which SfValues may be of. */
gboolean sf_dtype_is_float (SfDtype dtype);

G_END_DECLS
