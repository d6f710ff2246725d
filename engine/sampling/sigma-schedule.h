/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sampling/schedule.h"

G_BEGIN_DECLS

/**
 * SfSigmaSchedule:
 * @name: as people and the settings in pictures spell it ("Karras").
 * @fill: writes @steps + 1 noise levels, falling; one before each step and one after the last.
 *
 * Which noise levels a sampler visits. To add one: a file with a constant, a line below and a line
 * in the list of sigma-schedule.c.
 */
typedef struct
{
  const char *name;
  void (*fill) (const SfNoiseSchedule *schedule, guint steps, double *sigmas);
} SfSigmaSchedule;

/* Training steps evenly spaced from the last to the first, between them along log σ, then 0:
 * stable-diffusion-webui's "Uniform", get_sigmas() of k-diffusion. diffusers' Euler classes with
 * timestep_spacing "linspace" visit the same steps but interpolate σ itself, so the two agree to
 * the digit only where the steps are whole numbers. */
extern const SfSigmaSchedule sf_sigma_schedule_uniform;
/* Karras et al. 2022, equation 5, ρ = 7, from the model's last level to its first, then 0. */
extern const SfSigmaSchedule sf_sigma_schedule_karras;

/* All of them, %NULL-terminated. */
const SfSigmaSchedule *const *sf_sigma_schedules (void);
/* Returns: (nullable): the one of that name, compared without regard to case. */
const SfSigmaSchedule *sf_sigma_schedule_find (const char *name);

G_END_DECLS
