/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Noise levels of the model and of the steps. */
#include <math.h>

#include "base/error.h"
#include "fixture.h"

static void
assert_relative (double got, double expected, double tolerance)
{
  if (!(fabs (got - expected) <= tolerance * fabs (expected)))
    g_error ("%.9g is not %.9g", got, expected);
}

static SfNoiseSchedule *
default_schedule (void)
{
  g_autoptr (GError) error = NULL;
  SfNoiseSchedule *schedule = sf_noise_schedule_new (&sf_schedule_params_default, &error);

  g_assert_no_error (error);
  return schedule;
}

static void
test_range (void)
{
  g_autoptr (SfNoiseSchedule) schedule = default_schedule ();

  assert_relative (schedule->sigmas[0], 0.0291672, 1e-5);
  assert_relative (schedule->sigmas[999], 14.6146412, 1e-5);
}

static void
check_levels (JsonObject *levels)
{
  JsonArray *sigmas = json_object_get_array_member (levels, "sigmas");
  guint stride = json_object_get_int_member (levels, "stride");
  const char *kind = json_object_get_string_member (levels, "kind");
  SfScheduleParams params = {
    .beta_start = json_object_get_double_member (levels, "beta_start"),
    .beta_end = json_object_get_double_member (levels, "beta_end"),
    .n_train = 1000,
    .betas = g_str_equal (kind, "linear") ? SF_BETAS_LINEAR : SF_BETAS_SCALED_LINEAR,
  };
  g_autoptr (SfNoiseSchedule) schedule = sf_noise_schedule_new (&params, NULL);

  for (guint i = 0; i < json_array_get_length (sigmas); i++)
    assert_relative (schedule->sigmas[i * stride], json_array_get_double_element (sigmas, i),
                     1.5e-4);
}

static void
test_levels (void)
{
  g_autoptr (JsonParser) parser = fixture_load ();
  JsonArray *levels = json_object_get_array_member (fixture_root (parser), "levels");

  g_assert_cmpuint (json_array_get_length (levels), ==, 2);
  for (guint i = 0; i < json_array_get_length (levels); i++)
    check_levels (json_array_get_object_element (levels, i));
}

static void
test_timesteps (void)
{
  g_autoptr (SfNoiseSchedule) schedule = default_schedule ();

  for (guint t = 0; t < 1000; t++)
    {
      g_assert_cmpfloat (sf_schedule_sigma_to_t (schedule, schedule->sigmas[t]), ==, t);
      assert_relative (sf_schedule_t_to_sigma (schedule, t), schedule->sigmas[t], 1e-12);
    }
  assert_relative (sf_schedule_t_to_sigma (schedule, 500.5),
                   sqrt (schedule->sigmas[500] * schedule->sigmas[501]), 1e-12);
  assert_relative (sf_schedule_sigma_to_t (schedule, sf_schedule_t_to_sigma (schedule, 123.25)),
                   123.25, 1e-12);
  g_assert_cmpfloat (sf_schedule_sigma_to_t (schedule, 1e-9), ==, 0);
  g_assert_cmpfloat (sf_schedule_sigma_to_t (schedule, 1e9), ==, 999);
  assert_relative (sf_schedule_t_to_sigma (schedule, -1), schedule->sigmas[0], 1e-12);
  assert_relative (sf_schedule_t_to_sigma (schedule, 1e9), schedule->sigmas[999], 1e-12);
}

/* All the levels of each schedule, the last included, against diffusers. */
static void
test_sigma_schedules (void)
{
  g_autoptr (JsonParser) parser = fixture_load ();
  g_autoptr (SfNoiseSchedule) schedule = default_schedule ();
  JsonArray *cases = json_object_get_array_member (fixture_root (parser), "cases");

  for (guint i = 0; i < json_array_get_length (cases); i++)
    {
      JsonObject *fixture_case = json_array_get_object_element (cases, i);
      JsonArray *expected = json_object_get_array_member (fixture_case, "sigmas");
      const char *name = json_object_get_string_member (fixture_case, "schedule");
      guint steps = json_object_get_int_member (fixture_case, "steps");
      g_autofree double *sigmas = g_new (double, steps + 1);

      if (g_str_equal (json_object_get_string_member (fixture_case, "sampler"), "DDIM"))
        continue;
      sf_sigma_schedule_find (name)->fill (schedule, steps, sigmas);
      for (guint j = 0; j <= steps; j++)
        assert_relative (sigmas[j], json_array_get_double_element (expected, j), 1e-4);
      g_assert_cmpfloat (sigmas[steps], ==, 0);
    }
}

/* From k-diffusion: 5 uniform steps are t = 999, 749.25, 499.5, 249.75, 0. */
static void
test_uniform_between_steps (void)
{
  g_autoptr (SfNoiseSchedule) schedule = default_schedule ();
  double sigmas[6];

  sf_sigma_schedule_uniform.fill (schedule, 5, sigmas);
  g_assert_cmpfloat_with_epsilon (sf_schedule_sigma_to_t (schedule, sigmas[1]), 749.25, 1e-9);
  assert_relative (log (sigmas[2]), (log (schedule->sigmas[499]) + log (schedule->sigmas[500])) / 2,
                   1e-12);
}

/* The model sees unit variance, and a model that is right gives back the picture. */
static void
test_scaling (void)
{
  const double x0 = 0.7, noise = -1.3;
  const SfPrediction predictions[] = { SF_PREDICTION_EPSILON, SF_PREDICTION_V };

  for (gsize i = 0; i < G_N_ELEMENTS (predictions); i++)
    {
      SfScheduleParams params = sf_schedule_params_default;
      g_autoptr (SfNoiseSchedule) schedule = NULL;

      params.prediction = predictions[i];
      schedule = sf_noise_schedule_new (&params, NULL);
      for (double sigma = 0.03; sigma < 15; sigma *= 1.7)
        {
          SfModelScaling scaling = sf_schedule_scaling (schedule, sigma);
          double signal = 1 / sqrt (1 + sigma * sigma);
          double velocity = signal * noise - signal * sigma * x0;
          double output = predictions[i] == SF_PREDICTION_V ? velocity : noise;

          assert_relative (scaling.c_in, signal, 1e-12);
          assert_relative (scaling.c_skip * (x0 + sigma * noise) + scaling.c_out * output, x0,
                           1e-10);
        }
    }
}

static void
test_bad_params (void)
{
  const SfScheduleParams bad[] = {
    { .beta_start = 0.1, .beta_end = 0.2, .n_train = 0 },
    { .beta_start = 0.1, .beta_end = 0.2, .n_train = 1 },
    { .beta_start = 0.1, .beta_end = 0.2, .n_train = G_MAXUINT },
    { .beta_start = 0, .beta_end = 0.2, .n_train = 1000 },
    { .beta_start = -1, .beta_end = 0.2, .n_train = 1000 },
    { .beta_start = 0.3, .beta_end = 0.2, .n_train = 1000 },
    { .beta_start = 0.1, .beta_end = 1, .n_train = 1000 },
    { .beta_start = (double)NAN, .beta_end = 0.2, .n_train = 1000 },
    { .beta_start = 0.1, .beta_end = (double)INFINITY, .n_train = 1000 },
    { .beta_start = 0.9, .beta_end = 0.99, .n_train = 1000 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (sf_noise_schedule_new (&bad[i], &error));
      g_assert_error (error, SF_ERROR, SF_ERROR_MODEL);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/schedule/range", test_range);
  g_test_add_func ("/schedule/levels", test_levels);
  g_test_add_func ("/schedule/timesteps", test_timesteps);
  g_test_add_func ("/schedule/sigma-schedules", test_sigma_schedules);
  g_test_add_func ("/schedule/uniform-between-steps", test_uniform_between_steps);
  g_test_add_func ("/schedule/scaling", test_scaling);
  g_test_add_func ("/schedule/bad-params", test_bad_params);
  return g_test_run ();
}
