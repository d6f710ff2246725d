/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/config-private.h"

#include <string.h>

/* Beyond these no model goes. */
#define MAX_LAYERS 64
#define MAX_RESNETS 8
#define MAX_VOCAB (1 << 20)
#define MAX_PLACES 4096
#define MAX_STEPS 100000

static const SfConfigUsual unet_usual[] = {
  { "act_fn", "\"silu\"" },
  { "mid_block_type", "\"UNetMidBlock2DCrossAttn\"" },
  { "resnet_time_scale_shift", "\"default\"" },
  { "time_embedding_type", "\"positional\"" },
  { "attention_type", "\"default\"" },
  { "center_input_sample", "false" },
  { "only_cross_attention", "false" },
  { "dual_cross_attention", "false" },
  { "resnet_skip_time_act", "false" },
  { "class_embeddings_concat", "false" },
  { "conv_in_kernel", "3" },
  { "conv_out_kernel", "3" },
  { "downsample_padding", "1" },
  { "mid_block_scale_factor", "1" },
  { "resnet_out_scale_factor", "1" },
  { "class_embed_type", "null" },
  { "addition_embed_type", "null" },
  { "encoder_hid_dim", "null" },
  { "encoder_hid_dim_type", "null" },
  { "num_class_embeds", "null" },
  { "time_cond_proj_dim", "null" },
  { "time_embedding_dim", "null" },
  { "time_embedding_act_fn", "null" },
  { "timestep_post_act", "null" },
  { "cross_attention_norm", "null" },
  { "reverse_transformer_layers_per_block", "null" },
};

static const SfConfigUsual vae_usual[] = {
  { "act_fn", "\"silu\"" },          { "use_quant_conv", "true" },
  { "use_post_quant_conv", "true" }, { "mid_block_add_attention", "true" },
  { "latents_mean", "null" },        { "latents_std", "null" },
};

static const SfConfigUsual schedule_usual[] = {
  { "trained_betas", "null" },
  { "rescale_betas_zero_snr", "false" },
};

/* --- Text encoder ----------------------------------------------------------------------------- */

static SfActivation
read_activation (SfConfigJson *json)
{
  const char *name = sf_config_string (json, "hidden_act", "quick_gelu");

  if (strcmp (name, "quick_gelu") != 0 && strcmp (name, "gelu") != 0)
    sf_config_refuse (json, "hidden_act");
  return strcmp (name, "gelu") == 0 ? SF_ACTIVATION_GELU : SF_ACTIVATION_QUICK_GELU;
}

void
sf_clip_text_config_from_json (SfClipTextConfig *config, SfConfigJson *json)
{
  /* Where a member is absent, transformers' CLIPTextConfig has these. */
  config->vocab = sf_config_uint (json, "vocab_size", 49408, MAX_VOCAB);
  config->places = sf_config_uint (json, "max_position_embeddings", 77, MAX_PLACES);
  config->channels = sf_config_uint (json, "hidden_size", 512, SF_MAX_CHANNELS);
  config->inner = sf_config_uint (json, "intermediate_size", 2048, 4 * SF_MAX_CHANNELS);
  config->layers = sf_config_uint (json, "num_hidden_layers", 12, MAX_LAYERS);
  config->heads = sf_config_uint (json, "num_attention_heads", 8, SF_MAX_CHANNELS);
  config->eps = sf_config_double (json, "layer_norm_eps", 1e-5);
  config->activation = read_activation (json);
}

/* --- U-Net ------------------------------------------------------------------------------------ */

static void
read_levels (SfUnetConfig *config, SfConfigJson *json)
{
  config->n_levels = sf_config_length (json, "block_out_channels", SF_MAX_LEVELS);
  sf_config_uints (json, "block_out_channels", 1, SF_MAX_CHANNELS, config->n_levels,
                   config->channels);
  for (guint i = 0; i < config->n_levels; i++)
    {
      const char *down = sf_config_nth_string (json, "down_block_types", i);
      const char *up = sf_config_nth_string (json, "up_block_types", config->n_levels - 1 - i);
      config->attention[i] = strcmp (down, "CrossAttnDownBlock2D") == 0;
      if (!config->attention[i] && strcmp (down, "DownBlock2D") != 0)
        sf_config_refuse (json, "down_block_types");
      if (strcmp (up, config->attention[i] ? "CrossAttnUpBlock2D" : "UpBlock2D") != 0)
        sf_config_refuse (json, "up_block_types");
    }
}

/* One number for the whole model, though diffusers allows a list. */
static guint
read_same (SfConfigJson *json, const char *name, guint n_levels, guint fallback, guint max)
{
  guint values[SF_MAX_LEVELS];

  sf_config_uints (json, name, fallback, max, n_levels, values);
  for (guint i = 1; i < n_levels; i++)
    if (values[i] != values[0])
      sf_config_refuse (json, name);
  return values[0];
}

void
sf_unet_config_from_json (SfUnetConfig *config, SfConfigJson *json)
{
  guint n;

  read_levels (config, json);
  n = config->n_levels;
  config->in_channels = sf_config_uint (json, "in_channels", 4, SF_MAX_LATENT_CHANNELS);
  config->out_channels = sf_config_uint (json, "out_channels", 4, SF_MAX_LATENT_CHANNELS);
  config->context = sf_config_uint (json, "cross_attention_dim", 1280, SF_MAX_CHANNELS);
  config->resnets = read_same (json, "layers_per_block", n, 2, MAX_RESNETS);
  config->depth = read_same (json, "transformer_layers_per_block", n, 1, MAX_LAYERS);
  config->groups = sf_config_uint (json, "norm_num_groups", 32, SF_MAX_CHANNELS);
  config->eps = sf_config_double (json, "norm_eps", 1e-5);
  config->sine_first = !sf_config_boolean (json, "flip_sin_to_cos", TRUE);
  config->freq_shift = sf_config_double (json, "freq_shift", 0);
  /* The number of heads, by a name that was a mistake and stayed; a later one says what it is. */
  sf_config_uints (json,
                   sf_config_has (json, "num_attention_heads") ? "num_attention_heads"
                                                               : "attention_head_dim",
                   8, SF_MAX_CHANNELS, n, config->heads);
  sf_config_check_usual (json, unet_usual, G_N_ELEMENTS (unet_usual));
}

/* --- VAE -------------------------------------------------------------------------------------- */

void
sf_vae_config_from_json (SfVaeConfig *config, SfConfigJson *json)
{
  config->n_levels = sf_config_length (json, "block_out_channels", SF_MAX_LEVELS);
  sf_config_uints (json, "block_out_channels", 1, SF_MAX_CHANNELS, config->n_levels,
                   config->channels);
  for (guint i = 0; i < config->n_levels; i++)
    {
      if (strcmp (sf_config_nth_string (json, "down_block_types", i), "DownEncoderBlock2D") != 0)
        sf_config_refuse (json, "down_block_types");
      if (strcmp (sf_config_nth_string (json, "up_block_types", i), "UpDecoderBlock2D") != 0)
        sf_config_refuse (json, "up_block_types");
    }
  config->image_channels = sf_config_uint (json, "out_channels", 3, 3);
  if (sf_config_uint (json, "in_channels", 3, 3) != config->image_channels)
    sf_config_refuse (json, "in_channels");
  config->latent_channels = sf_config_uint (json, "latent_channels", 4, SF_MAX_LATENT_CHANNELS);
  config->resnets = sf_config_uint (json, "layers_per_block", 1, MAX_RESNETS);
  config->groups = sf_config_uint (json, "norm_num_groups", 32, SF_MAX_CHANNELS);
  config->scale = sf_config_double (json, "scaling_factor", 0.18215);
  config->shift = sf_config_double (json, "shift_factor", 0);
  sf_config_check_usual (json, vae_usual, G_N_ELEMENTS (vae_usual));
}

/* --- Scheduler -------------------------------------------------------------------------------- */

void
sf_schedule_params_from_json (SfScheduleParams *params, SfConfigJson *json)
{
  const char *betas = sf_config_string (json, "beta_schedule", "scaled_linear");
  const char *prediction = sf_config_string (json, "prediction_type", "epsilon");

  params->n_train = sf_config_uint (json, "num_train_timesteps", params->n_train, MAX_STEPS);
  params->beta_start = sf_config_double (json, "beta_start", params->beta_start);
  params->beta_end = sf_config_double (json, "beta_end", params->beta_end);
  params->betas = strcmp (betas, "linear") == 0 ? SF_BETAS_LINEAR : SF_BETAS_SCALED_LINEAR;
  if (params->betas == SF_BETAS_SCALED_LINEAR && strcmp (betas, "scaled_linear") != 0)
    sf_config_refuse (json, "beta_schedule");
  params->prediction
      = strcmp (prediction, "v_prediction") == 0 ? SF_PREDICTION_V : SF_PREDICTION_EPSILON;
  if (params->prediction == SF_PREDICTION_EPSILON && strcmp (prediction, "epsilon") != 0)
    sf_config_refuse (json, "prediction_type");
  sf_config_check_usual (json, schedule_usual, G_N_ELEMENTS (schedule_usual));
}
