/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/dtype.h"

#include <string.h>

static const struct
{
  const char *name;
  gsize size;
} dtypes[] = {
  [SF_DTYPE_INVALID] = { "?", 0 },       [SF_DTYPE_F32] = { "F32", 4 },
  [SF_DTYPE_F16] = { "F16", 2 },         [SF_DTYPE_BF16] = { "BF16", 2 },
  [SF_DTYPE_F64] = { "F64", 8 },         [SF_DTYPE_F8_E4M3] = { "F8_E4M3", 1 },
  [SF_DTYPE_F8_E5M2] = { "F8_E5M2", 1 }, [SF_DTYPE_I64] = { "I64", 8 },
  [SF_DTYPE_I32] = { "I32", 4 },         [SF_DTYPE_I16] = { "I16", 2 },
  [SF_DTYPE_I8] = { "I8", 1 },           [SF_DTYPE_U8] = { "U8", 1 },
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
