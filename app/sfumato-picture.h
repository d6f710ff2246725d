/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "sfumato.h"

G_BEGIN_DECLS

/* A picture that was made: what the history lists. Immutable. */
#define SFUMATO_TYPE_PICTURE (sfumato_picture_get_type ())
G_DECLARE_FINAL_TYPE (SfumatoPicture, sfumato_picture, SFUMATO, PICTURE, GObject)

SfumatoPicture *sfumato_picture_new (SfResult *result);
SfResult *sfumato_picture_get_result (SfumatoPicture *self); /* (transfer none) */
GdkPaintable *sfumato_picture_get_thumbnail (SfumatoPicture *self);
const char *sfumato_picture_get_prompt (SfumatoPicture *self);

/* The prompt in a `parameters` text. (transfer full) */
char *sfumato_picture_prompt_of (const char *parameters);

/* A file name for a picture: its prompt's first words and its seed. (transfer full) */
char *sfumato_picture_suggest_name (SfResult *result);

G_END_DECLS
