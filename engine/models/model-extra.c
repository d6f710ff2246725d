/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/model-extra.h"

#include <string.h>

#include "base/limits.h"
#include "models/config-json.h"

/* Pixels of a latent's side where nothing tells: Stable Diffusion 1's. */
#define LATENT_SIDE 64
#define MAX_LATENT_SIDE 1024

#define DEFAULT_STEPS 20
#define DEFAULT_CFG 7.0
#define MAX_PROMPTS 64
#define MAX_WORDS 65536

/* Stable Diffusion 1 and 2: a linear fit of colours to latents, as other programs use it. */
static const float sd1_latent_rgb[4][3] = {
  { 0.3512f, 0.2297f, 0.3227f },
  { 0.3250f, 0.4974f, 0.2350f },
  { -0.2829f, 0.1762f, 0.2721f },
  { -0.2120f, -0.2616f, -0.7177f },
};

static void
set_default_rgb (SfModel *model)
{
  if (model->config.vae.latent_channels == G_N_ELEMENTS (sd1_latent_rgb))
    {
      memcpy (model->latent_rgb, sd1_latent_rgb, sizeof sd1_latent_rgb);
      return;
    }
  /* Something to look at: the first three channels as red, green and blue. */
  for (guint i = 0; i < MIN (3, model->config.vae.latent_channels); i++)
    model->latent_rgb[i][i] = 0.5f;
}

static gboolean
read_row (JsonNode *node, float row[3])
{
  JsonArray *list = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  if (!list || json_array_get_length (list) != 3)
    return FALSE;
  for (guint i = 0; i < 3; i++)
    {
      JsonNode *value = json_array_get_element (list, i);
      GType type = JSON_NODE_HOLDS_VALUE (value) ? json_node_get_value_type (value) : 0;
      if (type != G_TYPE_DOUBLE && type != G_TYPE_INT64)
        return FALSE;
      row[i] = json_node_get_double (value);
    }
  return TRUE;
}

static void
read_rgb (SfModel *model, SfConfigJson *json)
{
  JsonNode *node = json_object_get_member (json->object, "latent_rgb");
  JsonArray *rows = node && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  guint channels = model->config.vae.latent_channels;
  guint n = rows ? json_array_get_length (rows) : 0;

  if (!node)
    return;
  memset (model->latent_rgb, 0, sizeof model->latent_rgb);
  if (n != channels)
    sf_config_refuse (json, "latent_rgb");
  for (guint i = 0; i < n && !json->error; i++)
    if (!read_row (json_array_get_element (rows, i), model->latent_rgb[i]))
      sf_config_refuse (json, "latent_rgb");
}

static void
read_rgb_bias (SfModel *model, SfConfigJson *json)
{
  JsonNode *node = json_object_get_member (json->object, "latent_rgb_bias");

  if (!json->error && node
      && !read_row (node, model->latent_rgb[model->config.vae.latent_channels]))
    sf_config_refuse (json, "latent_rgb_bias");
}

static GStrv
read_prompts (SfConfigJson *json)
{
  g_autoptr (GStrvBuilder) prompts = g_strv_builder_new ();
  guint n = sf_config_has (json, "sample_prompts")
                ? sf_config_length (json, "sample_prompts", MAX_PROMPTS)
                : 0;

  for (guint i = 0; i < n; i++)
    g_strv_builder_add (prompts, sf_config_nth_string (json, "sample_prompts", i));
  return g_strv_builder_end (prompts);
}

static GHashTable *
read_words (SfConfigJson *json)
{
  GHashTable *words = sf_words_new ();
  guint n = sf_config_length (json, "words", MAX_WORDS);

  for (guint i = 0; i < n && !json->error; i++)
    sf_words_add (words, sf_config_nth_string (json, "words", i));
  return words;
}

static double
read_cfg (SfConfigJson *json)
{
  double cfg = sf_config_double (json, "default_cfg", DEFAULT_CFG);

  if (!(cfg >= SF_REQUEST_MIN_CFG && cfg <= SF_REQUEST_MAX_CFG))
    sf_config_refuse (json, "default_cfg");
  return cfg;
}

static void
read_extra (SfModel *model, SfConfigJson *json)
{
  guint max_size = MAX_LATENT_SIDE * model->factor;

  model->native_size = sf_config_uint (json, "native_size", model->native_size, max_size);
  model->limited = sf_config_boolean (json, "limited", FALSE);
  model->default_steps
      = sf_config_uint (json, "default_steps", DEFAULT_STEPS, SF_REQUEST_MAX_STEPS);
  model->default_cfg = read_cfg (json);
  model->default_sampler = g_strdup (sf_config_string (json, "default_sampler", NULL));
  g_strfreev (model->sample_prompts);
  model->sample_prompts = read_prompts (json);
  if (sf_config_has (json, "words"))
    model->words = read_words (json);
  read_rgb (model, json);
  read_rgb_bias (model, json);
}

static guint
latent_side (SfCheckpoint *checkpoint, SfConfigJson *json)
{
  json->file = "unet/config.json";
  json->object = sf_checkpoint_config (checkpoint, SF_PART_UNET);
  return json->object ? sf_config_uint (json, "sample_size", LATENT_SIDE, MAX_LATENT_SIDE)
                      : LATENT_SIDE;
}

gboolean
sf_model_read_extra (SfModel *model, SfCheckpoint *checkpoint, GError **error)
{
  SfConfigJson json = { .model = model->name };
  guint side = latent_side (checkpoint, &json) * model->factor;

  model->native_size = MAX (side / model->size_multiple, 1) * model->size_multiple;
  model->default_steps = DEFAULT_STEPS;
  model->default_cfg = DEFAULT_CFG;
  model->sample_prompts = g_new0 (char *, 1);
  set_default_rgb (model);
  json.file = "sfumato.json";
  json.object = sf_checkpoint_extra (checkpoint);
  if (json.object)
    read_extra (model, &json);
  if (!json.error && model->native_size % model->size_multiple != 0)
    sf_config_refuse (&json, "native_size");
  if (!json.error)
    return TRUE;
  g_propagate_error (error, json.error);
  return FALSE;
}
