/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "probe/spawn.h"

G_BEGIN_DECLS

/**
 * SfTileTrialFunc:
 * @tiles: what the products of the trial have.
 * @end: (out): how it ended.
 *
 * Runs a trial of the storage family somewhere else. (transfer full) (nullable): %NULL when it
 * failed or took its process down.
 */
typedef SfTrial *(*SfTileTrialFunc) (SfTrialKind kind, const SfTileChoice *tiles, SfTrialEnd *end,
                                     gpointer data);

/**
 * sf_probe_tiles:
 * @caps: of the device.
 * @try_tiles: called several times.
 * @choice: (out): what to use.
 * @gflops: (out): what the best tile of large products reached, in GFLOP/s.
 * @report: what was tried, for people, is appended.
 *
 * Finds the quickest tile for products of each size. A tile that gives other bits than the device's
 * own choice is not taken, so timing never decides about bits among them. Matrix units do change
 * bits: they are used where they are right, within what rounding to halves explains, and where they
 * are quicker by so much that no noise turns it round. Some drivers have matrices that they only
 * emulate, at a fraction of the speed and with kernels that take minutes to compile.
 *
 * Returns: %FALSE if the device's own choice does not run or is wrong.
 */
gboolean sf_probe_tiles (const SfCaps *caps, SfTileTrialFunc try_tiles, gpointer data,
                         SfTileChoice *choice, double *gflops, GString *report);

G_END_DECLS
