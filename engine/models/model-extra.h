/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "models/model.h"

G_BEGIN_DECLS

/**
 * sf_model_read_extra:
 *
 * Fills what is no part of the networks: native size, defaults, prompts, the preview's matrix, from
 * sfumato.json where the folder has one. @model's config and factor have been set.
 */
gboolean sf_model_read_extra (SfModel *model, SfCheckpoint *checkpoint, GError **error);

G_END_DECLS
