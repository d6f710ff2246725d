/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sampling/schedule.h"

#include <math.h>

#include "base/error.h"

enum
{
  MAX_TRAIN_STEPS = 100000,
};

const SfScheduleParams sf_schedule_params_default = {
  .beta_start = 0.00085,
  .beta_end = 0.012,
  .n_train = 1000,
  .betas = SF_BETAS_SCALED_LINEAR,
  .prediction = SF_PREDICTION_EPSILON,
};

static gboolean
check_params (const SfScheduleParams *params, GError **error)
{
  if (params->n_train < 2 || params->n_train > MAX_TRAIN_STEPS)
    {
      g_set_error (error, SF_ERROR, SF_ERROR_MODEL,
                   "The model's noise schedule has %u steps; 2 to %d can be used.", params->n_train,
                   MAX_TRAIN_STEPS);
      return FALSE;
    }
  if (!(params->beta_start > 0 && params->beta_start <= params->beta_end && params->beta_end < 1))
    {
      g_set_error (error, SF_ERROR, SF_ERROR_MODEL,
                   "The model's noise schedule goes from beta %g to %g; "
                   "both must lie between 0 and 1, the smaller one first.",
                   params->beta_start, params->beta_end);
      return FALSE;
    }
  return TRUE;
}

static double
beta_at (const SfScheduleParams *params, guint i)
{
  double part = i / (double)(params->n_train - 1);
  double first, last, root;

  if (params->betas == SF_BETAS_LINEAR)
    return params->beta_start + (params->beta_end - params->beta_start) * part;
  first = sqrt (params->beta_start);
  last = sqrt (params->beta_end);
  root = first + (last - first) * part;
  return root * root;
}

SfNoiseSchedule *
sf_noise_schedule_new (const SfScheduleParams *params, GError **error)
{
  g_autoptr (SfNoiseSchedule) self = NULL;
  double alpha_cumprod = 1;

  if (!check_params (params, error))
    return NULL;
  self = g_new0 (SfNoiseSchedule, 1);
  self->params = *params;
  self->sigmas = g_new (double, params->n_train);
  self->log_sigmas = g_new (double, params->n_train);
  for (guint i = 0; i < params->n_train; i++)
    {
      alpha_cumprod *= 1 - beta_at (params, i);
      self->sigmas[i] = sqrt ((1 - alpha_cumprod) / alpha_cumprod);
      self->log_sigmas[i] = log (self->sigmas[i]);
    }
  if (!isfinite (self->sigmas[params->n_train - 1]))
    {
      g_set_error (error, SF_ERROR, SF_ERROR_MODEL,
                   "The model's noise schedule leaves no signal at its last step: "
                   "betas from %g to %g are too large for %u steps.",
                   params->beta_start, params->beta_end, params->n_train);
      return NULL;
    }
  return g_steal_pointer (&self);
}

void
sf_noise_schedule_free (SfNoiseSchedule *self)
{
  if (self == NULL)
    return;
  g_free (self->sigmas);
  g_free (self->log_sigmas);
  g_free (self);
}

double
sf_schedule_t_to_sigma (const SfNoiseSchedule *self, double t)
{
  guint last = self->params.n_train - 1;
  double clamped = CLAMP (t, 0, last);
  guint low = MIN ((guint)clamped, last - 1);
  double part = clamped - low;

  return exp ((1 - part) * self->log_sigmas[low] + part * self->log_sigmas[low + 1]);
}

/* Returns: the last step whose level is at or below log_sigma, but never the very last one. */
static guint
step_below (const SfNoiseSchedule *self, double log_sigma)
{
  guint low = 0, high = self->params.n_train - 1;

  while (high - low > 1)
    {
      guint middle = low + (high - low) / 2;

      if (self->log_sigmas[middle] <= log_sigma)
        low = middle;
      else
        high = middle;
    }
  return low;
}

double
sf_schedule_sigma_to_t (const SfNoiseSchedule *self, double sigma)
{
  double log_sigma = log (sigma);
  guint low = step_below (self, log_sigma);
  double below = self->log_sigmas[low], above = self->log_sigmas[low + 1];
  double part = (log_sigma - below) / (above - below);

  return low + CLAMP (part, 0, 1);
}

SfModelScaling
sf_schedule_scaling (const SfNoiseSchedule *self, double sigma)
{
  double variance = 1 + sigma * sigma;
  double c_in = 1 / sqrt (variance);

  if (self->params.prediction == SF_PREDICTION_V)
    return (SfModelScaling){ .c_in = c_in, .c_out = -sigma * c_in, .c_skip = 1 / variance };
  return (SfModelScaling){ .c_in = c_in, .c_out = -sigma, .c_skip = 1 };
}
