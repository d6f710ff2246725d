/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "gpu/buffer.h"

G_BEGIN_DECLS

/* Which ranges were read and written since the last barrier. Barriers are derived from this, never
 * written by hand. */
typedef struct _SfHazards SfHazards;

SfHazards *sf_hazards_new (void);
void sf_hazards_free (SfHazards *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfHazards, sf_hazards_free)

/* Whether an access must wait for those noted: read after write, write after read or write. */
gboolean sf_hazards_conflict (SfHazards *self, const SfRange *range, gboolean write);
void sf_hazards_note (SfHazards *self, const SfRange *range, gboolean write);
/* After a barrier. */
void sf_hazards_clear (SfHazards *self);

G_END_DECLS
