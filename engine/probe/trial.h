/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "gpu/device.h"

G_BEGIN_DECLS

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
 * @right: whether those that were looked at are near what is known without the device.
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
  gboolean right;
  double gflops[SF_TILE_USES];
} SfTrial;

/* Both factors of a product may be rounded to halves, by 2⁻¹² of each value on average; a network
 * of a few products adds these up. */
#define SF_TRIAL_TOLERANCE 4e-3

/* Whether all values are finite and differ by no more than @tolerance of the reference's largest.
 */
gboolean sf_trial_agrees (const SfTrial *trial, const SfTrial *reference, double tolerance);

/* Runs a trial in this process, with the driver environment that it has. */
gboolean sf_trial_run (SfTrialKind kind, const SfDeviceOptions *options, SfTrial *trial,
                       GError **error);

G_END_DECLS
