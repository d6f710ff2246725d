/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A Vulkan driver that has accidents when it is told to: a program that is linked with it calls its
 * functions in place of the loader's, which they pass on to. */
typedef struct
{
  gboolean loses_device;   /* that is waited for next, for good: a new one is as before */
  guint failing_pipelines; /* that cannot be compiled from now on, for want of memory */
  guint held_pipelines;    /* that are compiled before all others wait, until it is 0 */
  gboolean refuses_cache;  /* what a file has for a pipeline cache, but not an empty one */
  guint64 memory;          /* bytes that it gives together, 0 for what there is */
  gboolean hides_memory;   /* a card's own, as one does of which the host sees nothing */
  guint64 budget; /* bytes that it says a process can have, as a card that has others too */
} SfFakeDriver;

extern SfFakeDriver sf_fake_driver;

/* Lets all pipelines be compiled again. */
void sf_fake_driver_release (void);

/* How many pipelines it was asked for. */
guint sf_fake_driver_n_pipelines (void);

/* How often it had no memory to give. */
guint sf_fake_driver_n_refused (void);

/* Bytes that it gave and did not get back, and the most that they were. */
guint64 sf_fake_driver_given (void);
guint64 sf_fake_driver_peak (void);

G_END_DECLS
