/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "files/checkpoint.h"

G_BEGIN_DECLS

/**
 * SfReadAhead:
 *
 * A thread that reads tensors of a checkpoint, in an order that is known beforehand, into a ring of
 * bounded size while others are packed: disk and processor work at the same time.
 */
typedef struct _SfReadAhead SfReadAhead;

/**
 * sf_read_ahead_new:
 * @checkpoint: outlives it, and is read by nobody else meanwhile.
 * @order: (element-type SfTensorInfo) (transfer none): of @checkpoint; one may be there twice.
 * @ahead: bytes that may wait beside the largest tensor.
 *
 * Returns: (nullable): %NULL where there is no memory or no thread for it.
 */
SfReadAhead *sf_read_ahead_new (SfCheckpoint *checkpoint, GPtrArray *order, gsize ahead);
void sf_read_ahead_free (SfReadAhead *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfReadAhead, sf_read_ahead_free)

/* The bytes of the next tensor, which is @info: valid until the next call. %NULL with an error of
 * reading, after which there is nothing more. */
const void *sf_read_ahead_next (SfReadAhead *self, const SfTensorInfo *info, GError **error);

G_END_DECLS
