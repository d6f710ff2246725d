/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/random.h"

#include <math.h>

#include "base/mt19937.h"
#include "base/philox.h"

/* torch's CPU generator makes this many normals at once, the cosines before the sines. */
enum
{
  BLOCK = 16,
};

struct _SfNoise
{
  SfNoiseKind kind;
  guint64 seed;

  /* SF_NOISE_GPU */
  guint32 call;

  /* SF_NOISE_CPU; the sine of a pair whose cosine was given waits in spare */
  SfMt19937 twister;
  gboolean has_spare;
  double spare;
};

SfNoise *
sf_noise_new (SfNoiseKind kind, guint64 seed)
{
  SfNoise *self = g_new0 (SfNoise, 1);

  self->kind = kind;
  self->seed = seed;
  if (kind == SF_NOISE_CPU)
    sf_mt19937_init (&self->twister, (guint32)seed);
  return self;
}

void
sf_noise_free (SfNoise *self)
{
  g_free (self);
}

/* The constants are binary32 and the arithmetic binary64, as numpy promotes them in the widely
 * copied CPU version of this generator; half a step is added so that the logarithm is finite. */
static float
box_muller (guint32 x, guint32 y)
{
  const float step = 2.3283064e-10f;
  const float angle_step = (float)(2.3283064e-10 * 6.2831855);
  double u = x * (double)step + step / 2;
  double v = y * (double)angle_step + angle_step / 2;

  return (float)(sqrt (-2.0 * log (u)) * sin (v));
}

static void
fill_gpu (SfNoise *self, float *dst, gsize n)
{
  const guint32 key[2] = { (guint32)self->seed, (guint32)(self->seed >> 32) };

  for (gsize i = 0; i < n; i++)
    {
      const guint32 counter[4] = { self->call, 0, (guint32)i, 0 };
      guint32 word[4];

      sf_philox_4x32_10 (word, counter, key);
      dst[i] = box_muller (word[0], word[1]);
    }
  self->call++;
}

static float
uniform_float (SfMt19937 *twister)
{
  return (sf_mt19937_next (twister) & 0xffffffU) * 0x1p-24f;
}

static double
uniform_double (SfMt19937 *twister)
{
  guint64 high = sf_mt19937_next (twister);
  guint64 bits = high << 32 | sf_mt19937_next (twister);

  return (bits & ((G_GUINT64_CONSTANT (1) << 53) - 1)) * 0x1p-53;
}

/* Turns BLOCK uniform numbers into normal ones in place. */
static void
normalize_block (float *block)
{
  const float two_pi = (float)(2 * G_PI);

  for (guint i = 0; i < BLOCK / 2; i++)
    {
      float radius = sqrtf (-2.0f * logf (1.0f - block[i]));
      float angle = two_pi * block[i + BLOCK / 2];

      block[i] = radius * cosf (angle);
      block[i + BLOCK / 2] = radius * sinf (angle);
    }
}

/* All uniform numbers are drawn before any becomes normal; when n is no multiple of BLOCK, the last
 * BLOCK are drawn anew, over what may already be normal. */
static void
fill_blocks (SfNoise *self, float *dst, gsize n)
{
  for (gsize i = 0; i < n; i++)
    dst[i] = uniform_float (&self->twister);
  for (gsize i = 0; i + BLOCK <= n; i += BLOCK)
    normalize_block (dst + i);
  if (n % BLOCK == 0)
    return;
  for (gsize i = n - BLOCK; i < n; i++)
    dst[i] = uniform_float (&self->twister);
  normalize_block (dst + n - BLOCK);
}

static double
next_normal (SfNoise *self)
{
  double u, v, radius;

  if (self->has_spare)
    {
      self->has_spare = FALSE;
      return self->spare;
    }
  u = uniform_double (&self->twister);
  v = uniform_double (&self->twister);
  radius = sqrt (-2.0 * log1p (-v));
  self->spare = radius * sin (2 * G_PI * u);
  self->has_spare = TRUE;
  return radius * cos (2 * G_PI * u);
}

void
sf_noise_next (SfNoise *self, float *dst, gsize n)
{
  if (self->kind == SF_NOISE_GPU)
    fill_gpu (self, dst, n);
  else if (n >= BLOCK)
    fill_blocks (self, dst, n);
  else
    for (gsize i = 0; i < n; i++)
      dst[i] = (float)next_normal (self);
}
