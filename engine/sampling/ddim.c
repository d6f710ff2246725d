/* SPDX-License-Identifier: GPL-3.0-or-later */
/* DDIM without noise is Euler's method in these coordinates: the estimate of the noise, which is
 * (x − denoised)/σ, is kept while σ falls.
 *
 * Its levels are those of diffusers' DDIMScheduler as Stable Diffusion configures it ("leading"
 * spacing, steps_offset 1, set_alpha_to_one false): t = 1 + i·⌊1000/steps⌋, and after the last step
 * the level of t = 0, not 0. Where the steps divide 1000, the original CompVis sampler does the
 * same. stable-diffusion-webui takes these timesteps too, but never evaluates at t = 1: of 20 steps
 * it makes
 * 19. Here as many are made as were asked for. */
#include "sampling/sampler-class.h"

static void
fill (const SfNoiseSchedule *schedule, guint steps, double *sigmas)
{
  guint n_train = schedule->params.n_train;
  guint stride = n_train / steps;

  for (guint i = 0; i < steps; i++)
    sigmas[i] = schedule->sigmas[MIN ((steps - 1 - i) * stride + 1, n_train - 1)];
  sigmas[steps] = schedule->sigmas[0];
}

static const SfSigmaSchedule levels = {
  .name = "DDIM",
  .fill = fill,
};

static void
plan (SfSamplerRun *run, const double *sigmas, guint steps)
{
  for (guint i = 0; i < steps; i++)
    sf_sampler_update_euler (sf_sampler_run_append (run, i, sigmas[i]), sigmas[i], sigmas[i + 1]);
}

const SfSamplerClass sf_sampler_ddim = {
  .name = "DDIM",
  .automatic = &levels,
  .own_sigmas = &levels,
  .unit_variance_start = TRUE,
  .plan = plan,
};
