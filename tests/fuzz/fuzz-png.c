/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PNG text and pixels, and the settings in the text. */
#include "fuzz.h"

#include "image/parameters.h"
#include "image/png.h"

#include <math.h>
#include <stdlib.h>

static void
require (gboolean holds)
{
  if (!holds)
    abort ();
}

static gboolean
same_double (double a, double b)
{
  return a == b || (isnan (a) && isnan (b));
}

/* What was understood of a text is kept by writing it and reading it again. */
static void
check_parameters (const char *text)
{
  g_autoptr (SfParameters) a = sf_parameters_parse (text);
  g_autofree char *built = sf_parameters_build (a);
  g_autoptr (SfParameters) b = sf_parameters_parse (built);
  g_autofree char *rebuilt = sf_parameters_build (b);

  require (g_str_equal (built, rebuilt));
  require (g_str_equal (a->prompt, b->prompt));
  require (g_str_equal (a->negative, b->negative));
  require (g_strcmp0 (a->sampler, b->sampler) == 0);
  require (g_str_equal (a->schedule, b->schedule));
  require (same_double (a->cfg, b->cfg));
  require (a->seed == b->seed);
  require (g_hash_table_size (a->extras) == g_hash_table_size (b->extras));
}

static void
check_picture (const SfImage *image, const char *parameters)
{
  g_autofree char *text = NULL;
  g_autoptr (GBytes) bytes = sf_image_encode_png (image, parameters, NULL);
  require (bytes != NULL);
  g_autoptr (SfImage) again = sf_image_decode_png (bytes, &text, NULL);
  require (again != NULL && sf_image_equal (image, again));
  require (g_strcmp0 (text, parameters) == 0);
}

/* A PNG, or else a settings text. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (data, size);
  g_autofree char *parameters = NULL;
  g_autofree char *alone = sf_png_decode_parameters (bytes, NULL);
  g_autoptr (SfImage) image = sf_image_decode_png (bytes, &parameters, NULL);

  if (image != NULL)
    check_picture (image, parameters);
  if (alone != NULL)
    check_parameters (alone);
  if (size == 0 || data[0] != 0x89)
    {
      g_autofree char *raw = g_strndup ((const char *)data, size);
      g_autofree char *text = g_utf8_make_valid (raw, -1);
      check_parameters (text);
    }
  return 0;
}
