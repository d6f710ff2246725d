/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "image/image.h"

#include <string.h>

static gboolean
size_is_sane (guint width, guint height)
{
  return width > 0 && height > 0 && width <= SF_IMAGE_MAX_SIDE && height <= SF_IMAGE_MAX_SIDE
         && (guint64)width * height <= SF_IMAGE_MAX_PIXELS;
}

SfImage *
sf_image_new (guint width, guint height, guint channels)
{
  if (!size_is_sane (width, height) || (channels != 3 && channels != 4))
    return NULL;

  gsize stride = (gsize)width * channels;
  guint8 *pixels = g_try_malloc0 (stride * height);
  if (pixels == NULL)
    return NULL;

  SfImage *image = g_atomic_rc_box_new0 (SfImage);
  *image = (SfImage){
    .width = width, .height = height, .channels = channels, .stride = stride, .pixels = pixels
  };
  return image;
}

SfImage *
sf_image_ref (SfImage *image)
{
  return g_atomic_rc_box_acquire (image);
}

static void
image_clear (gpointer data)
{
  SfImage *image = data;
  g_free (image->pixels);
}

void
sf_image_unref (SfImage *image)
{
  g_atomic_rc_box_release_full (image, image_clear);
}

guint8 *
sf_image_row (const SfImage *image, guint y)
{
  return image->pixels + y * image->stride;
}

gboolean
sf_image_equal (const SfImage *a, const SfImage *b)
{
  return a->width == b->width && a->height == b->height && a->channels == b->channels
         && memcmp (a->pixels, b->pixels, a->stride * a->height) == 0;
}
