/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Models that somebody has got wrong, or made so: one sentence each, before any weight is read. */

#include <math.h>
#include <string.h>

#include "copy.h"
#include "models/model.h"

static SfCheckpoint *
open_copy (Copy *copy)
{
  g_autoptr (GError) error = NULL;
  SfCheckpoint *checkpoint = sf_checkpoint_open (copy->folder, &error);

  g_assert_no_error (error);
  return checkpoint;
}

static void
test_plain (Copy *copy, gconstpointer data)
{
  g_autoptr (SfCheckpoint) checkpoint = open_copy (copy);
  g_autoptr (GPtrArray) problems = sf_model_find_problems (checkpoint);
  g_autoptr (GError) error = NULL;
  SfModelConfig config;

  sf_model_config_read (&config, checkpoint, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (config.text.vocab, ==, 256);
  g_assert_cmpuint (config.text.places, ==, 16);
  g_assert_cmpuint (config.unet.n_levels, ==, 2);
  g_assert_cmpuint (config.unet.heads[1], ==, 5);
  g_assert_true (config.unet.attention[0] && !config.unet.attention[1]);
  g_assert_cmpuint (config.unet.groups, ==, 8);
  g_assert_cmpuint (sf_vae_config_factor (&config.vae), ==, 4);
  g_assert_cmpfloat_with_epsilon (config.vae.scale, 0.18215, 1e-7);
  g_assert_cmpuint (problems->len, ==, 0);
}

/* --- Configurations --------------------------------------------------------------------------- */

typedef struct
{
  const char *file;
  const char *member;
  const char *value;
  const char *expected; /* a part of the sentence; NULL where it does not matter */
} Change;

#define UNET "unet/config.json"
#define TEXT "text_encoder/config.json"
#define VAE "vae/config.json"
#define SCHEDULER "scheduler/scheduler_config.json"
#define EXTRA "sfumato.json"

static const Change hostile[] = {
  { UNET, "block_out_channels", NULL, "“block_out_channels” must be a list of 1 to 8" },
  { UNET, "block_out_channels", "[]", "must be a list" },
  { UNET, "block_out_channels", "[8,8,8,8,8,8,8,8,8]", "must be a list" },
  { UNET, "block_out_channels", "[24, 1e300]", "a whole number from 1 to 8192" },
  { UNET, "block_out_channels", "[24, -40]", "a whole number" },
  { UNET, "block_out_channels", "[24, \"40\"]", "a whole number" },
  { UNET, "block_out_channels", "[24, 4000000000]", "a whole number" },
  { UNET, "block_out_channels", "[20, 40]", "20 channels, which is no multiple of 8" },
  { UNET, "block_out_channels", "[48, 24]", "fewer channels in level" },
  { UNET, "block_out_channels", "[24, 40, 40]", "one for each of “block_out_channels”" },
  { UNET, "norm_num_groups", "7", "7 groups do not divide" },
  { UNET, "norm_num_groups", "0", "a whole number" },
  { UNET, "norm_eps", "0", "epsilon" },
  { UNET, "norm_eps", "\"small\"", "must be a number" },
  { UNET, "attention_head_dim", "7", "7 attention heads do not divide" },
  { UNET, "attention_head_dim", "[3, 10]", "heads of 4 channels" },
  { UNET, "attention_head_dim", "[3]", "must be a list of 2" },
  { UNET, "layers_per_block", "100000", "a whole number from 1 to 8" },
  { UNET, "layers_per_block", "[1, 2]", "[1,2] for “layers_per_block”" },
  { UNET, "cross_attention_dim", "32", "text vectors of 32 channels" },
  { UNET, "in_channels", "8", "latents of 8 channels" },
  { UNET, "down_block_types", "[\"CrossAttnDownBlock2D\", \"AttnDownBlock2D\"]",
    "“down_block_types”" },
  { UNET, "up_block_types", "[\"UpBlock2D\", \"UpBlock2D\"]", "“up_block_types”" },
  { UNET, "up_block_types", "\"UpBlock2D\"", "list of names" },
  { UNET, "act_fn", "\"gelu\"", "\"gelu\" for “act_fn”" },
  { UNET, "class_embed_type", "\"timestep\"", "“class_embed_type”" },
  { UNET, "flip_sin_to_cos", "1", "must be true or false" },
  { TEXT, "hidden_size", "23", "23 channels" },
  { TEXT, "num_attention_heads", "5", "5 attention heads" },
  { TEXT, "hidden_act", "\"relu\"", "“hidden_act”" },
  { TEXT, "hidden_act", "[]", "must be a text" },
  { TEXT, "num_hidden_layers", "1000000", "a whole number from 1 to 64" },
  { TEXT, "vocab_size", "20", "knows 20 tokens" },
  { VAE, "block_out_channels", "[16, 24, 520]", "heads of 520 channels" },
  { VAE, "latent_channels", "16", "its VAE on 16" },
  { VAE, "scaling_factor", "0", "scaling factor of 0" },
  { VAE, "use_quant_conv", "false", "“use_quant_conv”" },
  { VAE, "down_block_types", "[1, 2, 3]", "“down_block_types”" },
  { SCHEDULER, "prediction_type", "\"sample\"", "“prediction_type”" },
  { SCHEDULER, "beta_schedule", "\"cosine\"", "“beta_schedule”" },
  { SCHEDULER, "beta_end", "3", NULL },
  { SCHEDULER, "num_train_timesteps", "1", NULL },
  { EXTRA, "latent_rgb", "[[1, 2, 3]]", "“latent_rgb”" },
  { EXTRA, "latent_rgb", "[1, 2, 3, 4]", "“latent_rgb”" },
  { EXTRA, "latent_rgb", "[[0, 0, \"x\"], [0, 0, 0], [0, 0, 0], [0, 0, 0]]", "“latent_rgb”" },
  { EXTRA, "native_size", "33", "33 for “native_size”" },
  { EXTRA, "latent_rgb_bias", "[1, 2]", "“latent_rgb_bias”" },
  { EXTRA, "default_cfg", "0", "“default_cfg”" },
  { EXTRA, "sample_prompts", "[3]", "“sample_prompts”" },
  { EXTRA, "words", "[\"a\", 3]", "“words”" },
  { EXTRA, "words", "\"a\"", "“words”" },
  { EXTRA, "default_sampler", "4", "“default_sampler” must be a text" },
};

static void
test_hostile (Copy *copy, gconstpointer data)
{
  const Change *change = data;
  g_autoptr (SfCheckpoint) checkpoint = NULL;
  g_autoptr (GPtrArray) problems = NULL;
  const char *problem;

  copy_set_member (copy, change->file, change->member, change->value);
  checkpoint = open_copy (copy);
  problems = sf_model_find_problems (checkpoint);
  g_assert_cmpuint (problems->len, ==, 1);
  problem = g_ptr_array_index (problems, 0);
  g_test_message ("%s", problem);
  if (change->expected && !strstr (problem, change->expected))
    g_error ("“%s” does not say “%s”", problem, change->expected);
  g_assert_true (g_str_has_suffix (problem, "."));
}

static void
test_variations (Copy *copy, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SfCheckpoint) checkpoint = NULL;
  SfModelConfig config;

  copy_set_member (copy, UNET, "flip_sin_to_cos", "false");
  copy_set_member (copy, UNET, "attention_head_dim", "1");
  copy_set_member (copy, UNET, "num_attention_heads", "[3, 5]");
  copy_set_member (copy, UNET, "resnet_out_scale_factor", "1");
  copy_set_member (copy, TEXT, "hidden_act", "\"gelu\"");
  copy_set_member (copy, VAE, "shift_factor", "0.25");
  copy_set_member (copy, SCHEDULER, "prediction_type", "\"v_prediction\"");
  copy_set_member (copy, SCHEDULER, "beta_schedule", "\"linear\"");
  checkpoint = open_copy (copy);
  sf_model_config_read (&config, checkpoint, &error);
  g_assert_no_error (error);
  g_assert_true (config.unet.sine_first);
  g_assert_cmpuint (config.unet.heads[0], ==, 3);
  g_assert_cmpint (config.text.activation, ==, SF_ACTIVATION_GELU);
  g_assert_cmpfloat (config.vae.shift, ==, 0.25);
  g_assert_cmpint (config.schedule.prediction, ==, SF_PREDICTION_V);
  g_assert_cmpint (config.schedule.betas, ==, SF_BETAS_LINEAR);
}

/* --- Weights ---------------------------------------------------------------------------------- */

static void
test_missing_tensor (Copy *copy, gconstpointer data)
{
  g_autoptr (SfCheckpoint) checkpoint = NULL;
  g_autoptr (GPtrArray) problems = NULL;

  copy_damage_weights (copy, SF_PART_UNET, "mid_block.resnets.1.norm2.bias", "conv_out.bias");
  copy_damage_weights (copy, SF_PART_VAE, "decoder.conv_in.weight", NULL);
  checkpoint = open_copy (copy);
  problems = sf_model_find_problems (checkpoint);
  g_assert_cmpuint (problems->len, ==, 3);
  g_assert_cmpstr (g_ptr_array_index (problems, 0), ==,
                   "The U-Net lacks the tensor “mid_block.resnets.1.norm2.bias”.");
  g_assert_cmpstr (g_ptr_array_index (problems, 1), ==,
                   "The U-Net has the tensor “conv_out.bias” with the shape [3], expected is [4].");
  g_assert_cmpstr (g_ptr_array_index (problems, 2), ==,
                   "The VAE lacks the tensor “decoder.conv_in.weight”.");
}

static void
test_missing_part (Copy *copy, gconstpointer data)
{
  g_autoptr (SfCheckpoint) checkpoint = NULL;
  g_autoptr (GPtrArray) problems = NULL;

  copy_remove (copy, "vae");
  checkpoint = open_copy (copy);
  problems = sf_model_find_problems (checkpoint);
  g_assert_cmpuint (problems->len, ==, 1);
  g_assert_nonnull (strstr (g_ptr_array_index (problems, 0), "has no VAE"));
}

/* --- From shapes ------------------------------------------------------------------------------ */

static void
assert_levels (const guint *got, const guint *expected, guint n)
{
  for (guint i = 0; i < n; i++)
    g_assert_cmpuint (got[i], ==, expected[i]);
}

static void
assert_sd15 (const SfModelConfig *config)
{
  g_assert_cmpuint (config->text.vocab, ==, 49408);
  g_assert_cmpuint (config->text.places, ==, 77);
  g_assert_cmpuint (config->text.channels, ==, 768);
  g_assert_cmpuint (config->text.inner, ==, 3072);
  g_assert_cmpuint (config->text.layers, ==, 12);
  g_assert_cmpuint (config->text.heads, ==, 12);
  g_assert_cmpuint (config->unet.n_levels, ==, 4);
  assert_levels (config->unet.channels, (guint[]){ 320, 640, 1280, 1280 }, 4);
  assert_levels (config->unet.heads, (guint[]){ 8, 8, 8, 8 }, 4);
  g_assert_true (config->unet.attention[2] && !config->unet.attention[3]);
  g_assert_cmpuint (config->unet.resnets, ==, 2);
  g_assert_cmpuint (config->unet.depth, ==, 1);
  g_assert_cmpuint (config->unet.context, ==, 768);
  g_assert_cmpuint (config->vae.n_levels, ==, 4);
  assert_levels (config->vae.channels, (guint[]){ 128, 256, 512, 512 }, 4);
  g_assert_cmpuint (config->vae.resnets, ==, 2);
  g_assert_cmpuint (config->vae.latent_channels, ==, 4);
}

/* A file of the published layout with holes for weights: nothing tells its sizes but shapes. */
static void
test_shapes (Copy *copy, gconstpointer data)
{
  g_autofree char *path = g_build_filename (copy->folder, "sd15.safetensors", NULL);
  const char *argv[] = { g_getenv ("MAKE_SD15"), "--empty", path, NULL };
  g_autoptr (SfCheckpoint) checkpoint = NULL;
  g_autoptr (GPtrArray) problems = NULL;
  g_autoptr (GError) error = NULL;
  SfModelConfig config;
  int status = -1;

  g_spawn_sync (NULL, (char **)argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL, NULL, &status,
                &error);
  g_assert_no_error (error);
  g_assert_cmpint (status, ==, 0);
  checkpoint = sf_checkpoint_open (path, &error);
  g_assert_no_error (error);
  sf_model_config_read (&config, checkpoint, &error);
  g_assert_no_error (error);
  assert_sd15 (&config);
  problems = sf_model_find_problems (checkpoint);
  g_assert_cmpuint (problems->len, ==, 0);
}

/* --- The timestep ----------------------------------------------------------------------------- */

static void
test_time_embedding (void)
{
  SfUnetConfig config = { .n_levels = 1, .channels = { 8 } };
  float got[8];

  sf_unet_time_embedding (&config, 2.5, got);
  for (guint i = 0; i < 4; i++)
    {
      g_assert_cmpfloat_with_epsilon (got[i], cos (2.5 * pow (10, -(double)i)), 1e-6);
      g_assert_cmpfloat_with_epsilon (got[i + 4], sin (2.5 * pow (10, -(double)i)), 1e-6);
    }
  config.sine_first = TRUE;
  config.freq_shift = 1;
  sf_unet_time_embedding (&config, 2.5, got);
  g_assert_cmpfloat_with_epsilon (got[3], sin (2.5 / 10000), 1e-6);
  g_assert_cmpfloat_with_epsilon (got[4], cos (2.5), 1e-6);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/models/config/plain", Copy, NULL, copy_set_up, test_plain, copy_tear_down);
  for (guint i = 0; i < G_N_ELEMENTS (hostile); i++)
    {
      g_autofree char *path = g_strdup_printf ("/models/config/hostile/%u", i);
      g_test_add (path, Copy, &hostile[i], copy_set_up, test_hostile, copy_tear_down);
    }
  g_test_add ("/models/config/variations", Copy, NULL, copy_set_up, test_variations,
              copy_tear_down);
  g_test_add ("/models/config/missing-tensor", Copy, NULL, copy_set_up, test_missing_tensor,
              copy_tear_down);
  g_test_add ("/models/config/missing-part", Copy, NULL, copy_set_up, test_missing_part,
              copy_tear_down);
  g_test_add ("/models/config/shapes", Copy, NULL, copy_set_up, test_shapes, copy_tear_down);
  g_test_add_func ("/models/config/time-embedding", test_time_embedding);
  return g_test_run ();
}
