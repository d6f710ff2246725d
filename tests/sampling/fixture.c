/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fixture.h"

JsonParser *
fixture_load (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "samplers.json", NULL);
  g_autoptr (GError) error = NULL;
  JsonParser *parser = json_parser_new ();

  json_parser_load_from_file (parser, path, &error);
  g_assert_no_error (error);
  return parser;
}

JsonObject *
fixture_root (JsonParser *parser)
{
  return json_node_get_object (json_parser_get_root (parser));
}

SfNoiseSchedule *
fixture_schedule (JsonObject *fixture_case)
{
  SfScheduleParams params = sf_schedule_params_default;
  g_autoptr (GError) error = NULL;
  SfNoiseSchedule *schedule;

  if (g_str_equal (json_object_get_string_member (fixture_case, "prediction"), "v_prediction"))
    params.prediction = SF_PREDICTION_V;
  schedule = sf_noise_schedule_new (&params, &error);
  g_assert_no_error (error);
  return schedule;
}

SfSamplerRun *
fixture_run (JsonObject *fixture_case, const SfNoiseSchedule *schedule)
{
  const char *name = json_object_get_string_member (fixture_case, "sampler");
  const SfSamplerClass *sampler = sf_sampler_find (name);
  const SfSigmaSchedule *sigmas;
  g_autoptr (GError) error = NULL;
  SfSamplerRun *run;

  g_assert_nonnull (sampler);
  g_assert_cmpstr (sf_sampler_name (sampler), ==, name);
  sigmas = sf_sampler_schedule (sampler, json_object_get_string_member (fixture_case, "schedule"));
  g_assert_nonnull (sigmas);
  run = sf_sampler_run_new (sampler, schedule, sigmas,
                            json_object_get_int_member (fixture_case, "steps"), &error);
  g_assert_no_error (error);
  return run;
}
