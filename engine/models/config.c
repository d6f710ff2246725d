/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/config.h"

#include "models/config-private.h"

/* Opens @object for reading; FALSE where there is none. */
static gboolean
begin (SfConfigJson *json, SfCheckpoint *checkpoint, const char *file, JsonObject *object)
{
  json->model = sf_checkpoint_display_name (checkpoint);
  json->file = file;
  json->object = object;
  return object != NULL;
}

static void
read_text (SfClipTextConfig *config, SfCheckpoint *checkpoint, SfConfigJson *json)
{
  if (begin (json, checkpoint, "text_encoder/config.json",
             sf_checkpoint_config (checkpoint, SF_PART_TEXT_ENCODER)))
    sf_clip_text_config_from_json (config, json);
  else
    sf_clip_text_config_from_shapes (config, checkpoint);
}

static void
read_unet (SfUnetConfig *config, SfCheckpoint *checkpoint, SfConfigJson *json)
{
  if (begin (json, checkpoint, "unet/config.json", sf_checkpoint_config (checkpoint, SF_PART_UNET)))
    sf_unet_config_from_json (config, json);
  else
    sf_unet_config_from_shapes (config, checkpoint);
}

static void
read_vae (SfVaeConfig *config, SfCheckpoint *checkpoint, SfConfigJson *json)
{
  if (begin (json, checkpoint, "vae/config.json", sf_checkpoint_config (checkpoint, SF_PART_VAE)))
    sf_vae_config_from_json (config, json);
  else
    sf_vae_config_from_shapes (config, checkpoint);
}

static void
read_schedule (SfScheduleParams *params, SfCheckpoint *checkpoint, SfConfigJson *json)
{
  *params = sf_schedule_params_default;
  if (begin (json, checkpoint, "scheduler/scheduler_config.json",
             sf_checkpoint_scheduler_config (checkpoint)))
    sf_schedule_params_from_json (params, json);
  else if (sf_checkpoint_has_key (checkpoint, "v_pred"))
    params->prediction = SF_PREDICTION_V;
}

gboolean
sf_model_config_read (SfModelConfig *config, SfCheckpoint *checkpoint, GError **error)
{
  SfConfigJson json = { 0 };

  *config = (SfModelConfig){ 0 };
  read_text (&config->text, checkpoint, &json);
  read_unet (&config->unet, checkpoint, &json);
  read_vae (&config->vae, checkpoint, &json);
  read_schedule (&config->schedule, checkpoint, &json);
  if (json.error)
    {
      g_propagate_error (error, json.error);
      return FALSE;
    }
  return sf_model_config_check (config, sf_checkpoint_display_name (checkpoint), error);
}

guint
sf_vae_config_factor (const SfVaeConfig *config)
{
  return 1u << (config->n_levels - 1);
}
