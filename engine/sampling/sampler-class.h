/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sampling/sampler.h"

G_BEGIN_DECLS

/**
 * SfSamplerClass:
 * @name: as people and the settings in pictures spell it.
 * @automatic: the sigma schedule that "Automatic" stands for.
 * @own_sigmas: (nullable): the levels that this sampler always visits, whatever was chosen.
 * @unit_variance_start: x starts as noise·√(1+σ²), which the model sees as unit noise, not as
 * noise·σ.
 * @plan: appends the evaluations and their updates; @sigmas has @steps + 1 levels.
 *
 * To add a sampler: a file with a constant, a line below and a line in the list of sampler.c.
 */
struct _SfSamplerClass
{
  const char *name;
  const SfSigmaSchedule *automatic;
  const SfSigmaSchedule *own_sigmas;
  gboolean unit_variance_start;
  void (*plan) (SfSamplerRun *run, const double *sigmas, guint steps);
};

/* Algorithm 2 of Karras et al. 2022 without churn and without the correction. */
extern const SfSamplerClass sf_sampler_euler;
/* Euler to a level below the next one, then fresh noise up to it (k-diffusion, η = 1). */
extern const SfSamplerClass sf_sampler_euler_ancestral;
/* Song et al. 2020, η = 0, at the timesteps of diffusers' DDIMScheduler: ddim.c says why. */
extern const SfSamplerClass sf_sampler_ddim;
/* Lu et al. 2022, DPM-Solver++ of second order, multistep, as k-diffusion writes it. */
extern const SfSamplerClass sf_sampler_dpmpp_2m;

/**
 * sf_sampler_run_append:
 *
 * Plans an evaluation at noise level @sigma as part of step @step. Returns: its update, the
 * identity so far, for the caller to fill in before the next one is appended.
 */
SfSamplerUpdate *sf_sampler_run_append (SfSamplerRun *run, guint step, double sigma);

/* Moves x along the straight line through the estimate, from level @sigma to @next:
 * x ← denoised + (next/sigma)·(x − denoised). */
void sf_sampler_update_euler (SfSamplerUpdate *update, double sigma, double next);

G_END_DECLS
