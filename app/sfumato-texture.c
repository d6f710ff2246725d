/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sfumato-texture.h"

GdkTexture *
sfumato_texture_new (SfImage *image)
{
  GdkMemoryFormat format = image->channels == 4 ? GDK_MEMORY_R8G8B8A8 : GDK_MEMORY_R8G8B8;
  g_autoptr (GBytes) bytes
      = g_bytes_new_with_free_func (image->pixels, image->stride * image->height,
                                    (GDestroyNotify)sf_image_unref, sf_image_ref (image));

  return gdk_memory_texture_new (image->width, image->height, format, bytes, image->stride);
}
