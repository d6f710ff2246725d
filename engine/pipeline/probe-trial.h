/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "gpu/device.h"

G_BEGIN_DECLS

/* Each variant is tried in a process of its own: this program again, told by an environment
 * variable what to try and where to leave the outcome. */
#define SF_TRIAL_VARIABLE "SFUMATO_PROBE_TRIAL"

#define SF_TRIAL_VALUES 3080

/**
 * SfTrialKind:
 * @SF_TRIAL_SPEED: a matrix product of the size that models use, timed.
 * @SF_TRIAL_SIZES: one of each size for which a tile is chosen, timed.
 * @SF_TRIAL_STORES: a copy, timed: it is stores that it spends its time on.
 * @SF_TRIAL_NETWORK: a matrix product, a convolution, norms and attention, one after the other:
 *   every heavy kernel, none of it timed.
 */
typedef enum
{
  SF_TRIAL_SPEED,
  SF_TRIAL_SIZES,
  SF_TRIAL_STORES,
  SF_TRIAL_NETWORK,
} SfTrialKind;

/**
 * SfTrial:
 * @caps: of the device as this variant sees it: a wider vector gives it another name.
 * @values: of the numbers that came out, as many as fit, from all over.
 * @digest: of all of them: equal where all bits are.
 * @gflops: 10⁹ operations a second, of a copy bytes; 0 if nothing was timed. For each SfTileUse in
 * a trial of sizes, otherwise the first alone.
 *
 * What one kernel variant does on one device.
 */
typedef struct
{
  SfCaps caps;
  float values[SF_TRIAL_VALUES];
  guint32 digest;
  double gflops[SF_TILE_USES];
} SfTrial;

/* Whether all values are finite and differ by no more than @tolerance of the reference's largest.
 */
gboolean sf_trial_agrees (const SfTrial *trial, const SfTrial *reference, double tolerance);

/* Runs a trial in this process, with the driver environment that it has. */
gboolean sf_trial_run (SfTrialKind kind, const SfDeviceOptions *options, SfTrial *trial,
                       GError **error);

G_END_DECLS
