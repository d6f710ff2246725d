/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/config-private.h"

/* What shapes do not tell, as every LDM file of Stable Diffusion 1 has it. */
#define UNET_HEADS 8
#define TEXT_HEAD_CHANNELS 64
#define GROUPS 32
#define VAE_SCALE 0.18215f

/* Counting stops here; whatever has more is refused by its count. */
#define MAX_COUNT 256

/* Dimension @dim of a tensor, 0 if there is no such tensor or dimension. */
static guint G_GNUC_PRINTF (4, 5)
    size_of (SfCheckpoint *checkpoint, SfPart part, guint dim, const char *format, ...)
{
  g_autofree char *name = NULL;
  const SfTensorInfo *info;
  va_list args;

  va_start (args, format);
  name = g_strdup_vprintf (format, args);
  va_end (args);
  info = sf_checkpoint_find (checkpoint, part, name);
  return info && dim < info->n_dims ? MIN (info->dims[dim], G_MAXUINT32) : 0;
}

/* How many of (@before)0(@after), 1, 2, … there are. */
static guint
count (SfCheckpoint *checkpoint, SfPart part, const char *before, const char *after)
{
  guint n = 0;

  while (n < MAX_COUNT && size_of (checkpoint, part, 0, "%s%u%s", before, n, after) > 0)
    n++;
  return n;
}

void
sf_clip_text_config_from_shapes (SfClipTextConfig *config, SfCheckpoint *checkpoint)
{
  const SfPart part = SF_PART_TEXT_ENCODER;
  const char *tokens = "text_model.embeddings.token_embedding.weight";

  config->vocab = size_of (checkpoint, part, 0, "%s", tokens);
  config->channels = size_of (checkpoint, part, 1, "%s", tokens);
  config->places = size_of (checkpoint, part, 0, "text_model.embeddings.position_embedding.weight");
  config->inner = size_of (checkpoint, part, 0, "text_model.encoder.layers.0.mlp.fc1.weight");
  config->layers = count (checkpoint, part, "text_model.encoder.layers.", ".mlp.fc1.weight");
  config->heads = MAX (config->channels / TEXT_HEAD_CHANNELS, 1);
  config->activation = SF_ACTIVATION_QUICK_GELU;
  config->eps = 1e-5f;
}

void
sf_unet_config_from_shapes (SfUnetConfig *config, SfCheckpoint *checkpoint)
{
  const SfPart part = SF_PART_UNET;

  config->n_levels = count (checkpoint, part, "down_blocks.", ".resnets.0.conv1.weight");
  config->resnets = count (checkpoint, part, "down_blocks.0.resnets.", ".conv1.weight");
  for (guint i = 0; i < MIN (config->n_levels, SF_MAX_LEVELS); i++)
    {
      config->channels[i]
          = size_of (checkpoint, part, 0, "down_blocks.%u.resnets.0.conv1.weight", i);
      config->attention[i]
          = size_of (checkpoint, part, 0, "down_blocks.%u.attentions.0.proj_in.weight", i) > 0;
      config->heads[i] = UNET_HEADS;
    }
  config->in_channels = size_of (checkpoint, part, 1, "conv_in.weight");
  config->out_channels = size_of (checkpoint, part, 0, "conv_out.weight");
  config->context = size_of (checkpoint, part, 1,
                             "mid_block.attentions.0.transformer_blocks.0.attn2.to_k.weight");
  config->depth = count (checkpoint, part, "mid_block.attentions.0.transformer_blocks.",
                         ".attn2.to_k.weight");
  config->groups = GROUPS;
  config->eps = 1e-5f;
}

void
sf_vae_config_from_shapes (SfVaeConfig *config, SfCheckpoint *checkpoint)
{
  const SfPart part = SF_PART_VAE;
  guint n = count (checkpoint, part, "decoder.up_blocks.", ".resnets.0.conv1.weight");
  guint resnets = count (checkpoint, part, "decoder.up_blocks.0.resnets.", ".conv1.weight");

  config->n_levels = n;
  for (guint i = 0; i < MIN (n, SF_MAX_LEVELS); i++)
    config->channels[i]
        = size_of (checkpoint, part, 0, "decoder.up_blocks.%u.resnets.0.conv1.weight", n - 1 - i);
  config->resnets = resnets > 0 ? resnets - 1 : 0;
  config->image_channels = size_of (checkpoint, part, 0, "decoder.conv_out.weight");
  config->latent_channels = size_of (checkpoint, part, 1, "decoder.conv_in.weight");
  config->groups = GROUPS;
  config->scale = VAE_SCALE;
}
