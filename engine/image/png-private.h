/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <png.h>

G_BEGIN_DECLS

/* For libpng's reader and writer, whose error pointer is a char **: it gets the message, (transfer
 * full), in place of the one before, and the work ends with a longjmp(). */
void sf_png_on_error (png_structp png, png_const_charp message);
/* Of no interest to people who open a picture. */
void sf_png_on_warning (png_structp png, png_const_charp message);

G_END_DECLS
