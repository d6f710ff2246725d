/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/pipeline.h"

#include "base/error.h"

static gboolean
plan (SfPipeline *self, const SfModel *model, SfDevice *device, SfArena *arena, SfGraphFlags flags,
      GError **error)
{
  const SfShape *shape = &self->shape;
  guint chunks = shape->chunks * shape->branches;
  guint tokens = shape->chunks * model->config.text.places;

  self->conditioner = sf_conditioner_new (model, device, arena, flags, chunks, error);
  if (self->conditioner == NULL)
    return FALSE;
  self->denoiser = sf_denoiser_new (model, device, arena, flags, shape->height, shape->width,
                                    shape->branches, tokens, shape->with_cache, shape->merging,
                                    error);
  if (self->denoiser == NULL)
    return FALSE;
  self->decoder = sf_decoder_new (model, shape->tiny, device, arena, flags, shape->height,
                                  shape->width, error);
  return self->decoder != NULL;
}

static guint64
planned_bytes (SfPipeline *self, const SfModel *model, SfArena *arena)
{
  guint64 tiny = self->shape.tiny != NULL ? sf_tiny_decoder_bytes (self->shape.tiny) : 0;

  return sf_weight_store_bytes (model->weights) + tiny + sf_arena_bytes (arena)
         + sf_graph_host_bytes (sf_conditioner_graph (self->conditioner))
         + sf_graph_host_bytes (sf_denoiser_graph (self->denoiser))
         + sf_graph_host_bytes (sf_decoder_graph (self->decoder));
}

static gboolean
check_memory (guint64 needed, SfDevice *device, guint64 limit, GError **error)
{
  guint64 available = limit > 0 ? limit : sf_device_caps (device)->memory;

  if (available == 0 || needed <= available)
    return TRUE;
  g_autofree char *needs = g_format_size (needed);
  g_autofree char *has = g_format_size (available);
  g_set_error (error, SF_ERROR, SF_ERROR_MEMORY,
               "This picture needs %s of memory and %s %s; choose a smaller size.", needs,
               limit > 0 ? "the limit is" : "the device has", has);
  return FALSE;
}

static gboolean
record (SfPipeline *self, GError **error)
{
  return sf_graph_record (sf_conditioner_graph (self->conditioner), error)
         && sf_graph_record (sf_denoiser_graph (self->denoiser), error)
         && sf_graph_record (sf_decoder_graph (self->decoder), error);
}

SfPipeline *
sf_pipeline_new (const SfModel *model, SfDevice *device, SfGraphFlags flags, const SfShape *shape,
                 guint64 limit, GError **error)
{
  g_autoptr (SfArena) arena = sf_arena_new (device);
  g_autoptr (SfPipeline) self = g_new0 (SfPipeline, 1);

  self->shape = *shape;
  if (!plan (self, model, device, arena, flags, error))
    return NULL;
  self->bytes = planned_bytes (self, model, arena);
  if (!check_memory (self->bytes, device, limit, error) || !record (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
sf_pipeline_free (SfPipeline *self)
{
  g_clear_pointer (&self->conditioner, sf_conditioner_free);
  g_clear_pointer (&self->denoiser, sf_denoiser_free);
  g_clear_pointer (&self->decoder, sf_decoder_free);
  g_free (self);
}
