/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Loading a model to a device, and failing to. */

#include <string.h>

#include "base/error.h"
#include "copy.h"
#include "models/model.h"
#include "support/sf-test.h"

static SfModel *
load (Copy *copy, SfLoaderProgress progress, gpointer data, GError **error)
{
  return sf_model_load (sf_test_device (SF_FAMILY_AUTO), copy->folder, SF_MODEL_ENCODER, NULL,
                        progress, data, error);
}

static void
note_progress (double fraction, gpointer data)
{
  double *last = data;

  g_assert_cmpfloat (fraction, >=, *last);
  *last = fraction;
}

static void
test_load (Copy *copy, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SfModel) model = NULL;
  double fraction = 0;

  model = load (copy, note_progress, &fraction, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (fraction, ==, 1);
  g_assert_cmpstr (model->family, ==, "Stable Diffusion 1.x");
  g_assert_cmpstr (model->dtype, ==, "F32");
  g_assert_cmpuint (model->factor, ==, 4);
  g_assert_cmpuint (model->size_multiple, ==, 8);
  g_assert_cmpuint (model->native_size, ==, 32);
  g_assert_cmpuint (model->config.text.pad, ==, sf_tokenizer_get_eos (model->tokenizer));
  g_assert_cmpuint (model->default_steps, ==, 20);
  g_assert_cmpfloat (model->latent_rgb[0][0], ==, 0.3512f);
  g_assert_cmpuint (g_strv_length (model->sample_prompts), ==, 0);
  g_assert_null (model->words);
  g_assert_true (sf_vae_has_encoder (model->vae));
}

static void
test_extra (Copy *copy, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SfModel) model = NULL;

  copy_set_member (copy, "sfumato.json", "name", "\"Trial\"");
  copy_set_member (copy, "sfumato.json", "limited", "true");
  copy_set_member (copy, "sfumato.json", "native_size", "64");
  copy_set_member (copy, "sfumato.json", "default_steps", "12");
  copy_set_member (copy, "sfumato.json", "default_cfg", "4.5");
  copy_set_member (copy, "sfumato.json", "default_sampler", "\"DDIM\"");
  copy_set_member (copy, "sfumato.json", "sample_prompts", "[\"a boat\", \"a hill\"]");
  copy_set_member (copy, "sfumato.json", "words", "[\"boat\", \"hot Air\"]");
  copy_set_member (copy, "sfumato.json", "latent_rgb",
                   "[[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 0]]");
  copy_set_member (copy, "sfumato.json", "latent_rgb_bias", "[0.5, 0.25, -1]");
  model = load (copy, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (model->name, ==, "Trial");
  g_assert_true (model->limited);
  g_assert_cmpuint (model->native_size, ==, 64);
  g_assert_cmpuint (model->default_steps, ==, 12);
  g_assert_cmpfloat (model->default_cfg, ==, 4.5);
  g_assert_cmpstr (model->default_sampler, ==, "DDIM");
  g_assert_cmpstr (model->sample_prompts[1], ==, "a hill");
  g_assert_true (g_hash_table_contains (model->words, "air"));
  g_assert_cmpuint (g_hash_table_size (model->words), ==, 3);
  g_assert_cmpfloat (model->latent_rgb[1][1], ==, 1);
  g_assert_cmpfloat (model->latent_rgb[4][2], ==, -1);
}

static void
test_decoder_only (Copy *copy, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SfModel) model = NULL;

  copy_damage_weights (copy, SF_PART_VAE, "encoder.conv_in.weight", NULL);
  model = load (copy, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_false (sf_vae_has_encoder (model->vae));
}

/* Who only paints has no use for it, and it stays on the disk and takes no memory. */
static void
test_no_encoder (Copy *copy, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  double fraction = 0;
  g_autoptr (SfModel) both = load (copy, NULL, NULL, &error);
  g_assert_no_error (error);
  g_autoptr (SfModel) model
      = sf_model_load (sf_test_device (SF_FAMILY_AUTO), copy->folder, SF_MODEL_DEFAULT, NULL,
                       note_progress, &fraction, &error);

  g_assert_no_error (error);
  g_assert_cmpfloat (fraction, ==, 1);
  g_assert_false (sf_vae_has_encoder (model->vae));
  g_assert_cmpuint (sf_weight_store_bytes (model->weights), <=,
                    sf_weight_store_bytes (both->weights));
  g_assert_cmpuint (model->weight_bytes, <, both->weight_bytes);
}

static void
test_missing_tensor (Copy *copy, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  copy_damage_weights (copy, SF_PART_UNET, "mid_block.resnets.1.norm2.bias", NULL);
  g_assert_null (load (copy, NULL, NULL, &error));
  g_assert_error (error, SF_ERROR, SF_ERROR_MODEL);
  g_assert_nonnull (strstr (error->message, "its U-Net lacks the tensor “mid_block"));
  g_assert_null (sf_model_open (copy->folder, SF_MODEL_DEFAULT, NULL));
}

static void
cancel_halfway (double fraction, gpointer data)
{
  if (fraction > 0.5)
    g_cancellable_cancel (data);
}

static void
test_cancel (Copy *copy, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_assert_null (sf_model_load (sf_test_device (SF_FAMILY_AUTO), copy->folder, SF_MODEL_DEFAULT,
                                cancellable, cancel_halfway, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/models/model/load", Copy, NULL, copy_set_up, test_load, copy_tear_down);
  g_test_add ("/models/model/extra", Copy, NULL, copy_set_up, test_extra, copy_tear_down);
  g_test_add ("/models/model/decoder-only", Copy, NULL, copy_set_up, test_decoder_only,
              copy_tear_down);
  g_test_add ("/models/model/no-encoder", Copy, NULL, copy_set_up, test_no_encoder, copy_tear_down);
  g_test_add ("/models/model/missing-tensor", Copy, NULL, copy_set_up, test_missing_tensor,
              copy_tear_down);
  g_test_add ("/models/model/cancel", Copy, NULL, copy_set_up, test_cancel, copy_tear_down);
  return sf_test_run ();
}
