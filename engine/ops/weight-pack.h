/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/convert.h"
#include "ops/weight.h"

G_BEGIN_DECLS

/**
 * SfPacking:
 * @lanes: subgroup size for the texel layout, 0 for the storage layout.
 * @gated: columns are in the order of sf_gated_row().
 *
 * The shape of a packed matrix: see ops/weight.h for the two layouts.
 */
typedef struct
{
  SfDtype dtype;
  guint out, in;
  SfTaps taps;
  guint lanes;
  gboolean gated;
} SfPacking;

/* The row of a matrix [out][in], whose second half are the gates of the first, that becomes column
 * @column: of four neighbours, which one lane owns, two are values and two their gates. */
guint sf_gated_row (guint column, guint out);

/* How many there are along K, and how many times as large as a kernel's largest value those that
 * are made of it can be. */
guint sf_taps_count (SfTaps taps);
float sf_taps_growth (SfTaps taps);

guint64 sf_packing_bytes (const SfPacking *self);

/* Fills @dst (sf_packing_bytes(), aligned to 16) from @src, [out][in][9] or [out][in]. Uses several
 * threads for a large matrix. */
void sf_packing_run (const SfPacking *self, void *dst, SfValues src);

G_END_DECLS
