/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/random.h"

G_BEGIN_DECLS

/**
 * SfNoiseAhead:
 *
 * Noise for the latents of a picture, drawn by a thread of its own while the device computes: a
 * draw takes a millisecond at 512×512, during which a graphics card would stand still.
 */
typedef struct _SfNoiseAhead SfNoiseAhead;

/**
 * sf_noise_ahead_new:
 * @noise: (transfer full): where it comes from.
 * @channels: of the latent.
 * @plane: its height times its width.
 * @n_draws: how often sf_noise_ahead_take() will be called, at least 1. The first draw begins now.
 */
SfNoiseAhead *sf_noise_ahead_new (SfNoise *noise, guint channels, gsize plane, guint n_draws);
void sf_noise_ahead_free (SfNoiseAhead *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfNoiseAhead, sf_noise_ahead_free)

/* The next draw of unit noise: drawn in torch's order, [c, h, w], given as [h, w, c]. Valid until
 * the next call. */
const float *sf_noise_ahead_take (SfNoiseAhead *self);

G_END_DECLS
