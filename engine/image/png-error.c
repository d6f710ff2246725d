/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "image/png-private.h"

void
sf_png_on_error (png_structp png, png_const_charp message)
{
  char **kept = png_get_error_ptr (png);

  g_free (*kept);
  *kept = g_strdup (message);
  png_longjmp (png, 1);
}

void
sf_png_on_warning (png_structp png, png_const_charp message)
{
}
