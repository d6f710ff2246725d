/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "files/checkpoint.h"
#include "fixture.h"

/* Just enough of a U-Net to tell its kind. */
typedef struct
{
  const char *extra;
  int context, channels;
  SfModelFamily family;
  SfVariant variant;
  const char *says;
} Kind;

static const Kind kinds[] = {
  { "model_ema.decay", 768, 4, SF_MODEL_FAMILY_SD1, SF_VARIANT_PLAIN, NULL },
  { "model_ema.decay", 768, 9, SF_MODEL_FAMILY_SD1, SF_VARIANT_INPAINTING, "model for inpainting" },
  { "model_ema.decay", 768, 8, SF_MODEL_FAMILY_SD1, SF_VARIANT_PIX2PIX,
    "model for instruct-pix2pix" },
  { "model_ema.decay", 768, 5, SF_MODEL_FAMILY_SD1, SF_VARIANT_OTHER, "model for another use" },
  { "cond_stage_model.model.ln_final.bias", 1024, 4, SF_MODEL_FAMILY_SD2, SF_VARIANT_PLAIN,
    "is a Stable Diffusion 2.x model" },
  { "conditioner.embedders.1.model.ln_final.bias", 2048, 4, SF_MODEL_FAMILY_SDXL, SF_VARIANT_PLAIN,
    "“kind.safetensors” is a Stable Diffusion XL model, which this version cannot run; open a "
    "Stable Diffusion 1.x model." },
  { "conditioner.embedders.0.model.ln_final.bias", 1280, 4, SF_MODEL_FAMILY_SDXL_REFINER,
    SF_VARIANT_PLAIN, "is a Stable Diffusion XL refiner model" },
};

static char *
kind_header (const Kind *kind)
{
  int key = 128 * kind->context, conv = key + 8 * kind->channels;

  return g_strdup_printf (
      "{\"model.diffusion_model.input_blocks.2.1.transformer_blocks.0.attn2.to_k.weight\":"
      "{\"dtype\":\"U8\",\"shape\":[128,%d],\"data_offsets\":[0,%d]},"
      "\"model.diffusion_model.input_blocks.0.0.weight\":"
      "{\"dtype\":\"U8\",\"shape\":[8,%d,1,1],\"data_offsets\":[%d,%d]},"
      "\"model.diffusion_model.out.2.weight\":"
      "{\"dtype\":\"U8\",\"shape\":[4,8,1,1],\"data_offsets\":[%d,%d]},"
      "\"%s\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[%d,%d]}}",
      kind->context, key, kind->channels, key, conv, conv, conv + 32, kind->extra, conv + 32,
      conv + 33);
}

static void
test_kinds (Fixture *fixture, const void *data)
{
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      const Kind *kind = &kinds[i];
      g_autofree char *header = kind_header (kind);
      const char *path = fixture_write_safetensors (fixture, "kind.safetensors", header,
                                                    128 * kind->context + 8 * kind->channels + 33);
      g_autoptr (GError) error = NULL;
      g_autoptr (SfCheckpoint) checkpoint = sf_checkpoint_open (path, &error);

      g_assert_no_error (error);
      g_assert_cmpint (sf_checkpoint_family (checkpoint), ==, kind->family);
      g_assert_cmpint (sf_checkpoint_variant (checkpoint), ==, kind->variant);
      g_assert_true (sf_checkpoint_check_runnable (checkpoint, &error) == (kind->says == NULL));
      if (kind->says)
        g_assert_nonnull (strstr (error->message, kind->says));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/family/kinds", Fixture, NULL, fixture_set_up, test_kinds, fixture_tear_down);
  return g_test_run ();
}
