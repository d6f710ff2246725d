/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SF_MT19937_N 624

/* The Mersenne twister MT19937: Matsumoto and Nishimura, ACM TOMACS 8 (1998). A value, no
 * ownership; one thread at a time. */
typedef struct
{
  guint32 state[SF_MT19937_N];
  guint next;
} SfMt19937;

/* Starts the stream of @seed. */
void sf_mt19937_init (SfMt19937 *self, guint32 seed);
/* Returns: the next 32 bits. */
guint32 sf_mt19937_next (SfMt19937 *self);

G_END_DECLS
