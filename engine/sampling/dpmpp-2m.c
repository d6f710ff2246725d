/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "sampling/sampler-class.h"

/* The slot that keeps the estimate of the step before. */
enum
{
  OLD = 2,
};

/* The line through the last two estimates over −log σ, at the middle of the coming step, takes the
 * place of the estimate in an Euler step. */
static void
extrapolate (SfSamplerUpdate *update, double before, double sigma, double next)
{
  double weight = log (sigma / next) / (2 * log (before / sigma));
  double estimate = 1 - next / sigma;

  update->a[0][1] = (float)(estimate * (1 + weight));
  update->a[0][OLD] = (float)(-estimate * weight);
}

static void
plan (SfSamplerRun *run, const double *sigmas, guint steps)
{
  for (guint i = 0; i < steps; i++)
    {
      SfSamplerUpdate *update = sf_sampler_run_append (run, i, sigmas[i]);

      sf_sampler_update_euler (update, sigmas[i], sigmas[i + 1]);
      if (i > 0 && sigmas[i + 1] > 0)
        extrapolate (update, sigmas[i - 1], sigmas[i], sigmas[i + 1]);
      update->a[OLD][OLD] = 0;
      update->a[OLD][1] = 1;
    }
}

const SfSamplerClass sf_sampler_dpmpp_2m = {
  .name = "DPM++ 2M",
  .automatic = &sf_sigma_schedule_karras,
  .plan = plan,
};
