/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/tiles.h"

#include "gpu/tile.h"
#include "support/sf-test.h"

typedef SfDevice *(*OpenDevice) (guint number);

static guint
run_on_all (OpenDevice open, guint n_tiles, SfTestRun run, gconstpointer job,
            const SfTestResult *result)
{
  g_autofree float *first = NULL;
  gsize bytes = result->n * sizeof (float);
  guint n_ran = 0;

  for (guint number = 0; number < n_tiles; number++)
    {
      g_autoptr (SfDevice) device = open (number);
      if (device == NULL)
        continue;
      g_autofree float *got = run (job, device);
      g_autofree char *name = g_strdup_printf ("tile %u", number);
      sf_test_compare (name, got, result->want, result->n, result->tol);
      if (n_ran++ == 0)
        first = g_steal_pointer (&got);
      else
        g_assert_cmpmem (got, bytes, first, bytes);
    }
  return n_ran;
}

guint
sf_test_every_tile (SfTestRun run, gconstpointer job, const SfTestResult *result)
{
  guint n = 0;

  while (sf_tile_get (n) != NULL)
    n++;
  return run_on_all (sf_test_device_tile, n, run, job, result);
}

guint
sf_test_every_matrix_tile (SfTestRun run, gconstpointer job, const SfTestResult *result)
{
  guint n = 0;

  while (sf_matrix_tile_get (n) != NULL)
    n++;
  return run_on_all (sf_test_device_matrix, n, run, job, result);
}
