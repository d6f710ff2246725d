/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "gpu/device.h"

G_BEGIN_DECLS

/* One case of an op, run on a device: its values without padding. (transfer full) */
typedef float *(*SfTestRun) (gconstpointer job, SfDevice *device);

/* What a job should give: within @tol of @want, see sf_test_compare(). */
typedef struct
{
  const float *want;
  gsize n;
  double tol;
} SfTestResult;

/* Runs @job on a device of each tile of the storage family, and of the matrix units, that fits: all
 * are right and have the same bits. How many there were. */
guint sf_test_every_tile (SfTestRun run, gconstpointer job, const SfTestResult *result);
guint sf_test_every_matrix_tile (SfTestRun run, gconstpointer job, const SfTestResult *result);

G_END_DECLS
