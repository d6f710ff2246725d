/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "gpu/device.h"

G_BEGIN_DECLS

#define SF_TRIAL_VALUES 4096

/**
 * SfTrial:
 * @values: what a small fixed network gave: a matrix product, a convolution, norms, attention.
 * @gflops: speed of a matrix product of the size that models use, in 10⁹ operations a second.
 *
 * What one kernel variant does on one device.
 */
typedef struct
{
  float values[SF_TRIAL_VALUES];
  double gflops;
} SfTrial;

/* Runs the trial in this process, with the driver environment that it has. */
gboolean sf_trial_run (const SfDeviceOptions *options, SfTrial *trial, GError **error);

G_END_DECLS
