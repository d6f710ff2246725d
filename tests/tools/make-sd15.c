/* SPDX-License-Identifier: GPL-3.0-or-later */

/* make-sd15 [--empty] FILE [SEED]: writes a checkpoint of Stable Diffusion 1.5's exact shape in the
 * published single-file layout, f16, with random weights: 1131 tensors, 2.1 GB. It paints nothing,
 * but it loads and runs as the real one does. With --empty all of its weights are zeros that take
 * no room on the disk.
 *
 * Each value is center + scale · u, where u comes from a hash of (seed, tensor, element), so that
 * anyone can make any of them alone; tests/reference/export_sd15.py does so with numpy. Weights
 * are uniform with a variance of 1/fan-in and norms scale by about 1, so that activations keep
 * their size all the way. Only integers and correctly rounded double operations are used: the
 * file is the same on every machine. */

#include <glib/gstdio.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/dtype.h"

#define TEXT_CHANNELS 768
#define TIME_CHANNELS 1280
#define CHUNK (1 << 16)

typedef struct
{
  char *name;
  guint n_dims;
  guint64 dims[4];
  double center;
  double scale;
} Tensor;

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

static GArray *
list_tensors (void)
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
  g_string_free (list.at, TRUE);
  return list.tensors;
}

static guint64
count (const Tensor *tensor)
{
  guint64 n = 1;

  for (guint i = 0; i < tensor->n_dims; i++)
    n *= tensor->dims[i];
  return n;
}

static void
describe (GString *json, const Tensor *tensor, guint64 *offset)
{
  guint64 size = count (tensor) * 2;

  g_string_append_printf (json, ",\"%s\":{\"dtype\":\"F16\",\"shape\":[", tensor->name);
  for (guint i = 0; i < tensor->n_dims; i++)
    g_string_append_printf (json, "%s%" G_GUINT64_FORMAT, i > 0 ? "," : "", tensor->dims[i]);
  g_string_append_printf (json, "],\"data_offsets\":[%" G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT "]}",
                          *offset, *offset + size);
  *offset += size;
}

/* The 1131st tensor is no weight: the numbers 0 to 76, which comes first here. */
static gboolean
write_header (FILE *file, GArray *tensors)
{
  g_autoptr (GString) json = g_string_new (NULL);
  gint64 positions[77];
  guint64 offset = sizeof positions, len;

  g_string_append (json, "{\"__metadata__\":{\"format\":\"pt\"},"
                         "\"cond_stage_model.transformer.text_model.embeddings.position_ids\":"
                         "{\"dtype\":\"I64\",\"shape\":[1,77],\"data_offsets\":[0,616]}");
  for (guint i = 0; i < tensors->len; i++)
    describe (json, &g_array_index (tensors, Tensor, i), &offset);
  g_string_append_c (json, '}');
  while (json->len % 8 != 0)
    g_string_append_c (json, ' ');

  for (guint i = 0; i < 77; i++)
    positions[i] = GINT64_TO_LE (i);
  len = GUINT64_TO_LE (json->len);
  return fwrite (&len, sizeof len, 1, file) == 1 && fwrite (json->str, json->len, 1, file) == 1
         && fwrite (positions, sizeof positions, 1, file) == 1;
}

/* The output function of SplitMix64 (Steele, Lea, Flood 2014). */
static guint64
mix (guint64 z)
{
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

static gboolean
write_values (FILE *file, const Tensor *tensor, guint64 key)
{
  g_autofree float *values = g_new (float, CHUNK);
  g_autofree guint16 *halves = g_new (guint16, CHUNK);
  guint64 n = count (tensor);

  for (guint64 first = 0; first < n; first += CHUNK)
    {
      gsize m = MIN (n - first, CHUNK);
      for (gsize i = 0; i < m; i++)
        {
          guint64 bits = mix (key + (first + i + 1) * 0x9e3779b97f4a7c15) >> 40;
          values[i] = (float)(tensor->center + tensor->scale * ((double)bits * 0x1p-23 - 1));
        }
      sf_convert_to_f16 (halves, values, m);
      for (gsize i = 0; i < m; i++)
        halves[i] = GUINT16_TO_LE (halves[i]);
      if (fwrite (halves, 2, m, file) != m)
        return FALSE;
    }
  return TRUE;
}

static guint64
total_size (GArray *tensors)
{
  guint64 size = 0;

  for (guint i = 0; i < tensors->len; i++)
    size += 2 * count (&g_array_index (tensors, Tensor, i));
  return size;
}

static gboolean
write_zeros (FILE *file, guint64 n_bytes)
{
  return fflush (file) == 0 && ftruncate (fileno (file), ftello (file) + n_bytes) == 0;
}

static gboolean
write_file (const char *path, guint64 seed, gboolean empty)
{
  g_autoptr (GArray) tensors = list_tensors ();
  FILE *file = g_fopen (path, "wb");
  gboolean ok = file && write_header (file, tensors);

  if (ok && empty)
    ok = write_zeros (file, total_size (tensors));
  for (guint i = 0; i < tensors->len && ok && !empty; i++)
    ok = write_values (file, &g_array_index (tensors, Tensor, i), mix (seed ^ ((guint64)i << 32)));
  for (guint i = 0; i < tensors->len; i++)
    g_free (g_array_index (tensors, Tensor, i).name);
  return file && fclose (file) == 0 && ok;
}

int
main (int argc, char **argv)
{
  gboolean empty = argc > 1 && g_str_equal (argv[1], "--empty");
  char **args = argv + 1 + empty;
  int n = argc - 1 - empty;

  if (n < 1 || n > 2)
    {
      g_printerr ("Usage: make-sd15 [--empty] FILE [SEED]\n");
      return 2;
    }
  if (!write_file (args[0], n > 1 ? g_ascii_strtoull (args[1], NULL, 10) : 15, empty))
    {
      g_printerr ("Cannot write “%s”.\n", args[0]);
      g_unlink (args[0]);
      return 1;
    }
  return 0;
}
