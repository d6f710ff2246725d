/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "files/checkpoint.h"
#include "ops/ops.h"
#include "sampling/schedule.h"

G_BEGIN_DECLS

/* Sizes beyond these belong to no model; a file that names them is damaged or hostile. */
#define SF_MAX_LEVELS 8
#define SF_MAX_CHANNELS 8192
#define SF_MAX_LATENT_CHANNELS 16

/**
 * SfClipTextConfig:
 * @vocab: rows of the token embedding.
 * @places: tokens that it takes, begin and end included: 77.
 * @channels: of each token's vector, in and out: 768.
 * @inner: channels inside of its feed-forward blocks.
 * @pad: token that fills a prompt up to @places; no file tells it, so that it comes from the
 *   tokenizer when the model is loaded.
 *
 * transformers' CLIPTextConfig.
 */
typedef struct
{
  guint vocab;
  guint places;
  guint channels;
  guint inner;
  guint layers;
  guint heads;
  guint pad;
  SfActivation activation;
  float eps;
} SfClipTextConfig;

/**
 * SfUnetConfig:
 * @in_channels: of the latent that comes in.
 * @out_channels: of the one that goes out.
 * @context: channels of the text's vectors.
 * @n_levels: resolutions, each half of the one before.
 * @channels: of each level, the outermost first; multiples of 8, never falling.
 * @resnets: in each level on the way down; one more on the way up.
 * @attention: whether the level has transformers; the innermost place always has.
 * @heads: of the level's attention.
 * @depth: transformer blocks in each transformer.
 * @groups: of every group norm.
 * @eps: of the norms in resnets; 10⁻⁶ at the entry of a transformer.
 * @sine_first: whether the timestep embedding has its sines before its cosines.
 * @freq_shift: how far from the last frequency the embedding's exponents end: 0.
 *
 * diffusers' UNet2DConditionModel with CrossAttnDownBlock2D, DownBlock2D,
 * UNetMidBlock2DCrossAttn, UpBlock2D and CrossAttnUpBlock2D.
 */
typedef struct
{
  guint in_channels;
  guint out_channels;
  guint context;
  guint n_levels;
  guint channels[SF_MAX_LEVELS];
  gboolean attention[SF_MAX_LEVELS];
  guint heads[SF_MAX_LEVELS];
  guint resnets;
  guint depth;
  guint groups;
  float eps;
  gboolean sine_first;
  float freq_shift;
} SfUnetConfig;

/**
 * SfVaeConfig:
 * @channels: of each level, the one at the picture's resolution first.
 * @resnets: in each level of the encoder; one more in the decoder's.
 * @scale: latents are stored as (z − @shift)·@scale.
 *
 * diffusers' AutoencoderKL.
 */
typedef struct
{
  guint image_channels;
  guint latent_channels;
  guint n_levels;
  guint channels[SF_MAX_LEVELS];
  guint resnets;
  guint groups;
  float scale;
  float shift;
} SfVaeConfig;

typedef struct
{
  SfClipTextConfig text;
  SfUnetConfig unet;
  SfVaeConfig vae;
  SfScheduleParams schedule;
} SfModelConfig;

/**
 * sf_model_config_read:
 *
 * What the folder's JSON says, or, for a single file, what its weights' shapes say. Everything in
 * @config has been checked afterwards: no size is absurd, channels are multiples of 8, heads and
 * groups divide them, and the three parts fit each other.
 *
 * Errors: SF_ERROR_MODEL, with a sentence that names the first thing that is wrong.
 */
gboolean sf_model_config_read (SfModelConfig *config, SfCheckpoint *checkpoint, GError **error);

/* How many pixels a latent's pixel stands for, in each direction: 8. */
guint sf_vae_config_factor (const SfVaeConfig *config);

G_END_DECLS
