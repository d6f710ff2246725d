/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sampling/sigma-schedule.h"

static const SfSigmaSchedule *const schedules[] = {
  &sf_sigma_schedule_uniform,
  &sf_sigma_schedule_karras,
  NULL,
};

const SfSigmaSchedule *const *
sf_sigma_schedules (void)
{
  return schedules;
}

const SfSigmaSchedule *
sf_sigma_schedule_find (const char *name)
{
  for (guint i = 0; schedules[i] != NULL; i++)
    if (g_ascii_strcasecmp (schedules[i]->name, name) == 0)
      return schedules[i];
  return NULL;
}
