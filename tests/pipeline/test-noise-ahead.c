/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/noise-ahead.h"

#define CHANNELS 3
#define PLANE 35
#define DRAWS 5

/* Draw after draw as without a thread, channels last. */
static void
test_same (void)
{
  g_autoptr (SfNoise) plain = sf_noise_new (SF_NOISE_GPU, 7);
  g_autoptr (SfNoiseAhead) ahead
      = sf_noise_ahead_new (sf_noise_new (SF_NOISE_GPU, 7), CHANNELS, PLANE, DRAWS);
  float want[CHANNELS * PLANE];

  for (guint i = 0; i < DRAWS; i++)
    {
      const float *got = sf_noise_ahead_take (ahead);
      sf_noise_next (plain, want, CHANNELS * PLANE);
      for (guint c = 0; c < CHANNELS; c++)
        for (guint p = 0; p < PLANE; p++)
          g_assert_cmpfloat (got[p * CHANNELS + c], ==, want[c * PLANE + p]);
    }
}

/* A picture that is cancelled leaves a draw under way. */
static void
test_left_over (void)
{
  for (guint i = 0; i < 50; i++)
    {
      g_autoptr (SfNoiseAhead) ahead
          = sf_noise_ahead_new (sf_noise_new (SF_NOISE_CPU, i), CHANNELS, 4096, DRAWS);
      if (i % 2)
        sf_noise_ahead_take (ahead);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pipeline/noise-ahead/same", test_same);
  g_test_add_func ("/pipeline/noise-ahead/left-over", test_left_over);
  return g_test_run ();
}
