/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every sampler's levels and trajectory against diffusers, fed with the same model outputs. */
#include <math.h>

#include "base/error.h"
#include "base/limits.h"
#include "fixture.h"

/* Numbers in a latent of the fixture. */
#define N 24
#define TOLERANCE 1e-4

typedef struct
{
  float slot[SF_SAMPLER_SLOTS][N];
} Device;

static void
read_floats (JsonArray *array, float *values)
{
  g_assert_cmpuint (json_array_get_length (array), ==, N);
  for (guint i = 0; i < N; i++)
    values[i] = (float)json_array_get_double_element (array, i);
}

static void
evaluate (Device *device, const SfNoiseSchedule *schedule, double sigma, const float *output)
{
  SfModelScaling scaling = sf_schedule_scaling (schedule, sigma);

  for (guint i = 0; i < N; i++)
    device->slot[1][i] = (float)(scaling.c_skip * device->slot[0][i] + scaling.c_out * output[i]);
}

static void
apply (Device *device, const SfSamplerUpdate *update, const float *noise)
{
  Device old = *device;

  for (guint j = 0; j < SF_SAMPLER_SLOTS; j++)
    for (guint k = 0; k < N; k++)
      {
        float sum = update->needs_noise ? update->b[j] * noise[k] : 0;

        for (guint i = 0; i < SF_SAMPLER_SLOTS; i++)
          sum += update->a[j][i] * old.slot[i][k];
        device->slot[j][k] = sum;
      }
}

static void
assert_close (const float *got, const float *expected)
{
  float largest = 0, error = 0;

  for (guint i = 0; i < N; i++)
    {
      g_assert_true (isfinite (got[i]));
      largest = MAX (largest, fabsf (expected[i]));
      error = MAX (error, fabsf (got[i] - expected[i]));
    }
  g_assert_cmpfloat (error, <=, TOLERANCE * largest);
}

static void
check_trajectory (JsonObject *root, JsonObject *fixture_case)
{
  JsonArray *outputs = json_object_get_array_member (root, "outputs");
  JsonArray *noises = json_object_get_array_member (root, "step_noise");
  JsonArray *expected = json_object_get_array_member (fixture_case, "trajectory");
  g_autoptr (SfNoiseSchedule) schedule = fixture_schedule (fixture_case);
  g_autoptr (SfSamplerRun) run = fixture_run (fixture_case, schedule);
  Device device = { 0 };

  read_floats (json_object_get_array_member (root, "noise"), device.slot[0]);
  for (guint i = 0; i < N; i++)
    device.slot[0][i] *= (float)sf_sampler_run_init_scale (run);
  g_assert_cmpuint (sf_sampler_run_n_evaluations (run), ==, json_array_get_length (expected));
  for (guint i = 0; i < sf_sampler_run_n_evaluations (run); i++)
    {
      float values[N];

      read_floats (json_array_get_array_element (outputs, i), values);
      evaluate (&device, schedule, sf_sampler_run_evaluation (run, i).sigma, values);
      read_floats (json_array_get_array_element (noises, i), values);
      apply (&device, sf_sampler_run_update (run, i), values);
      read_floats (json_array_get_array_element (expected, i), values);
      assert_close (device.slot[0], values);
    }
}

static void
check_evaluations (JsonObject *fixture_case)
{
  JsonArray *sigmas = json_object_get_array_member (fixture_case, "sigmas");
  JsonArray *timesteps = json_object_get_array_member (fixture_case, "timesteps");
  double slack = json_object_get_double_member (fixture_case, "timestep_slack");
  g_autoptr (SfNoiseSchedule) schedule = fixture_schedule (fixture_case);
  g_autoptr (SfSamplerRun) run = fixture_run (fixture_case, schedule);

  for (guint i = 0; i < sf_sampler_run_n_evaluations (run); i++)
    {
      SfEvaluation evaluation = sf_sampler_run_evaluation (run, i);
      double sigma = json_array_get_double_element (sigmas, i);

      g_assert_cmpuint (sf_sampler_run_step_of (run, i), ==, i);
      g_assert_cmpfloat_with_epsilon (evaluation.sigma, sigma, TOLERANCE * sigma);
      g_assert_cmpfloat_with_epsilon (evaluation.timestep,
                                      json_array_get_double_element (timesteps, i), slack);
    }
}

static void
for_each_case (void (*check) (JsonObject *root, JsonObject *fixture_case))
{
  g_autoptr (JsonParser) parser = fixture_load ();
  JsonObject *root = fixture_root (parser);
  JsonArray *cases = json_object_get_array_member (root, "cases");

  g_assert_cmpuint (json_array_get_length (cases), >, 10);
  for (guint i = 0; i < json_array_get_length (cases); i++)
    {
      JsonObject *fixture_case = json_array_get_object_element (cases, i);

      g_test_message ("%s, %s, %" G_GINT64_FORMAT " steps, %s",
                      json_object_get_string_member (fixture_case, "sampler"),
                      json_object_get_string_member (fixture_case, "schedule"),
                      json_object_get_int_member (fixture_case, "steps"),
                      json_object_get_string_member (fixture_case, "prediction"));
      check (root, fixture_case);
    }
}

static void
check_case_evaluations (JsonObject *root, JsonObject *fixture_case)
{
  check_evaluations (fixture_case);
}

static void
test_evaluations (void)
{
  for_each_case (check_case_evaluations);
}

static void
test_trajectories (void)
{
  for_each_case (check_trajectory);
}

/* A model that always names the same picture ends there, whatever the sampler, schedule and number
 * of steps. DDIM alone stops at a last level above 0. */
static void
check_constant_model (const SfSamplerClass *sampler, const SfSigmaSchedule *sigmas, guint steps)
{
  g_autoptr (SfNoiseSchedule) schedule = sf_noise_schedule_new (&sf_schedule_params_default, NULL);
  g_autoptr (SfSamplerRun) run = sf_sampler_run_new (sampler, schedule, sigmas, steps, NULL);
  Device device = { 0 };
  float noise[N], limit = g_str_equal (sf_sampler_name (sampler), "DDIM") ? 0.1f : 1e-4f;

  for (guint i = 0; i < N; i++)
    {
      noise[i] = i % 2 == 0 ? 1 : -1;
      device.slot[0][i] = noise[i] * (float)sf_sampler_run_init_scale (run);
    }
  for (guint i = 0; i < sf_sampler_run_n_evaluations (run); i++)
    {
      for (guint k = 0; k < N; k++)
        device.slot[1][k] = 0.5f;
      apply (&device, sf_sampler_run_update (run, i), noise);
    }
  for (guint k = 0; k < N; k++)
    g_assert_cmpfloat_with_epsilon (device.slot[0][k], 0.5f, limit);
}

static void
test_constant_model (void)
{
  const guint steps[] = { 2, 3, 7, 30, 150, 999, 1000 };
  const SfSigmaSchedule *const *sigmas = sf_sigma_schedules ();
  const SfSamplerClass *const *samplers = sf_samplers ();

  for (guint i = 0; samplers[i] != NULL; i++)
    for (guint j = 0; sigmas[j] != NULL; j++)
      for (gsize k = 0; k < G_N_ELEMENTS (steps); k++)
        {
          g_test_message ("%s, %s, %u steps", sf_sampler_name (samplers[i]), sigmas[j]->name,
                          steps[k]);
          check_constant_model (samplers[i], sigmas[j], steps[k]);
        }
}

/* One step goes to the estimate at once, but for DDIM, whose only level is then its lowest. */
static void
test_one_step (void)
{
  check_constant_model (sf_sampler_find ("Euler"), &sf_sigma_schedule_uniform, 1);
  check_constant_model (sf_sampler_find ("Euler a"), &sf_sigma_schedule_karras, 1);
  check_constant_model (sf_sampler_find ("DPM++ 2M"), &sf_sigma_schedule_karras, 1);
}

static void
test_automatic (void)
{
  const SfSamplerClass *dpmpp_2m = sf_sampler_find ("dpm++ 2m");
  const SfSamplerClass *euler_ancestral = sf_sampler_find ("Euler a");

  g_assert_true (sf_sampler_schedule (dpmpp_2m, "Automatic") == &sf_sigma_schedule_karras);
  g_assert_true (sf_sampler_schedule (dpmpp_2m, NULL) == &sf_sigma_schedule_karras);
  g_assert_true (sf_sampler_schedule (dpmpp_2m, "uniform") == &sf_sigma_schedule_uniform);
  g_assert_true (sf_sampler_schedule (euler_ancestral, "automatic") == &sf_sigma_schedule_uniform);
  g_assert_null (sf_sampler_schedule (dpmpp_2m, "Sideways"));
  g_assert_null (sf_sampler_find ("Sideways"));
}

static void
test_bad_steps (void)
{
  const guint steps[] = { 0, SF_REQUEST_MAX_STEPS + 1, G_MAXUINT };
  g_autoptr (SfNoiseSchedule) schedule = sf_noise_schedule_new (&sf_schedule_params_default, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (sf_sampler_run_new (sf_samplers ()[0], schedule, &sf_sigma_schedule_uniform,
                                         steps[i], &error));
      g_assert_error (error, SF_ERROR, SF_ERROR_ARGUMENT);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/samplers/evaluations", test_evaluations);
  g_test_add_func ("/samplers/trajectories", test_trajectories);
  g_test_add_func ("/samplers/constant-model", test_constant_model);
  g_test_add_func ("/samplers/one-step", test_one_step);
  g_test_add_func ("/samplers/automatic", test_automatic);
  g_test_add_func ("/samplers/bad-steps", test_bad_steps);
  return g_test_run ();
}
