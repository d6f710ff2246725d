/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "sampling/sampler-class.h"

/* The noise that is added after a step from level sigma to next: the variance that remains when the
 * step goes back by the posterior of the diffusion process. */
static double
fresh_noise (double sigma, double next)
{
  return MIN (next, next * sqrt (sigma * sigma - next * next) / sigma);
}

static void
plan (SfSamplerRun *run, const double *sigmas, guint steps)
{
  for (guint i = 0; i < steps; i++)
    {
      double next = sigmas[i + 1], up = fresh_noise (sigmas[i], next);
      SfSamplerUpdate *update = sf_sampler_run_append (run, i, sigmas[i]);

      sf_sampler_update_euler (update, sigmas[i], sqrt (next * next - up * up));
      update->b[0] = (float)up;
      update->needs_noise = next > 0;
    }
}

const SfSamplerClass sf_sampler_euler_ancestral = {
  .name = "Euler a",
  .automatic = &sf_sigma_schedule_uniform,
  .plan = plan,
};
