/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ops/span.h"

#include "base/error.h"

#define VEC4_BYTES 16

/* Of both limits a range may begin up to an alignment before what it is for. */

guint64
sf_span_read_limit (const SfCaps *caps)
{
  guint64 limit
      = caps->family == SF_FAMILY_TEXEL ? caps->max_texels * VEC4_BYTES : caps->max_storage_range;
  return limit - caps->offset_align;
}

guint64
sf_span_limit (const SfCaps *caps)
{
  return MIN (sf_span_read_limit (caps), caps->max_storage_range - caps->offset_align);
}

gboolean
sf_span_check (const SfCaps *caps, guint64 bytes, GError **error)
{
  if (bytes <= sf_span_limit (caps))
    return TRUE;
  g_set_error_literal (error, SF_ERROR, SF_ERROR_MEMORY,
                       "The picture is too large for what the graphics device can address; choose "
                       "a smaller size.");
  return FALSE;
}

SfRange
sf_span (const SfCaps *caps, const SfTensor *tensor, guint64 at, guint64 bytes, gint32 *offset)
{
  guint64 begin = tensor->range.offset + at;
  guint64 aligned = begin / caps->offset_align * caps->offset_align;

  *offset = (begin - aligned) / VEC4_BYTES;
  return (SfRange){ tensor->range.buffer, aligned, begin - aligned + bytes };
}

SfRange
sf_span_rows (const SfCaps *caps, const SfTensor *tensor, guint64 first, guint64 n, gint32 *offset)
{
  guint64 row = (guint64)tensor->pitch * sf_dtype_size (tensor->dtype);
  return sf_span (caps, tensor, first * row, n * row, offset);
}
