/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "gpu/buffer.h"
#include "gpu/kernel.h"

G_BEGIN_DECLS

/**
 * A recorder turns dispatches into command buffers that are submitted as often as wanted. It cuts
 * them into slices, none of which holds more than the device's max_gflop of work, provided that no
 * single dispatch does: heavy ops see to that with sf_recorder_band().
 */
typedef struct _SfRecorder SfRecorder;

SfRecorder *sf_recorder_new (SfDevice *device);
/* One that records nothing: whoever hands it dispatches gets their kernels, which are compiled side
 * by side meanwhile, and waits for none. */
SfRecorder *sf_recorder_new_dry (SfDevice *device);
/* @cancellable: (nullable): ends waiting for kernels while something is recorded. */
void sf_recorder_set_cancellable (SfRecorder *self, GCancellable *cancellable);
void sf_recorder_free (SfRecorder *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfRecorder, sf_recorder_free)

SfDevice *sf_recorder_device (SfRecorder *self);

/**
 * sf_recorder_dispatch:
 * @ranges: what to bind, n_reads + n_writes of the kernel's spec, in order. A range that an op does
 *   not use may be any other one: bind the output again.
 * @push: the push constants, of the spec's push_size.
 * @groups: workgroups in x, y, z.
 * @gflop: the work of this dispatch, in 10⁹ operations; below a millionth counts as that.
 */
gboolean sf_recorder_dispatch (SfRecorder *self, SfKernel *kernel, const SfRange *ranges,
                               const void *push, const guint groups[3], double gflop,
                               GError **error);

/* Everything recorded after waits for everything before: compute and transfer. */
void sf_recorder_barrier (SfRecorder *self);

/* Fills a range with a 32-bit pattern (poison). Needs barriers like a dispatch does. */
void sf_recorder_fill (SfRecorder *self, const SfRange *range, guint32 pattern);

/**
 * sf_recorder_band:
 * @rows: the op's rows in all.
 * @granule: bands are multiples of it (but for the last): the tile height, and at least 8 so that
 *   ranges stay aligned.
 * @gflop_per_row: work.
 * @bytes_per_row: of the largest bound range that follows the rows, or 0.
 *
 * Returns: how many rows one dispatch may have, so that neither the submission limit nor the
 * device's storage range is exceeded. At least @granule.
 */
guint sf_recorder_band (SfRecorder *self, guint rows, guint granule, double gflop_per_row,
                        guint64 bytes_per_row);

/* Ends recording. Nothing can be dispatched after it. */
gboolean sf_recorder_finish (SfRecorder *self, GError **error);

/* Submits all slices, in order, and waits. Between slices it looks at @cancellable; after a
 * cancel the device is idle and everything can be submitted again. */
gboolean sf_recorder_submit (SfRecorder *self, GCancellable *cancellable, GError **error);

/* For tests: how many slices there are, and the work of the largest. */
guint sf_recorder_n_slices (SfRecorder *self);
double sf_recorder_largest_slice (SfRecorder *self);

G_END_DECLS
