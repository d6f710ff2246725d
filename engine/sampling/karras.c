/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "sampling/sigma-schedule.h"

static const double rho = 7;

static void
fill (const SfNoiseSchedule *schedule, guint steps, double *sigmas)
{
  double from = pow (schedule->sigmas[schedule->params.n_train - 1], 1 / rho);
  double to = pow (schedule->sigmas[0], 1 / rho);

  for (guint i = 0; i < steps; i++)
    sigmas[i] = pow (from + (steps == 1 ? 0 : (to - from) * i / (steps - 1)), rho);
  sigmas[steps] = 0;
}

const SfSigmaSchedule sf_sigma_schedule_karras = {
  .name = "Karras",
  .fill = fill,
};
