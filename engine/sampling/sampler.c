/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sampling/sampler.h"

#include <math.h>

#include "base/error.h"
#include "base/limits.h"
#include "sampling/sampler-class.h"

static const SfSamplerClass *const samplers[] = {
  &sf_sampler_dpmpp_2m, &sf_sampler_euler_ancestral, &sf_sampler_euler, &sf_sampler_ddim, NULL,
};

typedef struct
{
  guint step;
  SfEvaluation evaluation;
  SfSamplerUpdate update;
} Stage;

struct _SfSamplerRun
{
  double init_scale;

  /* Owned */
  GArray *stages;

  /* Borrowed, while the plan is made */
  const SfNoiseSchedule *schedule;
};

const SfSamplerClass *const *
sf_samplers (void)
{
  return samplers;
}

const SfSamplerClass *
sf_sampler_find (const char *name)
{
  for (guint i = 0; samplers[i] != NULL; i++)
    if (g_ascii_strcasecmp (samplers[i]->name, name) == 0)
      return samplers[i];
  return NULL;
}

const char *
sf_sampler_name (const SfSamplerClass *sampler)
{
  return sampler->name;
}

gboolean
sf_sampler_takes_schedule (const SfSamplerClass *sampler)
{
  return sampler->own_sigmas == NULL;
}

gboolean
sf_schedule_is_automatic (const char *name)
{
  return name == NULL || g_ascii_strcasecmp (name, SF_SCHEDULE_AUTOMATIC) == 0;
}

const SfSigmaSchedule *
sf_sampler_schedule (const SfSamplerClass *sampler, const char *name)
{
  if (sf_schedule_is_automatic (name))
    return sampler->automatic;
  return sf_sigma_schedule_find (name);
}

/* The way back from x0 + σ·noise to the unit variance that a decoder expects. */
static void
scale_result (SfSamplerUpdate *update, double scale)
{
  for (guint i = 0; i < SF_SAMPLER_SLOTS; i++)
    update->a[0][i] = (float)(update->a[0][i] * scale);
  update->b[0] = (float)(update->b[0] * scale);
}

static void
plan (SfSamplerRun *self, const SfSamplerClass *sampler, const SfSigmaSchedule *levels, guint steps)
{
  g_autofree double *sigmas = g_new (double, steps + 1);
  double first, last;

  levels->fill (self->schedule, steps, sigmas);
  first = sigmas[0];
  last = sigmas[steps];
  sampler->plan (self, sigmas, steps);
  self->init_scale = sampler->unit_variance_start ? sqrt (1 + first * first) : first;
  if (last > 0)
    scale_result (&g_array_index (self->stages, Stage, self->stages->len - 1).update,
                  1 / sqrt (1 + last * last));
}

SfSamplerRun *
sf_sampler_run_new (const SfSamplerClass *sampler, const SfNoiseSchedule *schedule,
                    const SfSigmaSchedule *sigmas, guint steps, GError **error)
{
  guint most = MIN (SF_REQUEST_MAX_STEPS, schedule->params.n_train);
  SfSamplerRun *self;

  if (steps < 1 || steps > most)
    {
      g_set_error (error, SF_ERROR, SF_ERROR_ARGUMENT,
                   "%u steps cannot be made; choose a number from 1 to %u.", steps, most);
      return NULL;
    }
  self = g_new0 (SfSamplerRun, 1);
  self->stages = g_array_new (FALSE, FALSE, sizeof (Stage));
  self->schedule = schedule;
  plan (self, sampler, sampler->own_sigmas != NULL ? sampler->own_sigmas : sigmas, steps);
  self->schedule = NULL;
  return self;
}

void
sf_sampler_run_free (SfSamplerRun *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->stages);
  g_free (self);
}

SfSamplerUpdate *
sf_sampler_run_append (SfSamplerRun *self, guint step, double sigma)
{
  Stage stage = {
    .step = step,
    .evaluation = { .sigma = sigma, .timestep = sf_schedule_sigma_to_t (self->schedule, sigma) },
  };

  for (guint i = 0; i < SF_SAMPLER_SLOTS; i++)
    stage.update.a[i][i] = 1;
  g_array_append_val (self->stages, stage);
  return &g_array_index (self->stages, Stage, self->stages->len - 1).update;
}

void
sf_sampler_update_euler (SfSamplerUpdate *update, double sigma, double next)
{
  update->a[0][0] = (float)(next / sigma);
  update->a[0][1] = (float)(1 - next / sigma);
}

guint
sf_sampler_run_n_evaluations (const SfSamplerRun *self)
{
  return self->stages->len;
}

SfEvaluation
sf_sampler_run_evaluation (const SfSamplerRun *self, guint i)
{
  return g_array_index (self->stages, Stage, i).evaluation;
}

const SfSamplerUpdate *
sf_sampler_run_update (const SfSamplerRun *self, guint i)
{
  return &g_array_index (self->stages, Stage, i).update;
}

guint
sf_sampler_run_step_of (const SfSamplerRun *self, guint i)
{
  return g_array_index (self->stages, Stage, i).step;
}

double
sf_sampler_run_init_scale (const SfSamplerRun *self)
{
  return self->init_scale;
}
