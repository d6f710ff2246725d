/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/config-private.h"

#include "base/error.h"

/* What sf_attention() takes: channels of a head. */
#define HEAD_MULTIPLE 8
#define MAX_HEAD 512

#define CHANNEL_MULTIPLE 8

typedef struct
{
  const char *model;
  const char *part; /* "text encoder" */
  GError *error;    /* the first problem */
} Check;

static void fail (Check *check, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
fail (Check *check, const char *format, ...)
{
  g_autofree char *problem = NULL;
  va_list args;

  if (check->error)
    return;
  va_start (args, format);
  problem = g_strdup_vprintf (format, args);
  va_end (args);
  check->error = g_error_new (SF_ERROR, SF_ERROR_MODEL, "The model “%s” cannot be used: its %s %s.",
                              check->model, check->part, problem);
}

static void
check_range (Check *check, const char *what, guint value, guint min, guint max)
{
  if (value < min || value > max)
    fail (check, "has %u %s, but only %u to %u are possible", value, what, min, max);
}

static void
check_eps (Check *check, float eps)
{
  if (!(eps > 0 && eps < 1))
    fail (check, "has norms with an epsilon of %g, which must lie between 0 and 1", eps);
}

static void
check_channels (Check *check, guint channels, guint groups)
{
  check_range (check, "channels in a level", channels, CHANNEL_MULTIPLE, SF_MAX_CHANNELS);
  if (channels % CHANNEL_MULTIPLE != 0)
    fail (check, "has a level of %u channels, which is no multiple of %u", channels,
          CHANNEL_MULTIPLE);
  else if (groups > 0 && channels % groups != 0)
    fail (check, "has a level of %u channels, which %u groups do not divide", channels, groups);
}

static void
check_heads (Check *check, guint channels, guint heads)
{
  if (heads < 1 || channels % heads != 0)
    fail (check, "has %u channels, which %u attention heads do not divide", channels, heads);
  else if (channels / heads % HEAD_MULTIPLE != 0 || channels / heads > MAX_HEAD)
    fail (check,
          "has attention heads of %u channels, but they must be a multiple of %u and at most %u",
          channels / heads, HEAD_MULTIPLE, MAX_HEAD);
}

static void
check_text (Check *check, const SfClipTextConfig *config)
{
  check->part = "text encoder";
  check_range (check, "tokens", config->vocab, 3, 1 << 20);
  check_range (check, "places", config->places, 3, 4096);
  check_range (check, "layers", config->layers, 1, 64);
  check_range (check, "inner channels", config->inner, 1, 4 * SF_MAX_CHANNELS);
  check_channels (check, config->channels, 0);
  check_heads (check, config->channels, config->heads);
  check_eps (check, config->eps);
}

static void
check_unet (Check *check, const SfUnetConfig *config)
{
  check->part = "U-Net";
  check_range (check, "levels", config->n_levels, 1, SF_MAX_LEVELS);
  check_range (check, "resnets in a level", config->resnets, 1, 8);
  check_range (check, "blocks in a transformer", config->depth, 1, 64);
  check_range (check, "input channels", config->in_channels, 1, SF_MAX_LATENT_CHANNELS);
  check_range (check, "output channels", config->out_channels, 1, SF_MAX_LATENT_CHANNELS);
  check_range (check, "context channels", config->context, 1, SF_MAX_CHANNELS);
  check_range (check, "groups", config->groups, 1, SF_MAX_CHANNELS);
  check_eps (check, config->eps);
  if (!(config->freq_shift >= 0 && config->freq_shift <= 1))
    fail (check, "has a frequency shift of %g, which must lie between 0 and 1", config->freq_shift);
  for (guint i = 0; i < config->n_levels && !check->error; i++)
    {
      gboolean innermost = i + 1 == config->n_levels;
      check_channels (check, config->channels[i], config->groups);
      /* Otherwise a resnet's input, laid beside a skip, could have as many channels as its output
       * and no convolution to bring the two together. */
      if (i > 0 && config->channels[i] < config->channels[i - 1])
        fail (check, "has fewer channels in level %u than in the one before", i);
      if (config->attention[i] || innermost)
        check_heads (check, config->channels[i], config->heads[i]);
    }
}

static void
check_vae (Check *check, const SfVaeConfig *config)
{
  check->part = "VAE";
  check_range (check, "levels", config->n_levels, 1, SF_MAX_LEVELS);
  check_range (check, "resnets in a level", config->resnets, 1, 8);
  check_range (check, "image channels", config->image_channels, 3, 3);
  check_range (check, "latent channels", config->latent_channels, 1, SF_MAX_LATENT_CHANNELS);
  check_range (check, "groups", config->groups, 1, SF_MAX_CHANNELS);
  for (guint i = 0; i < config->n_levels && !check->error; i++)
    check_channels (check, config->channels[i], config->groups);
  if (!check->error)
    check_heads (check, config->channels[config->n_levels - 1], 1);
  if (!(config->scale > 1e-6f && config->scale < 1e6f))
    fail (check, "has a scaling factor of %g", config->scale);
  if (!(config->shift > -1e6f && config->shift < 1e6f))
    fail (check, "has a shift of %g", config->shift);
}

static void
check_fit (Check *check, const SfModelConfig *config)
{
  check->part = "U-Net";
  if (config->unet.context != config->text.channels)
    fail (check, "expects text vectors of %u channels, but its text encoder makes %u",
          config->unet.context, config->text.channels);
  if (config->unet.in_channels != config->vae.latent_channels
      || config->unet.out_channels != config->vae.latent_channels)
    fail (check, "works on latents of %u channels, but its VAE on %u", config->unet.in_channels,
          config->vae.latent_channels);
}

gboolean
sf_model_config_check (const SfModelConfig *config, const char *name, GError **error)
{
  Check check = { .model = name };

  check_text (&check, &config->text);
  check_unet (&check, &config->unet);
  check_vae (&check, &config->vae);
  check_fit (&check, config);
  if (!check.error)
    return TRUE;
  g_propagate_error (error, check.error);
  return FALSE;
}
