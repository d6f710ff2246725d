/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "models/model.h"
#include "models/tiny-decoder.h"
#include "sampling/sampler.h"
#include "sfumato.h"

G_BEGIN_DECLS

/* A request with everything decided: what was left to the model or to chance is filled in. */
typedef struct
{
  guint width, height; /* pixels */
  guint steps;
  double cfg;
  const SfSamplerClass *sampler;
  const SfSigmaSchedule *sigmas;
  const char *schedule; /* its name: "Automatic" where none was asked for */
  gint64 seed;          /* of the first picture */
} SfSettings;

/* Decides. @request: one that sf_request_validate() has found good. Fails where @model can't make
 * such a picture. */
gboolean sf_settings_resolve (SfSettings *self, const SfRequest *request, const SfModel *model,
                              GError **error);

/* The `parameters` text of picture @index. @tiny: (nullable): what decoded it. @device: which made
 * it. */
char *sf_settings_describe (const SfSettings *self, const SfRequest *request, const SfModel *model,
                            const SfTinyDecoder *tiny, SfDevice *device, const char *model_hash,
                            guint index);

G_END_DECLS
