/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "base/dtype.h"

G_BEGIN_DECLS

/* One .safetensors file: https://github.com/huggingface/safetensors#format
 *
 *   8 bytes   little-endian length n of the header
 *   n bytes   JSON: { "name": { "dtype", "shape", "data_offsets": [begin, end] }, … }
 *   the rest  the tensors, each at its offset, little-endian, last dimension densest
 *
 * The file is read with pread(), never mapped: a mapped file that is truncated or unplugged while
 * it is in use kills the process. After opening, every function may be called from any thread.
 */
typedef struct _SfSafetensors SfSafetensors;

#define SF_MAX_DIMS 8

/**
 * SfTensorInfo:
 * @name: as the file spells it; owned by what returned the struct.
 * @dtype: SF_DTYPE_INVALID for a type that dtype.h does not know: listed, but no weight is made of
 * it.
 * @n_dims: 0 for a scalar.
 * @dims: outermost first: a convolution's weight is [out, in, kh, kw].
 * @offset: of the first byte in the file.
 * @size: in bytes, equal to the product of dims and the element size where the type is known.
 */
typedef struct
{
  const char *name;
  SfDtype dtype;
  guint n_dims;
  gint64 dims[SF_MAX_DIMS];
  guint64 offset;
  guint64 size;
} SfTensorInfo;

/* The product of the dimensions. Cannot overflow for an info that came out of a file. */
guint64 sf_tensor_info_n_elements (const SfTensorInfo *info);

/**
 * sf_safetensors_open:
 *
 * Reads and checks the whole header: lengths, ranges, overlaps, sizes, duplicate names.
 *
 * Returns: (transfer full): or %NULL with SF_ERROR_MODEL, or G_FILE_ERROR where the system refused.
 */
SfSafetensors *sf_safetensors_open (const char *path, GError **error);
void sf_safetensors_free (SfSafetensors *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfSafetensors, sf_safetensors_free)

/**
 * sf_safetensors_parse_header:
 * @json: the header, @len bytes, not terminated.
 * @data_size: how many bytes follow it in the file.
 * @name: what error messages call the file.
 *
 * The part of opening that looks at outside data only. What it returns has no file behind it, so
 * sf_safetensors_read() on it fails.
 */
SfSafetensors *sf_safetensors_parse_header (const char *json, gsize len, guint64 data_size,
                                            const char *name, GError **error);

/* In the file's order of names. */
guint sf_safetensors_n_tensors (SfSafetensors *self);
const SfTensorInfo *sf_safetensors_nth (SfSafetensors *self, guint i);
/* Returns: (nullable): */
const SfTensorInfo *sf_safetensors_lookup (SfSafetensors *self, const char *name);

/**
 * sf_safetensors_read:
 * @info: one of this file's.
 * @dst: (out): its @size bytes, as they are stored.
 *
 * Fails, and leaves @dst undefined, when reading fails, or when the file's size or time of change
 * is no longer what it was at opening.
 */
gboolean sf_safetensors_read (SfSafetensors *self, const SfTensorInfo *info, void *dst,
                              GError **error);

G_END_DECLS
