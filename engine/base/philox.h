/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * sf_philox_4x32_10:
 * @out: (out): four random words.
 * @counter: which four words of the stream.
 * @key: which stream.
 *
 * Philox 4x32 with ten rounds: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3"
 * (SC 2011). A pure function, from any thread.
 */
void sf_philox_4x32_10 (guint32 out[4], const guint32 counter[4], const guint32 key[2]);

G_END_DECLS
