/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probe/first.h"

#include <gio/gio.h>
#include <unistd.h>

#include "base/error.h"
#include "probe/environment.h"
#include "probe/spawn.h"
#include "probe/verdict.h"

/* The command line program beside this one, or itself. */
static char *
find_program (void)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = self != NULL ? g_path_get_dirname (self) : g_strdup (".");
  const char *const places[] = { "sfumato-cli", "cli/sfumato-cli" };

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autofree char *path = g_build_filename (folder, places[i], NULL);
      if (g_file_test (path, G_FILE_TEST_IS_EXECUTABLE))
        return g_steal_pointer (&path);
    }
  return g_find_program_in_path ("sfumato-cli");
}

/* Who opens a device. */
typedef struct
{
  SfProbeFunc on_probe;
  gpointer data;
  GCancellable *cancellable;
} Caller;

/* FALSE if it was cancelled. That no probe could be started is no error: the device's own choice
 * does then. */
static gboolean
probe_in_child (guint index, const Caller *caller, GError **error)
{
  g_autofree char *program = find_program ();
  g_autofree char *device = g_strdup_printf ("--device=%u", index);
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);

  if (caller->on_probe != NULL)
    caller->on_probe (caller->data);
  g_subprocess_launcher_set_child_setup (launcher, sf_die_with_parent, GINT_TO_POINTER (getpid ()),
                                         NULL);
  g_autoptr (GSubprocess) child
      = program != NULL
            ? g_subprocess_launcher_spawn (launcher, NULL, program, "probe", device, NULL)
            : NULL;
  if (child == NULL || g_subprocess_wait (child, caller->cancellable, error))
    return TRUE;
  g_subprocess_force_exit (child);
  return FALSE;
}

/* A quick device does in this time what a submission may hold: far below every watchdog's patience,
 * and a picture's levels are not cut into pieces that leave most of it idle. */
#define SLICE_SECONDS 0.02

/* And a slow one no more than it does in this time: the desktop waits for it, too. */
#define MAX_SLICE_SECONDS 0.2

/* 0 for the usual limit. */
static double
slice_gflop (const SfVerdict *verdict)
{
  double usual = SF_MAX_SUBMISSION_GFLOP / 2;
  double quick = verdict->gflops * SLICE_SECONDS, slow = verdict->gflops * MAX_SLICE_SECONDS;

  if (quick > SF_MAX_SUBMISSION_GFLOP)
    return quick;
  return slow > 0 && slow < usual ? slow : 0;
}

/* @verdict: (nullable). */
static SfDevice *
open_as_found (guint index, const SfVerdict *verdict, GError **error)
{
  SfDeviceOptions options = SF_DEVICE_OPTIONS_INIT;

  options.index = index;
  if (verdict != NULL)
    {
      options.family = verdict->family;
      options.tile_loads = verdict->tile_loads;
      options.paired_stores = verdict->paired_stores;
      options.tiles = verdict->tiles;
      options.max_gflop = slice_gflop (verdict);
    }
  return sf_device_open (&options, error);
}

/* Before Vulkan is used here, since the driver reads its environment once: else this process would
 * make other pictures than the next, by other kernels that were compiled for it alone. Goes on to
 * the first device that is not known to have wrong kernels. @probed: (out): the last that was
 * probed, or −1. */
static gboolean
decide_environment (int index, int *probed, const Caller *caller, GError **error)
{
  guint i = MAX (index, 0);

  *probed = -1;
  if (!sf_environment_is_undecided (i))
    return TRUE;
  for (;; i++)
    {
      if (sf_verdict_of_card (i) != SF_CARD_BROKEN && !probe_in_child (*probed = i, caller, error))
        return FALSE;
      if (index >= 0 || sf_verdict_of_card (i) != SF_CARD_BROKEN)
        break;
    }
  sf_environment_decide ();
  return TRUE;
}

static gboolean
find_verdict (const SfCaps *caps, guint index, int probed, SfVerdict *verdict, gboolean *known,
              const Caller *caller, GError **error)
{
  *known = sf_verdict_load (caps, verdict);
  if (!*known && probed != (int)index && !probe_in_child (index, caller, error))
    return FALSE;
  *known = *known || sf_verdict_load (caps, verdict);
  return TRUE;
}

char *
sf_probe_notice (GPtrArray *all, guint first, guint used)
{
  const SfCaps *passed = g_ptr_array_index (all, first), *taken = g_ptr_array_index (all, used);

  if (used == first)
    return NULL;
  return g_strdup_printf ("%s is not used, since no kernels give right results on it; pictures are "
                          "made by %s. Update its driver, or try it again with “sfumato-cli probe "
                          "--device=%u”.",
                          passed->name, taken->name, first);
}

SfDevice *
sf_probe_open_device (int index, SfProbeFunc on_probe, gpointer data, GCancellable *cancellable,
                      char **notice, GError **error)
{
  const Caller caller = { on_probe, data, cancellable };
  guint first = MAX (index, 0);
  int probed;

  if (notice != NULL)
    *notice = NULL;
  if (!decide_environment (index, &probed, &caller, error))
    return NULL;
  g_autoptr (GPtrArray) all = sf_device_enumerate (error);
  if (all == NULL)
    return NULL;
  if (first >= all->len)
    return open_as_found (first, NULL, error);
  for (guint i = first; i < (index < 0 ? all->len : first + 1); i++)
    {
      SfVerdict verdict;
      gboolean known;
      if (!find_verdict (g_ptr_array_index (all, i), i, probed, &verdict, &known, &caller, error))
        return NULL;
      if (known && verdict.broken)
        continue;
      SfDevice *device = open_as_found (i, known ? &verdict : NULL, error);
      if (device != NULL && notice != NULL)
        *notice = sf_probe_notice (all, first, i);
      return device;
    }
  g_set_error (
      error, SF_ERROR, SF_ERROR_DEVICE,
      "No kernel variant gives right results on %s; update its driver, or try it again with "
      "“sfumato-cli probe --device=%u”.",
      ((const SfCaps *)g_ptr_array_index (all, first))->name, first);
  return NULL;
}
