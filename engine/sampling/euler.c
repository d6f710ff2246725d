/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sampling/sampler-class.h"

static void
plan (SfSamplerRun *run, const double *sigmas, guint steps)
{
  for (guint i = 0; i < steps; i++)
    sf_sampler_update_euler (sf_sampler_run_append (run, i, sigmas[i]), sigmas[i], sigmas[i + 1]);
}

const SfSamplerClass sf_sampler_euler = {
  .name = "Euler",
  .automatic = &sf_sigma_schedule_uniform,
  .plan = plan,
};
