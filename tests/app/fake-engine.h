/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sfumato.h"

/* An engine for the tests of the window: it paints a gradient that gets sharper with each step, in
 * a thread, and does as it is told. What it is told holds until it is told otherwise. */

/* What the engine says of its device, until fake_engine_reset(). */
void fake_engine_set_notice (const char *notice);

/* A step waits until fake_engine_release() or the cancellable: for tests that look in between. */
void fake_engine_hold (gboolean hold);
void fake_engine_step (void); /* one goes on */
void fake_engine_release (void);
/* A held step waits although it is cancelled, as a device ends what it has begun. */
void fake_engine_set_deaf (gboolean deaf);
/* How many jobs that paint are in their threads. */
guint fake_engine_n_running (void);

/* What the next job ends with, once; (transfer full). */
void fake_engine_fail_with (GError *error);
/* The model that is opened next calls itself limited. */
void fake_engine_set_limited (gboolean limited);

/* The model that is opened next says that it knows these words; NULL: it says nothing. */
void fake_engine_set_words (const char *words);

/* A copy of the last request that reached the engine, and how many did. */
SfRequest *fake_engine_last_request (void);
guint fake_engine_n_requests (void);
void fake_engine_reset (void);
