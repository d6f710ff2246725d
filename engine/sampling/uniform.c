/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sampling/sigma-schedule.h"

static void
fill (const SfNoiseSchedule *schedule, guint steps, double *sigmas)
{
  double last = schedule->params.n_train - 1;

  for (guint i = 0; i < steps; i++)
    sigmas[i]
        = sf_schedule_t_to_sigma (schedule, steps == 1 ? last : last - last * i / (steps - 1));
  sigmas[steps] = 0;
}

const SfSigmaSchedule sf_sigma_schedule_uniform = {
  .name = "Uniform",
  .fill = fill,
};
