/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/probe-first.h"

#include "pipeline/environment.h"
#include "pipeline/verdict.h"

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

static void
probe_in_child (guint index)
{
  g_autofree char *program = find_program ();
  g_autofree char *device = g_strdup_printf ("--device=%u", index);
  char *argv[] = { program, (char *)"probe", device, NULL };

  if (program != NULL)
    g_spawn_sync (NULL, argv, NULL, G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL, NULL,
                  NULL, NULL, NULL, NULL, NULL);
}

static gboolean
find_caps (guint index, SfCaps *caps, GError **error)
{
  g_autoptr (GPtrArray) all = sf_device_enumerate (error);

  if (all == NULL)
    return FALSE;
  if (index < all->len)
    *caps = *(const SfCaps *)g_ptr_array_index (all, index);
  return TRUE;
}

/* A quick device does in this time what a submission may hold: far below every watchdog's patience,
 * and a picture's levels are not cut into pieces that leave most of it idle. */
#define SLICE_SECONDS 0.02

/* 0 for the usual limit, which is never undercut. */
static double
slice_gflop (const SfVerdict *verdict)
{
  double gflop = verdict->gflops * SLICE_SECONDS;
  return gflop > SF_MAX_SUBMISSION_GFLOP ? gflop : 0;
}

SfDevice *
sf_probe_open_device (int index, GError **error)
{
  SfDeviceOptions options = SF_DEVICE_OPTIONS_INIT;
  SfVerdict verdict;
  SfCaps caps = { 0 };

  options.index = index;
  /* Before Vulkan is used here, since the driver reads its environment once: else this process
   * would make other pictures than the next, by other kernels that were compiled for it alone. */
  if (sf_environment_is_undecided ())
    {
      probe_in_child (MAX (index, 0));
      sf_environment_decide ();
    }
  if (!find_caps (MAX (index, 0), &caps, error))
    return NULL;
  gboolean known = sf_verdict_load (&caps, &verdict);
  if (!known)
    {
      probe_in_child (MAX (index, 0));
      known = sf_verdict_load (&caps, &verdict);
    }
  if (known)
    {
      options.family = verdict.family;
      options.tile_loads = verdict.tile_loads;
      options.paired_stores = verdict.paired_stores;
      options.tiles = verdict.tiles;
      options.max_gflop = slice_gflop (&verdict);
    }
  return sf_device_open (&options, error);
}
