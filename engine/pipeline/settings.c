/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/settings.h"

#include "image/parameters.h"

/* Seeds that are drawn fit 32 bits: what other programs take, and what people can type. */
static gint64
draw_seed (void)
{
  return g_random_int ();
}

static gboolean
check_size (const SfSettings *self, const SfModel *model, GError **error)
{
  if (self->width % model->size_multiple == 0 && self->height % model->size_multiple == 0)
    return TRUE;
  g_set_error (error, SF_ERROR, SF_ERROR_ARGUMENT,
               "%s makes pictures whose width and height are multiples of %u, not %u × %u.",
               model->name, model->size_multiple, self->width, self->height);
  return FALSE;
}

/* What is written into the picture is what was done, as it is spelled here. */
static void
resolve_schedule (SfSettings *self, const char *name)
{
  gboolean automatic
      = sf_schedule_is_automatic (name) || !sf_sampler_takes_schedule (self->sampler);

  self->sigmas = sf_sampler_schedule (self->sampler, automatic ? NULL : name);
  self->schedule = automatic ? SF_SCHEDULE_AUTOMATIC : self->sigmas->name;
}

gboolean
sf_settings_resolve (SfSettings *self, const SfRequest *request, const SfModel *model,
                     GError **error)
{
  const char *sampler = request->sampler != NULL ? request->sampler : model->default_sampler;

  self->width = request->width > 0 ? request->width : model->native_size;
  self->height = request->height > 0 ? request->height : model->native_size;
  self->steps = request->steps > 0 ? request->steps : model->default_steps;
  self->cfg = request->cfg > 0 ? request->cfg : model->default_cfg;
  self->sampler = sampler != NULL ? sf_sampler_find (sampler) : NULL;
  if (self->sampler == NULL)
    self->sampler = sf_samplers ()[0];
  resolve_schedule (self, request->schedule);
  self->seed = request->seed >= 0 ? request->seed : draw_seed ();
  return check_size (self, model, error);
}

char *
sf_settings_describe (const SfSettings *self, const SfRequest *request, const SfModel *model,
                      const SfTinyDecoder *tiny, SfDevice *device, const char *model_hash,
                      guint index)
{
  g_autoptr (SfParameters) parameters = sf_parameters_new ();

  sf_parameters_set (&parameters->prompt, request->prompt != NULL ? request->prompt : "");
  sf_parameters_set (&parameters->negative,
                     request->negative_prompt != NULL ? request->negative_prompt : "");
  sf_parameters_set (&parameters->sampler, sf_sampler_name (self->sampler));
  sf_parameters_set (&parameters->schedule, self->schedule);
  sf_parameters_set (&parameters->model, model->name);
  sf_parameters_set (&parameters->model_hash, model_hash);
  sf_parameters_set (&parameters->rng, request->rng == SF_NOISE_CPU ? "CPU" : "GPU");
  sf_parameters_set (&parameters->version, "Sfumato " SF_VERSION);
  parameters->steps = self->steps;
  parameters->cfg = self->cfg;
  parameters->seed = self->seed + index;
  parameters->width = self->width;
  parameters->height = self->height;
  if (tiny != NULL)
    g_hash_table_insert (parameters->extras, g_strdup ("Tiny decoder"),
                         g_strdup (sf_tiny_decoder_name (tiny)));
  if (sf_caps_use_matrix (sf_device_caps (device)))
    g_hash_table_insert (parameters->extras, g_strdup ("Matrix units"), g_strdup ("on"));
  parameters->cache_interval = MAX (request->cache_interval, 1);
  parameters->token_merging = request->token_merging;
  return sf_parameters_build (parameters);
}
