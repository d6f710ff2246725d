/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SfBetaKind:
 * @SF_BETAS_SCALED_LINEAR: the square roots of the betas are evenly spaced (Stable Diffusion).
 * @SF_BETAS_LINEAR: the betas themselves are.
 *
 * As beta_schedule in a diffusers scheduler_config.json.
 */
typedef enum
{
  SF_BETAS_SCALED_LINEAR,
  SF_BETAS_LINEAR,
} SfBetaKind;

/**
 * SfPrediction:
 * @SF_PREDICTION_EPSILON: the model's output is the noise.
 * @SF_PREDICTION_V: it is the velocity, √ᾱ·noise − √(1−ᾱ)·x0.
 */
typedef enum
{
  SF_PREDICTION_EPSILON,
  SF_PREDICTION_V,
} SfPrediction;

/* What a model was trained with. */
typedef struct
{
  double beta_start;
  double beta_end;
  guint n_train;
  SfBetaKind betas;
  SfPrediction prediction;
} SfScheduleParams;

/* Stable Diffusion 1 and 2 and SDXL: betas 0.00085 to 0.012, 1000 steps, ε. */
extern const SfScheduleParams sf_schedule_params_default;

/**
 * SfNoiseSchedule:
 * @params: what it was made from.
 * @sigmas: [n_train], rising: the noise level √((1−ᾱ)/ᾱ) of each training step.
 * @log_sigmas: [n_train], their natural logarithms.
 *
 * The noise levels that a model knows. All sampling mathematics here is in the coordinates of
 * k-diffusion (Karras et al. 2022, "variance exploding"): x = x0 + σ·noise. Constant once made, so
 * any number of threads may read it.
 */
typedef struct
{
  SfScheduleParams params;

  /* Owned */
  double *sigmas;
  double *log_sigmas;
} SfNoiseSchedule;

/**
 * sf_noise_schedule_new:
 *
 * Errors: %SF_ERROR_MODEL when @params, which may come from a file, are not 2 to 100,000 steps with
 * 0 < beta_start ≤ beta_end < 1 and a last level that is finite.
 */
SfNoiseSchedule *sf_noise_schedule_new (const SfScheduleParams *params, GError **error);
void sf_noise_schedule_free (SfNoiseSchedule *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfNoiseSchedule, sf_noise_schedule_free)

/* Between training steps, log σ is linear in t, as in k-diffusion's DiscreteEpsDDPMDenoiser
 * (without quantization). What lies outside is clamped to the first or last step. */
double sf_schedule_t_to_sigma (const SfNoiseSchedule *self, double t);
double sf_schedule_sigma_to_t (const SfNoiseSchedule *self, double sigma);

/**
 * SfModelScaling:
 *
 * How a network becomes a denoiser: denoised(x, σ) = c_skip·x + c_out·model(c_in·x, t).
 */
typedef struct
{
  double c_in;
  double c_out;
  double c_skip;
} SfModelScaling;

SfModelScaling sf_schedule_scaling (const SfNoiseSchedule *self, double sigma);

G_END_DECLS
