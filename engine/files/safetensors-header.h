/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "files/safetensors.h"

G_BEGIN_DECLS

/* What a safetensors header says, checked. */
typedef struct
{
  /* Owned */
  GArray *tensors;   /* of SfTensorInfo, in the file's order */
  GHashTable *index; /* name → place in tensors + 1 */
  GStringChunk *names;
} SfHeader;

/**
 * sf_header_parse:
 * @data_size: bytes in the file after the header.
 * @file_name: for error messages.
 *
 * Refuses, with SF_ERROR_MODEL: JSON that is none, a name that comes twice, more than SF_MAX_DIMS
 * dimensions, a range outside the file or over another tensor's, a size that is not the product of
 * the dimensions and the element. Gaps between tensors and unknown element types are taken; what
 * the object `__metadata__` says is of no use here and skipped.
 */
SfHeader *sf_header_parse (const char *json, gsize len, guint64 data_size, const char *file_name,
                           GError **error);
void sf_header_free (SfHeader *header);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfHeader, sf_header_free)

/* Returns: (nullable): */
const SfTensorInfo *sf_header_lookup (SfHeader *header, const char *name);

G_END_DECLS
