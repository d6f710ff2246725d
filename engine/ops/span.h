/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "graph/tensor.h"

G_BEGIN_DECLS

/* The bytes of a tensor that one binding can hold, whether it is read or written. */
guint64 sf_span_limit (const SfCaps *caps);

/* The same of a tensor that is only read: the texel family's reads are no storage buffers. */
guint64 sf_span_read_limit (const SfCaps *caps);

/* Whether @bytes that all have to be bound at once can be. Fails with SF_ERROR_MEMORY. */
gboolean sf_span_check (const SfCaps *caps, guint64 bytes, GError **error);

/**
 * sf_span:
 * @offset: (out): where the bytes begin, in vec4s from the beginning of the range.
 *
 * A piece of a tensor, @at bytes from its beginning (a multiple of 16), as a range that the device
 * can bind: it begins earlier where the device's alignment asks for it.
 */
SfRange sf_span (const SfCaps *caps, const SfTensor *tensor, guint64 at, guint64 bytes,
                 gint32 *offset);

/* The same for whole rows (pixels, tokens) of an activation. */
SfRange sf_span_rows (const SfCaps *caps, const SfTensor *tensor, guint64 first, guint64 n,
                      gint32 *offset);

G_END_DECLS
