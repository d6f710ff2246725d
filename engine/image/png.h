/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "image/image.h"

G_BEGIN_DECLS

/* PNG files and the settings they carry (libpng). Every function may run on any thread; errors are
 * SF_ERROR_IMAGE for the content and G_FILE_ERROR for the file system. A truncated or lying file is
 * an error, never a half-read picture. */

/**
 * sf_image_save_png:
 * @path: replaced in one step: another program sees the old file or the whole new one.
 * @parameters: (nullable): UTF-8 text for the keyword "parameters", as other programs read it:
 *   tEXt when it is Latin-1, else iTXt.
 *
 * On failure the old file, if there was one, is as it was and nothing else is left in the folder.
 */
gboolean sf_image_save_png (const SfImage *image, const char *path, const char *parameters,
                            GError **error);

/**
 * sf_image_load_png:
 * @parameters: (out) (optional) (nullable): the settings text, or %NULL if there is none.
 *
 * Reads any PNG (palette, grey, 16 bits, interlaced) into RGBA of 8 bits.
 */
SfImage *sf_image_load_png (const char *path, char **parameters, GError **error);

/**
 * sf_png_read_parameters:
 *
 * Reads only as far as the settings. Returns: (nullable): UTF-8 text from the first tEXt, zTXt or
 * iTXt chunk with the keyword "parameters"; %NULL without an error if there is none.
 */
char *sf_png_read_parameters (const char *path, GError **error);

/* The same, in memory. */
GBytes *sf_image_encode_png (const SfImage *image, const char *parameters, GError **error);
SfImage *sf_image_decode_png (GBytes *bytes, char **parameters, GError **error);
char *sf_png_decode_parameters (GBytes *bytes, GError **error);

G_END_DECLS
