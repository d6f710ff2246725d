/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "sampling/sampler.h"

/* tests/sampling/samplers.json, which tests/reference/export_samplers.py wrote. */
JsonParser *fixture_load (void);
JsonObject *fixture_root (JsonParser *parser);
/* The schedule of Stable Diffusion with the prediction that a case names. */
SfNoiseSchedule *fixture_schedule (JsonObject *fixture_case);
SfSamplerRun *fixture_run (JsonObject *fixture_case, const SfNoiseSchedule *schedule);
