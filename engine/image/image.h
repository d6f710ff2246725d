/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The largest picture that is read or made: a side, and pixels in all. */
#define SF_IMAGE_MAX_SIDE 16384
#define SF_IMAGE_MAX_PIXELS (100 * 1000 * 1000)

/**
 * SfImage:
 * @width: in pixels, at least 1.
 * @height: in pixels, at least 1.
 * @channels: 3 for RGB, 4 for RGBA (alpha not premultiplied); sRGB, 8 bits a channel.
 * @stride: bytes from one row to the next, @width * @channels.
 * @pixels: rows from the top.
 *
 * A picture in memory. Whoever makes one fills it before handing it on; after that nobody writes to
 * it, so that it can be shared between threads without a lock.
 */
typedef struct
{
  guint width;
  guint height;
  guint channels;
  gsize stride;

  /* Owned */
  guint8 *pixels;
} SfImage;

/**
 * sf_image_new:
 *
 * Returns: (nullable): a picture with all bytes 0, or %NULL when a size is 0 or above the limits,
 * @channels is neither 3 nor 4, or there is no memory for it.
 */
SfImage *sf_image_new (guint width, guint height, guint channels);

SfImage *sf_image_ref (SfImage *image);
void sf_image_unref (SfImage *image);

/* The first byte of row @y. */
guint8 *sf_image_row (const SfImage *image, guint y);

/* Whether both have the same size, channels and bytes. */
gboolean sf_image_equal (const SfImage *a, const SfImage *b);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfImage, sf_image_unref)

G_END_DECLS
