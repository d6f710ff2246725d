/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/pixels.h"

#include <math.h>

static guint8
to_byte (float value, guint *n_invalid)
{
  if (!isfinite (value))
    {
      (*n_invalid)++;
      return 0;
    }
  return (guint8)lrintf (CLAMP (value * 0.5f + 0.5f, 0, 1) * 255);
}

SfImage *
sf_image_from_tensor (SfTensor *rgb, guint *n_invalid)
{
  gsize row = (gsize)rgb->w * 3;
  g_autofree float *values = g_try_new (float, row * rgb->h);
  guint invalid = 0;

  if (values == NULL || !sf_tensor_read (rgb, values, NULL))
    return NULL;
  SfImage *image = sf_image_new (rgb->w, rgb->h, 3);
  if (image == NULL)
    return NULL;
  for (guint y = 0; y < rgb->h; y++)
    for (gsize i = 0; i < row; i++)
      sf_image_row (image, y)[i] = to_byte (values[y * row + i], &invalid);
  if (n_invalid != NULL)
    *n_invalid = invalid;
  return image;
}
