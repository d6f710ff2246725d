/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "probe/trial.h"

G_BEGIN_DECLS

/* Each trial is run by a process of its own: this program again, told by an environment variable
 * what to try. What a driver does to that process it does not do to this one. */
#define SF_TRIAL_VARIABLE "SFUMATO_PROBE_TRIAL"

/**
 * SfTrialSetup:
 * @wide: whether lavapipe is told to use 512-bit vectors.
 *
 * What a trial is run with; see SfDeviceOptions for the rest.
 */
typedef struct
{
  SfFamily family;
  guint tile_loads;
  gboolean paired_stores;
  gboolean wide;
  SfTileChoice tiles;
} SfTrialSetup;

/**
 * SfTrialEnd:
 * @SF_TRIAL_ENDED: it ran, whatever came out.
 * @SF_TRIAL_FAILED: the driver said no, or took the process down.
 * @SF_TRIAL_HUNG: patience was at its end, and the process was killed.
 * @SF_TRIAL_UNTRIED: no process could be started, or memory was short: that says nothing of the
 * driver.
 */
typedef enum
{
  SF_TRIAL_ENDED,
  SF_TRIAL_FAILED,
  SF_TRIAL_HUNG,
  SF_TRIAL_UNTRIED,
} SfTrialEnd;

/* Runs a trial in a process of its own and waits for it. (transfer full) (nullable): %NULL unless
 * it ended. @end: (out). */
SfTrial *sf_probe_spawn (const SfTrialSetup *setup, SfTrialKind kind, int device, SfTrialEnd *end);

/* For a child between fork and exec: it is not to outlive the thread that waits for it, which is of
 * the process @parent (GINT_TO_POINTER). */
void sf_die_with_parent (gpointer parent);

/* In that process: does what the variable's value, @order, says. */
gboolean sf_probe_obey (const char *order, GError **error);

G_END_DECLS
