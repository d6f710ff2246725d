/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "models/config-json.h"
#include "models/config.h"

G_BEGIN_DECLS

/* config-folder.c: from the JSON that diffusers and transformers write. Trouble is noted in @json;
 * numbers are in range afterwards, but need not fit each other. */
void sf_clip_text_config_from_json (SfClipTextConfig *config, SfConfigJson *json);
void sf_unet_config_from_json (SfUnetConfig *config, SfConfigJson *json);
void sf_vae_config_from_json (SfVaeConfig *config, SfConfigJson *json);
void sf_schedule_params_from_json (SfScheduleParams *params, SfConfigJson *json);

/* config-shapes.c: from the shapes of the weights. What cannot be told from them is as in Stable
 * Diffusion 1; what should be there and is not is 0. */
void sf_clip_text_config_from_shapes (SfClipTextConfig *config, SfCheckpoint *checkpoint);
void sf_unet_config_from_shapes (SfUnetConfig *config, SfCheckpoint *checkpoint);
void sf_vae_config_from_shapes (SfVaeConfig *config, SfCheckpoint *checkpoint);

/* config-check.c: whether the numbers are sane and fit each other. @name: the model's. */
gboolean sf_model_config_check (const SfModelConfig *config, const char *name, GError **error);

G_END_DECLS
