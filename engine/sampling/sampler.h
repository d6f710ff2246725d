/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sampling/schedule.h"
#include "sampling/sigma-schedule.h"

G_BEGIN_DECLS

/**
 * Samplers as plans. What a sampler does depends on the noise levels alone, never on the picture,
 * so the whole of it is worked out before the first step: which evaluations to make, and what to do
 * with the latents after each. The device keeps SF_SAMPLER_SLOTS latents:
 *
 *   slot 0     x, in the coordinates of SfNoiseSchedule
 *   slot 1     the denoised estimate of the evaluation just made, at (slot 0, σ)
 *   slots 2…5  the sampler's memory
 *
 * |[<!-- language="C" -->
 *   slot[0] = noise · sf_sampler_run_init_scale (run); all others 0;
 *   for (i = 0; i < sf_sampler_run_n_evaluations (run); i++)
 *     {
 *       SfEvaluation e = sf_sampler_run_evaluation (run, i);
 *       SfModelScaling s = sf_schedule_scaling (schedule, e.sigma);
 *       slot[1] = s.c_skip · slot[0] + s.c_out · model (s.c_in · slot[0], e.timestep);
 *       apply (sf_sampler_run_update (run, i));
 *     }
 *   // slot[0] is the latent to decode
 * ]|
 */
#define SF_SAMPLER_SLOTS 6

/**
 * SfSamplerUpdate:
 * @a: new slot j ← Σ a[j][i]·(old slot i) + b[j]·noise, all j at once and elementwise. A row that
 * only keeps its slot is exactly that row of the identity, so it may be skipped.
 * @b: 0 throughout where @needs_noise is %FALSE.
 * @needs_noise: one fresh draw of unit noise is wanted, the same for all slots.
 */
typedef struct
{
  float a[SF_SAMPLER_SLOTS][SF_SAMPLER_SLOTS];
  float b[SF_SAMPLER_SLOTS];
  gboolean needs_noise;
} SfSamplerUpdate;

/**
 * SfEvaluation:
 * @sigma: the noise level of slot 0, above 0.
 * @timestep: what the model is told, 0 to n_train − 1 and seldom whole.
 */
typedef struct
{
  double sigma;
  double timestep;
} SfEvaluation;

/* A sampler; sampler-class.h has what one consists of. */
typedef struct _SfSamplerClass SfSamplerClass;

/* All of them, %NULL-terminated, the default first. */
const SfSamplerClass *const *sf_samplers (void);
/* Returns: (nullable): the one of that name, compared without regard to case. */
const SfSamplerClass *sf_sampler_find (const char *name);
/* As people and the settings in pictures spell it ("DPM++ 2M"). */
const char *sf_sampler_name (const SfSamplerClass *sampler);
/* Whether it goes through the levels of a schedule, rather than always through its own. */
gboolean sf_sampler_takes_schedule (const SfSamplerClass *sampler);

/* What people call the schedule that suits the sampler. */
#define SF_SCHEDULE_AUTOMATIC "Automatic"
/* Whether @name (nullable) means that: %NULL does too. */
gboolean sf_schedule_is_automatic (const char *name);

/**
 * sf_sampler_schedule:
 * @name: (nullable): a schedule's name, or "Automatic".
 *
 * Returns: (nullable): the schedule, or %NULL when there is none of that name.
 */
const SfSigmaSchedule *sf_sampler_schedule (const SfSamplerClass *sampler, const char *name);

/* One sampler's plan for one picture. Constant once made. */
typedef struct _SfSamplerRun SfSamplerRun;

/**
 * sf_sampler_run_new:
 * @sigmas: which noise levels to visit; ignored by a sampler that has its own (DDIM).
 * @steps: 1 to SF_REQUEST_MAX_STEPS, and not more than the model was trained with.
 *
 * Nothing is kept of @schedule. Errors: %SF_ERROR_ARGUMENT when @steps is out of range.
 */
SfSamplerRun *sf_sampler_run_new (const SfSamplerClass *sampler, const SfNoiseSchedule *schedule,
                                  const SfSigmaSchedule *sigmas, guint steps, GError **error);
void sf_sampler_run_free (SfSamplerRun *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfSamplerRun, sf_sampler_run_free)

/* How many evaluations of the model it takes; @i below goes up to this. */
guint sf_sampler_run_n_evaluations (const SfSamplerRun *self);
SfEvaluation sf_sampler_run_evaluation (const SfSamplerRun *self, guint i);
/* What to do with the slots after evaluation @i; belongs to @self. */
const SfSamplerUpdate *sf_sampler_run_update (const SfSamplerRun *self, guint i);
/* Which step, from 0, evaluation @i belongs to. */
guint sf_sampler_run_step_of (const SfSamplerRun *self, guint i);

/**
 * sf_sampler_run_init_scale:
 *
 * What unit noise is multiplied with to start. The k-diffusion samplers start at noise·σ, as
 * stable-diffusion-webui does and diffusers' Euler classes with "linspace" spacing; DDIM starts
 * from unit noise in its own coordinates, which is noise·√(1+σ²) in these.
 *
 * At the end nothing is left to scale: where the last noise level is not 0 (DDIM), the last update
 * includes the way back, x/√(1+σ²).
 */
double sf_sampler_run_init_scale (const SfSamplerRun *self);

G_END_DECLS
