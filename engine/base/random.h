/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SfNoiseKind:
 * @SF_NOISE_GPU: what torch.randn gives on a CUDA device for the sizes of a latent: Philox 4x32-10,
 *   the seed as its key, the counter [call, 0, element, 0], Box-Muller on the first two words.
 * @SF_NOISE_CPU: what torch.randn gives on the CPU, from MT19937.
 *
 * Two ways from a seed to a picture; users know pictures by their seeds, so both are kept to the
 * last digit that matters.
 */
typedef enum
{
  SF_NOISE_GPU,
  SF_NOISE_CPU,
} SfNoiseKind;

/* A stream of standard normal numbers. One thread at a time. */
typedef struct _SfNoise SfNoise;

/**
 * sf_noise_new:
 * @seed: the picture's seed. SF_NOISE_CPU uses its lower 32 bits, as torch does.
 *
 * Each picture of a batch has a stream of its own.
 */
SfNoise *sf_noise_new (SfNoiseKind kind, guint64 seed);
void sf_noise_free (SfNoise *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfNoise, sf_noise_free)

/**
 * sf_noise_next:
 * @dst: (out): @n floats, normal with mean 0 and deviation 1.
 * @n: how many; a SF_NOISE_GPU stream counts elements in 32 bits.
 *
 * One torch.randn call of @n elements; the next call goes on in the stream. torch fills a latent
 * channel by channel, [c, h, w]: who keeps [h, w, c] transposes.
 *
 * How the numbers fall depends on @n, so two calls of 8 are not one of 16.
 */
void sf_noise_next (SfNoise *self, float *dst, gsize n);

G_END_DECLS
