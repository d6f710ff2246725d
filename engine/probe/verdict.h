/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "gpu/device.h"

G_BEGIN_DECLS

/**
 * SfVerdict:
 * @broken: whether no kernels of the device are right; all else is without meaning then.
 * @family: the kernel family to use; AUTO means the device's own choice was right.
 * @tile_loads: the quickest height of a tile, see SfCaps.
 * @paired_stores: whether lanes store for each other, see SfCaps.
 * @tiles: of products, and whether they run on matrix units.
 * @gflops: what a large product reached, in 10⁹ operations a second; 0 where it was not looked at.
 * @vector_width: bits that LP_NATIVE_VECTOR_WIDTH should say, or 0 to leave it alone.
 *
 * What a probe found out about one device, kept as a key file where caches lie (base/cache.h).
 * Found again by device, driver and processor; a new driver is probed anew.
 */
typedef struct
{
  gboolean broken;
  SfFamily family;
  guint tile_loads;
  gboolean paired_stores;
  guint vector_width;
  SfTileChoice tiles;
  double gflops;
} SfVerdict;

gboolean sf_verdict_load (const SfCaps *caps, SfVerdict *verdict);
/* @index: of the device, as it was probed. */
gboolean sf_verdict_save (const SfCaps *caps, guint index, const SfVerdict *verdict,
                          GError **error);

/**
 * SfCardVerdict:
 * @SF_CARD_UNKNOWN: not probed, or the software driver itself.
 * @SF_CARD_RIGHT: a device with right kernels, for which the software driver's vectors do not
 * matter.
 * @SF_CARD_BROKEN: one without, so that the next in the list is taken.
 */
typedef enum
{
  SF_CARD_UNKNOWN,
  SF_CARD_RIGHT,
  SF_CARD_BROKEN,
} SfCardVerdict;

/* Of the device that had this index when it was probed. Needs no Vulkan, as the next two. */
SfCardVerdict sf_verdict_of_card (guint index);

/* Whether the software driver can be told to use 512-bit vectors: it is there, and the processor
 * has them. */
gboolean sf_verdict_may_widen (void);

/* The vector width that the last probe chose on this machine for the software driver's file as it
 * is now, or 0 to leave it alone; −1 if none has looked. */
int sf_verdict_vector_width (void);

G_END_DECLS
