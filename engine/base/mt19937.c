/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/mt19937.h"

enum
{
  N = SF_MT19937_N,
  M = 397,
};

void
sf_mt19937_init (SfMt19937 *self, guint32 seed)
{
  guint32 *state = self->state;

  state[0] = seed;
  for (guint i = 1; i < N; i++)
    state[i] = 1812433253U * (state[i - 1] ^ (state[i - 1] >> 30)) + i;
  self->next = N;
}

static void
refill (SfMt19937 *self)
{
  guint32 *state = self->state;

  for (guint i = 0; i < N; i++)
    {
      guint32 joined = (state[i] & 0x80000000U) | (state[(i + 1) % N] & 0x7fffffffU);

      state[i] = state[(i + M) % N] ^ (joined >> 1) ^ (joined & 1 ? 0x9908b0dfU : 0);
    }
  self->next = 0;
}

guint32
sf_mt19937_next (SfMt19937 *self)
{
  guint32 y;

  if (self->next == N)
    refill (self);
  y = self->state[self->next++];
  y ^= y >> 11;
  y ^= (y << 7) & 0x9d2c5680U;
  y ^= (y << 15) & 0xefc60000U;
  return y ^ (y >> 18);
}
