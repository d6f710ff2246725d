/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "files/names.h"

#include <stdio.h>
#include <string.h>

/* A beginning of a name and what stands for it. */
typedef struct
{
  const char *from;
  const char *to;
} Rename;

static const char unet_prefix[] = "model.diffusion_model.";
static const char vae_prefix[] = "first_stage_model.";

/* The text encoder sits in its wrapper under one of these. */
static const Rename text_prefixes[] = {
  { "cond_stage_model.transformer.text_model.", "text_model." },
  { "conditioner.embedders.0.transformer.text_model.", "text_model." },
  { "cond_stage_model.transformer.", "text_model." },
};

/* Training leftovers, EMA copies and the encoders of other families. */
static const char *const ignored_prefixes[] = {
  "model_ema.", "cond_stage_model.model.", "conditioner.embedders.", "cond_stage_model.logit_scale",
  "denoiser.",  "first_stage_model.loss.",
};

static const char *const ignored_names[] = {
  "alphas_cumprod",
  "alphas_cumprod_prev",
  "betas",
  "log_one_minus_alphas_cumprod",
  "logvar",
  "model.diffusion_model.ztsnr",
  "posterior_log_variance_clipped",
  "posterior_mean_coef1",
  "posterior_mean_coef2",
  "posterior_variance",
  "scale_factor",
  "sqrt_alphas_cumprod",
  "sqrt_one_minus_alphas_cumprod",
  "sqrt_recip_alphas_cumprod",
  "sqrt_recipm1_alphas_cumprod",
  "edm_mean",
  "edm_std",
  "edm_vpred.sigma_max",
  "v_pred",
  "ztsnr",
};

static const Rename unet_ends[] = {
  { "time_embed.0.", "time_embedding.linear_1." },
  { "time_embed.2.", "time_embedding.linear_2." },
  { "time_embed.cond_proj.", "time_embedding.cond_proj." },
  { "label_emb.0.0.", "add_embedding.linear_1." },
  { "label_emb.0.2.", "add_embedding.linear_2." },
  { "input_blocks.0.0.", "conv_in." },
  { "out.0.", "conv_norm_out." },
  { "out.2.", "conv_out." },
};

static const Rename unet_resnet[] = {
  { "in_layers.0.", "norm1." },          { "in_layers.2.", "conv1." },
  { "out_layers.0.", "norm2." },         { "out_layers.3.", "conv2." },
  { "emb_layers.1.", "time_emb_proj." }, { "skip_connection.", "conv_shortcut." },
};

static const Rename vae_ends[] = {
  { "mid.block_1.", "mid_block.resnets.0." },
  { "mid.block_2.", "mid_block.resnets.1." },
  { "mid.attn_1.", "mid_block.attentions.0." },
  { "norm_out.", "conv_norm_out." },
};

static const Rename vae_resnet[] = {
  { "nin_shortcut.", "conv_shortcut." },
};

/* Both LDM's and the first diffusers' spelling. */
static const Rename vae_attention[] = {
  { "norm.", "group_norm." },    { "q.", "to_q." },     { "k.", "to_k." },   { "v.", "to_v." },
  { "proj_out.", "to_out.0." },  { "query.", "to_q." }, { "key.", "to_k." }, { "value.", "to_v." },
  { "proj_attn.", "to_out.0." },
};

/* If @rest begins with one of the table's, appends what stands for it, and the rest as it is.
 * Returns: whether it did. */
static gboolean
append_renamed (GString *name, const char *rest, const Rename *table, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (g_str_has_prefix (rest, table[i].from))
      {
        g_string_append (name, table[i].to);
        g_string_append (name, rest + strlen (table[i].from));
        return TRUE;
      }
  return FALSE;
}

#define APPEND_RENAMED(name, rest, table)                                                          \
  append_renamed ((name), (rest), (table), G_N_ELEMENTS (table))

/* Reads @prefix and a number followed by a point. Returns: (nullable): what comes after. */
static const char *
read_number (const char *text, const char *prefix, guint *number)
{
  char *end;

  if (!g_str_has_prefix (text, prefix) || !g_ascii_isdigit (text[strlen (prefix)]))
    return NULL;
  guint64 value = g_ascii_strtoull (text + strlen (prefix), &end, 10);
  if (*end != '.' || value > 9999)
    return NULL;
  *number = value;
  return end + 1;
}

void
sf_ldm_layout_see (SfLdmLayout *layout, const char *ldm_name)
{
  guint i;
  const char *rest;

  if (g_str_has_prefix (ldm_name, unet_prefix))
    {
      /* The first downsampling closes the first level: conv_in, resnets, downsampling. */
      rest = read_number (ldm_name + strlen (unet_prefix), "input_blocks.", &i);
      if (rest && i >= 2 && g_str_has_prefix (rest, "0.op.")
          && (layout->unet_resnets == 0 || i - 1 < layout->unet_resnets))
        layout->unet_resnets = i - 1;
    }
  else if (g_str_has_prefix (ldm_name, vae_prefix))
    {
      if (read_number (ldm_name + strlen (vae_prefix), "encoder.down.", &i)
          || read_number (ldm_name + strlen (vae_prefix), "decoder.up.", &i))
        layout->vae_levels = MAX (layout->vae_levels, i + 1);
    }
}

gboolean
sf_name_is_ldm (const char *name)
{
  return g_str_has_prefix (name, unet_prefix) || g_str_has_prefix (name, vae_prefix)
         || g_str_has_prefix (name, "cond_stage_model.")
         || g_str_has_prefix (name, "conditioner.embedders.");
}

static gboolean
map_unet_middle (const char *rest, GString *name)
{
  guint i;

  rest = read_number (rest, "middle_block.", &i);
  if (!rest || i > 2)
    return FALSE;
  if (i == 1)
    {
      g_string_append_printf (name, "mid_block.attentions.0.%s", rest);
      return TRUE;
    }
  g_string_append_printf (name, "mid_block.resnets.%u.", i / 2);
  return APPEND_RENAMED (name, rest, unet_resnet);
}

/* input_blocks: conv_in, then for each level its resnets (0), each with an attention (1) behind it
 * where there is one, and a downsampling of its own. */
static gboolean
map_unet_down (guint resnets, const char *rest, GString *name)
{
  guint i, slot;

  rest = read_number (rest, "input_blocks.", &i);
  rest = rest ? read_number (rest, "", &slot) : NULL;
  if (!rest || i == 0)
    return FALSE;
  g_string_append_printf (name, "down_blocks.%u.", (i - 1) / (resnets + 1));
  if (g_str_has_prefix (rest, "op."))
    {
      g_string_append_printf (name, "downsamplers.0.conv.%s", rest + 3);
      return slot == 0 && i % (resnets + 1) == 0;
    }
  g_string_append_printf (name, "%s.%u.", slot == 0 ? "resnets" : "attentions",
                          (i - 1) % (resnets + 1));
  if (slot == 0)
    return APPEND_RENAMED (name, rest, unet_resnet);
  g_string_append (name, rest);
  return slot == 1;
}

/* output_blocks: for each level one resnet more than on the way down; the upsampling hangs behind
 * the level's last resnet, after the attention where there is one. */
static gboolean
map_unet_up (guint resnets, const char *rest, GString *name)
{
  guint i, slot;

  rest = read_number (rest, "output_blocks.", &i);
  rest = rest ? read_number (rest, "", &slot) : NULL;
  if (!rest)
    return FALSE;
  g_string_append_printf (name, "up_blocks.%u.", i / (resnets + 1));
  if (slot > 0 && g_str_has_prefix (rest, "conv."))
    {
      g_string_append_printf (name, "upsamplers.0.%s", rest);
      return slot <= 2 && i % (resnets + 1) == resnets;
    }
  g_string_append_printf (name, "%s.%u.", slot == 0 ? "resnets" : "attentions", i % (resnets + 1));
  if (slot == 0)
    return APPEND_RENAMED (name, rest, unet_resnet);
  g_string_append (name, rest);
  return slot == 1;
}

static gboolean
map_unet (const SfLdmLayout *layout, const char *rest, GString *name)
{
  /* With a single level nothing is ever downsampled, and every resnet is in it. */
  guint resnets = layout->unet_resnets > 0 ? layout->unet_resnets : 9999;

  if (APPEND_RENAMED (name, rest, unet_ends))
    return TRUE;
  if (g_str_has_prefix (rest, "middle_block."))
    return map_unet_middle (rest, name);
  if (g_str_has_prefix (rest, "input_blocks."))
    return map_unet_down (resnets, rest, name);
  return map_unet_up (resnets, rest, name);
}

/* LDM counts the decoder's levels from the picture inwards, diffusers in the order in which they
 * run. */
static gboolean
map_vae_level (const SfLdmLayout *layout, const char *rest, GString *name)
{
  guint i, j;
  gboolean up = g_str_has_prefix (rest, "up.");
  const char *tail = read_number (rest, up ? "up." : "down.", &i);
  const char *block;

  if (!tail || i >= layout->vae_levels)
    return FALSE;
  g_string_append_printf (name, "%s_blocks.%u.", up ? "up" : "down",
                          up ? layout->vae_levels - 1 - i : i);
  if (g_str_has_prefix (tail, up ? "upsample.conv." : "downsample.conv."))
    {
      g_string_append_printf (name, "%ssamplers.0.%s", up ? "up" : "down", strchr (tail, '.') + 1);
      return TRUE;
    }
  block = read_number (tail, "block.", &j);
  if (!block)
    return FALSE;
  g_string_append_printf (name, "resnets.%u.", j);
  if (!APPEND_RENAMED (name, block, vae_resnet))
    g_string_append (name, block);
  return TRUE;
}

/* The attention's inner names, in place, once the outer ones are diffusers'. */
static void
rename_vae_attention (GString *name)
{
  static const char where[] = ".mid_block.attentions.0.";
  const char *at = strstr (name->str, where);
  g_autofree char *rest = at ? g_strdup (at + strlen (where)) : NULL;

  if (!rest)
    return;
  g_string_truncate (name, at + strlen (where) - name->str);
  if (!APPEND_RENAMED (name, rest, vae_attention))
    g_string_append (name, rest);
}

static gboolean
map_vae (const SfLdmLayout *layout, const char *rest, GString *name)
{
  if (g_str_has_prefix (rest, "quant_conv.") || g_str_has_prefix (rest, "post_quant_conv."))
    {
      g_string_append (name, rest);
      return TRUE;
    }
  if (!g_str_has_prefix (rest, "encoder.") && !g_str_has_prefix (rest, "decoder."))
    return FALSE;
  g_string_append_len (name, rest, strlen ("encoder."));
  rest += strlen ("encoder.");
  if (g_str_has_prefix (rest, "up.") || g_str_has_prefix (rest, "down."))
    return map_vae_level (layout, rest, name);
  if (!APPEND_RENAMED (name, rest, vae_ends))
    g_string_append (name, rest);
  rename_vae_attention (name);
  return TRUE;
}

static gboolean
is_ignored (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (ignored_prefixes); i++)
    if (g_str_has_prefix (name, ignored_prefixes[i]))
      return TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (ignored_names); i++)
    if (strcmp (name, ignored_names[i]) == 0)
      return TRUE;
  return FALSE;
}

static SfNameKind
map_text (const char *ldm_name, GString *name)
{
  if (!APPEND_RENAMED (name, ldm_name, text_prefixes))
    return SF_NAME_UNKNOWN;
  /* 0, 1, 2 … 76, once saved by accident. */
  return g_str_has_suffix (name->str, ".position_ids") ? SF_NAME_IGNORED : SF_NAME_PART;
}

SfNameKind
sf_name_from_ldm (const SfLdmLayout *layout, const char *ldm_name, SfPart *part, GString *name)
{
  SfNameKind kind;

  g_string_truncate (name, 0);
  if (g_str_has_prefix (ldm_name, unet_prefix))
    {
      *part = SF_PART_UNET;
      kind = map_unet (layout, ldm_name + strlen (unet_prefix), name) ? SF_NAME_PART
                                                                      : SF_NAME_UNKNOWN;
    }
  else if (g_str_has_prefix (ldm_name, vae_prefix))
    {
      *part = SF_PART_VAE;
      kind
          = map_vae (layout, ldm_name + strlen (vae_prefix), name) ? SF_NAME_PART : SF_NAME_UNKNOWN;
    }
  else
    {
      *part = SF_PART_TEXT_ENCODER;
      kind = map_text (ldm_name, name);
    }
  return kind == SF_NAME_UNKNOWN && is_ignored (ldm_name) ? SF_NAME_IGNORED : kind;
}

SfNameKind
sf_name_from_diffusers (SfPart part, const char *file_name, GString *name)
{
  g_string_assign (name, file_name);
  if (part == SF_PART_VAE)
    rename_vae_attention (name);
  if (part != SF_PART_TEXT_ENCODER)
    return SF_NAME_PART;

  if (g_str_has_suffix (file_name, "position_ids")
      || g_str_has_prefix (file_name, "text_projection."))
    return SF_NAME_IGNORED;
  if (!g_str_has_prefix (file_name, "text_model."))
    g_string_prepend (name, "text_model.");
  return SF_NAME_PART;
}

SfPart
sf_name_tells_part (const char *file_name)
{
  if (g_str_has_prefix (file_name, "time_embedding.")
      || g_str_has_prefix (file_name, "down_blocks."))
    return SF_PART_UNET;
  if (g_str_has_prefix (file_name, "encoder.conv_in.")
      || g_str_has_prefix (file_name, "decoder.conv_in.")
      || g_str_has_prefix (file_name, "decoder.layers.")) /* AutoencoderTiny's */
    return SF_PART_VAE;
  if (strstr (file_name, "embeddings.token_embedding."))
    return SF_PART_TEXT_ENCODER;
  return SF_N_PARTS;
}
