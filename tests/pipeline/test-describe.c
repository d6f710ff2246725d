/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sfumato.h"

#include "../files/fixture.h"

#include <string.h>

static void
assert_says (const char *text, const char *line)
{
  if (!strstr (text, line))
    g_error ("“%s” is not in:\n%s", line, text);
}

/* A U-Net and nothing else, of SD1.x by its cross attention. */
static void
test_unet_alone (Fixture *fixture, const void *data)
{
  const char *path = fixture_write_safetensors (
      fixture, "some.safetensors",
      "{\"model.diffusion_model.input_blocks.0.0.weight\":"
      "{\"dtype\":\"F16\",\"shape\":[2,4,1,1],\"data_offsets\":[0,16]},"
      "\"model.diffusion_model.out.2.weight\":"
      "{\"dtype\":\"F16\",\"shape\":[4,2,1,1],\"data_offsets\":[16,32]},"
      "\"model.diffusion_model.input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight\":"
      "{\"dtype\":\"F32\",\"shape\":[1,768],\"data_offsets\":[32,3104]},"
      "\"what\\u001b\\u009bis "
      "this\":{\"dtype\":\"I8\",\"shape\":[1],\"data_offsets\":[3104,3105]}}",
      3105);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = sf_model_describe (path, &error);

  g_assert_no_error (error);
  assert_says (text, "Model         some\n");
  assert_says (text, "Family        Stable Diffusion 1.x, text to image\n");
  assert_says (text, "Layout        single file (LDM names)\n");
  assert_says (text, "Text encoder  missing\n");
  assert_says (text, "U-Net         0.00 million parameters in 3 tensors, F32 (2 of them");
  assert_says (text, "VAE           missing\n");
  assert_says (text, "Tokenizer     the standard one\n");
  assert_says (text, "Not known     1 tensor: what??is this\n");
  assert_says (text, "Runs here     no\n              The model “some” has no text encoder");
}

static void
test_not_a_model (Fixture *fixture, const void *data)
{
  const char *path = fixture_write (fixture, "page.safetensors", "<!DOCTYPE html>", 15);
  g_autoptr (GError) error = NULL;

  g_assert_null (sf_model_describe (path, &error));
  g_assert_error (error, SF_ERROR, SF_ERROR_MODEL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/describe/unet-alone", Fixture, NULL, fixture_set_up, test_unet_alone,
              fixture_tear_down);
  g_test_add ("/describe/not-a-model", Fixture, NULL, fixture_set_up, test_not_a_model,
              fixture_tear_down);
  return g_test_run ();
}
