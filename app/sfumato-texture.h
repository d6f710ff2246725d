/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "image/image.h"

G_BEGIN_DECLS

/* A texture over the pixels of @image, which it keeps alive; nothing is copied. */
GdkTexture *sfumato_texture_new (SfImage *image);

G_END_DECLS
