/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sd15-layout.h"

#include <math.h>
#include <string.h>

#define TEXT_CHANNELS 768
#define TIME_CHANNELS 1280

/* What is being listed: the tensors so far, and the module that the next ones are in. */
typedef struct
{
  /* Owned */
  GArray *tensors;
  GString *at;
} List;

/* Names are written from the outside in: enter a module, list what it has, leave it. */
G_GNUC_PRINTF (2, 3)
static gsize
enter (List *list, const char *format, ...)
{
  gsize outer = list->at->len;
  va_list args;

  va_start (args, format);
  g_string_append_vprintf (list->at, format, args);
  va_end (args);
  return outer;
}

static void
leave (List *list, gsize outer)
{
  g_string_truncate (list->at, outer);
}

static void
add (List *list, const char *name, guint n_dims, const guint64 *dims, double center, double scale)
{
  Tensor tensor = { .n_dims = n_dims, .center = center, .scale = scale };

  tensor.name = g_strconcat (list->at->str, name, NULL);
  memcpy (tensor.dims, dims, n_dims * sizeof *dims);
  g_array_append_val (list->tensors, tensor);
}

static void
add_bias (List *list, const char *name, guint64 n)
{
  g_autofree char *bias = g_strconcat (name, ".bias", NULL);

  add (list, bias, 1, &n, 0, 0.125);
}

/* The uniform distribution of variance 1/fan_in reaches to √(3/fan_in). */
static void
add_weight (List *list, const char *name, guint n_dims, const guint64 *dims)
{
  g_autofree char *weight = g_strconcat (name, ".weight", NULL);
  guint64 fan_in = dims[1] * (n_dims == 4 ? dims[2] * dims[3] : 1);

  add (list, weight, n_dims, dims, 0, sqrt (3.0 / fan_in));
}

static void
add_norm (List *list, const char *name, guint64 n)
{
  g_autofree char *weight = g_strconcat (name, ".weight", NULL);

  add (list, weight, 1, &n, 1, 0.25);
  add_bias (list, name, n);
}

static void
add_conv (List *list, const char *name, guint64 in, guint64 out, guint64 kernel)
{
  add_weight (list, name, 4, (guint64[]){ out, in, kernel, kernel });
  add_bias (list, name, out);
}

static void
add_matrix (List *list, const char *name, guint64 in, guint64 out)
{
  add_weight (list, name, 2, (guint64[]){ out, in });
}

static void
add_linear (List *list, const char *name, guint64 in, guint64 out)
{
  add_matrix (list, name, in, out);
  add_bias (list, name, out);
}

static void
add_unet_resnet (List *list, guint64 in, guint64 out)
{
  add_norm (list, "in_layers.0", in);
  add_conv (list, "in_layers.2", in, out, 3);
  add_linear (list, "emb_layers.1", TIME_CHANNELS, out);
  add_norm (list, "out_layers.0", out);
  add_conv (list, "out_layers.3", out, out, 3);
  if (in != out)
    add_conv (list, "skip_connection", in, out, 1);
}

static void
add_attention (List *list, const char *name, guint64 n, guint64 context)
{
  gsize outer = enter (list, "%s.", name);

  add_matrix (list, "to_q", n, n);
  add_matrix (list, "to_k", context, n);
  add_matrix (list, "to_v", context, n);
  add_linear (list, "to_out.0", n, n);
  leave (list, outer);
}

static void
add_unet_transformer (List *list, guint64 n)
{
  gsize outer;

  add_norm (list, "norm", n);
  add_conv (list, "proj_in", n, n, 1);
  outer = enter (list, "transformer_blocks.0.");
  add_attention (list, "attn1", n, n);
  add_linear (list, "ff.net.0.proj", n, 8 * n);
  add_linear (list, "ff.net.2", 4 * n, n);
  add_attention (list, "attn2", n, TEXT_CHANNELS);
  add_norm (list, "norm1", n);
  add_norm (list, "norm2", n);
  add_norm (list, "norm3", n);
  leave (list, outer);
  add_conv (list, "proj_out", n, n, 1);
}

static const guint64 unet_channels[] = { 320, 640, 1280, 1280 };

/* A resnet as slot 0 of the block entered, with a transformer as slot 1 on all levels but the
 * innermost. */
static void
add_unet_block (List *list, guint level, guint64 in)
{
  gsize outer = enter (list, "0.");

  add_unet_resnet (list, in, unet_channels[level]);
  leave (list, outer);
  if (level == 3)
    return;
  enter (list, "1.");
  add_unet_transformer (list, unet_channels[level]);
  leave (list, outer);
}

/* Returns the number of blocks; skips: the channels that each hands across. */
static guint
add_unet_down (List *list, guint64 *skips)
{
  guint n = 0;
  guint64 in = unet_channels[0];

  skips[n++] = in;
  add_conv (list, "input_blocks.0.0", 4, in, 3);
  for (guint level = 0; level < 4; level++)
    {
      for (guint j = 0; j < 2; j++)
        {
          gsize outer = enter (list, "input_blocks.%u.", n);
          add_unet_block (list, level, in);
          leave (list, outer);
          in = skips[n++] = unet_channels[level];
        }
      if (level < 3)
        {
          gsize outer = enter (list, "input_blocks.%u.", n);
          add_conv (list, "0.op", in, in, 3);
          leave (list, outer);
          skips[n++] = in;
        }
    }
  return n;
}

static void
add_unet_middle (List *list, guint64 n)
{
  gsize outer = enter (list, "middle_block.0.");

  add_unet_resnet (list, n, n);
  leave (list, outer);
  enter (list, "middle_block.1.");
  add_unet_transformer (list, n);
  leave (list, outer);
  enter (list, "middle_block.2.");
  add_unet_resnet (list, n, n);
  leave (list, outer);
}

static void
add_unet_up (List *list, const guint64 *skips, guint n)
{
  guint64 in = unet_channels[3];

  for (guint i = 0; i < n; i++)
    {
      guint level = 3 - i / 3;
      gsize outer = enter (list, "output_blocks.%u.", i);
      add_unet_block (list, level, in + skips[n - 1 - i]);
      in = unet_channels[level];
      if (level > 0 && i % 3 == 2)
        add_conv (list, level == 3 ? "1.conv" : "2.conv", in, in, 3);
      leave (list, outer);
    }
}

static void
add_unet (List *list)
{
  guint64 skips[12];
  gsize outer = enter (list, "model.diffusion_model.");
  guint n;

  add_linear (list, "time_embed.0", unet_channels[0], TIME_CHANNELS);
  add_linear (list, "time_embed.2", TIME_CHANNELS, TIME_CHANNELS);
  n = add_unet_down (list, skips);
  add_unet_middle (list, unet_channels[3]);
  add_unet_up (list, skips, n);
  add_norm (list, "out.0", unet_channels[0]);
  add_conv (list, "out.2", unet_channels[0], 4, 3);
  leave (list, outer);
}

static const guint64 vae_channels[] = { 128, 256, 512, 512 };

G_GNUC_PRINTF (4, 5)
static void
add_vae_resnet (List *list, guint64 in, guint64 out, const char *format, ...)
{
  gsize outer = list->at->len;
  va_list args;

  va_start (args, format);
  g_string_append_vprintf (list->at, format, args);
  va_end (args);
  add_norm (list, "norm1", in);
  add_conv (list, "conv1", in, out, 3);
  add_norm (list, "norm2", out);
  add_conv (list, "conv2", out, out, 3);
  if (in != out)
    add_conv (list, "nin_shortcut", in, out, 1);
  leave (list, outer);
}

static void
add_vae_middle (List *list, guint64 n)
{
  gsize outer;

  add_vae_resnet (list, n, n, "mid.block_1.");
  outer = enter (list, "mid.attn_1.");
  add_norm (list, "norm", n);
  add_conv (list, "q", n, n, 1);
  add_conv (list, "k", n, n, 1);
  add_conv (list, "v", n, n, 1);
  add_conv (list, "proj_out", n, n, 1);
  leave (list, outer);
  add_vae_resnet (list, n, n, "mid.block_2.");
}

/* "up" or "down". */
static void
add_vae_resampling (List *list, const char *way, guint level)
{
  gsize outer = enter (list, "%s.%u.", way, level);

  add_conv (list, g_str_equal (way, "up") ? "upsample.conv" : "downsample.conv",
            vae_channels[level], vae_channels[level], 3);
  leave (list, outer);
}

static void
add_vae_encoder (List *list)
{
  guint64 in = vae_channels[0];
  gsize outer = enter (list, "first_stage_model.encoder.");

  add_conv (list, "conv_in", 3, in, 3);
  for (guint level = 0; level < 4; level++)
    {
      for (guint j = 0; j < 2; j++)
        {
          add_vae_resnet (list, in, vae_channels[level], "down.%u.block.%u.", level, j);
          in = vae_channels[level];
        }
      if (level < 3)
        add_vae_resampling (list, "down", level);
    }
  add_vae_middle (list, in);
  add_norm (list, "norm_out", in);
  add_conv (list, "conv_out", in, 8, 3);
  leave (list, outer);
}

static void
add_vae_decoder (List *list)
{
  guint64 in = vae_channels[3];
  gsize outer = enter (list, "first_stage_model.decoder.");

  add_conv (list, "conv_in", 4, in, 3);
  add_vae_middle (list, in);
  for (guint level = 4; level-- > 0;)
    {
      for (guint j = 0; j < 3; j++)
        {
          add_vae_resnet (list, in, vae_channels[level], "up.%u.block.%u.", level, j);
          in = vae_channels[level];
        }
      if (level > 0)
        add_vae_resampling (list, "up", level);
    }
  add_norm (list, "norm_out", in);
  add_conv (list, "conv_out", in, 3, 3);
  leave (list, outer);
}

static void
add_text_layer (List *list, guint64 n)
{
  add_linear (list, "self_attn.k_proj", n, n);
  add_linear (list, "self_attn.v_proj", n, n);
  add_linear (list, "self_attn.q_proj", n, n);
  add_linear (list, "self_attn.out_proj", n, n);
  add_norm (list, "layer_norm1", n);
  add_linear (list, "mlp.fc1", n, 4 * n);
  add_linear (list, "mlp.fc2", 4 * n, n);
  add_norm (list, "layer_norm2", n);
}

static void
add_text_encoder (List *list)
{
  const guint64 n = TEXT_CHANNELS;
  gsize outer = enter (list, "cond_stage_model.transformer.text_model.");

  add (list, "embeddings.token_embedding.weight", 2, (guint64[]){ 49408, n }, 0, 0.5);
  add (list, "embeddings.position_embedding.weight", 2, (guint64[]){ 77, n }, 0, 0.25);
  for (guint i = 0; i < 12; i++)
    {
      gsize layer = enter (list, "encoder.layers.%u.", i);
      add_text_layer (list, n);
      leave (list, layer);
    }
  add_norm (list, "final_layer_norm", n);
  leave (list, outer);
}

static void
tensor_clear (Tensor *tensor)
{
  g_free (tensor->name);
}

GArray *
sd15_list_tensors (void)
{
  List list = { g_array_new (FALSE, FALSE, sizeof (Tensor)), g_string_new (NULL) };
  gsize outer;

  add_unet (&list);
  add_vae_encoder (&list);
  add_vae_decoder (&list);
  outer = enter (&list, "first_stage_model.");
  add_conv (&list, "quant_conv", 8, 8, 1);
  add_conv (&list, "post_quant_conv", 4, 4, 1);
  leave (&list, outer);
  add_text_encoder (&list);
  g_array_set_clear_func (list.tensors, (GDestroyNotify)tensor_clear);
  g_string_free (list.at, TRUE);
  return list.tensors;
}
