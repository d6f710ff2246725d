/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pipeline/probe-trial.h"

G_BEGIN_DECLS

/**
 * SfTileTrialFunc:
 * @tiles: what the products of the trial have.
 *
 * Runs a trial of the storage family somewhere else. (transfer full) (nullable): %NULL when it
 * failed or took its process down.
 */
typedef SfTrial *(*SfTileTrialFunc) (SfTrialKind kind, const SfTileChoice *tiles, gpointer data);

/**
 * sf_probe_tiles:
 * @caps: of the device.
 * @try_tiles: called several times.
 * @choice: (out): what to use.
 * @report: what was tried, for people, is appended.
 *
 * Finds the quickest tile for products of each size. A tile that gives other bits than the device's
 * own choice is not taken, so timing never decides about bits. Matrix units do change them: they
 * are used wherever they are right, within what rounding to halves explains, however quick they
 * were just now; only which of their tiles is left to timing.
 *
 * Returns: what the best tile of large products reached, in GFLOP/s; 0 if nothing ran.
 */
double sf_probe_tiles (const SfCaps *caps, SfTileTrialFunc try_tiles, gpointer data,
                       SfTileChoice *choice, GString *report);

G_END_DECLS
