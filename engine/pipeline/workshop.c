/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/workshop.h"

#include "gpu/kernel.h"
#include "probe/first.h"
#include "text/prompt.h"

struct _SfWorkshop
{
  SfEngineOptions options;

  /* Owned: the worker's */
  SfDevice *device;
  SfPainter *painter;
  SfModelHash *hash;
  char *path; /* of the model that the next picture loads first, where there is no painter */

  /* Under the lock: read by any thread, set by the worker */
  GMutex lock;
  guint places; /* tokens that one chunk holds */

  /* Under the lock, owned */
  SfModelInfo *info;
  char *notice; /* about the device, or NULL */

  /* Under the lock, borrowed */
  const SfTokenizer *tokenizer; /* the loaded model's, or NULL */
};

/* --- Loading ---------------------------------------------------------------------------------- */

static void
on_probe (gpointer data)
{
  const SfProgress progress = { .phase = SF_PHASE_PROBING, .seconds_left = -1, .n_images = 1 };

  sf_progress_sink_post (data, &progress);
}

static gboolean
ensure_device (SfWorkshop *self, SfProgressSink *sink, GCancellable *cancellable, GError **error)
{
  char *notice;

  if (self->device != NULL)
    return TRUE;
  self->device
      = sf_probe_open_device (self->options.device, on_probe, sink, cancellable, &notice, error);
  g_mutex_lock (&self->lock);
  g_free (self->notice);
  self->notice = notice;
  g_mutex_unlock (&self->lock);
  return self->device != NULL;
}

static SfModelInfo *
info_new (const SfModel *model)
{
  SfModelInfo *info = g_new0 (SfModelInfo, 1);

  g_atomic_ref_count_init (&info->ref_count);
  info->path = g_strdup (model->path);
  info->name = g_strdup (model->name);
  info->family = g_strdup (model->family);
  info->dtype = g_strdup (model->dtype);
  info->n_parameters = model->n_parameters;
  info->native_size = model->native_size;
  info->size_multiple = model->size_multiple;
  info->limited = model->limited;
  info->default_steps = model->default_steps;
  info->default_cfg = model->default_cfg;
  info->default_sampler
      = g_strdup (model->default_sampler != NULL ? model->default_sampler : sf_samplers_list ()[0]);
  info->sample_prompts = g_strdupv (model->sample_prompts);
  info->words = model->words != NULL ? g_hash_table_ref (model->words) : NULL;
  return info;
}

/* Lets go of the model. If no other one takes its place, the next picture loads it again. */
static void
drop_model (SfWorkshop *self)
{
  g_mutex_lock (&self->lock);
  self->tokenizer = NULL;
  g_mutex_unlock (&self->lock);
  g_clear_pointer (&self->painter, sf_painter_free);
  g_clear_pointer (&self->hash, sf_model_hash_free);
}

/* Puts another model in the place of the last. */
static void
adopt_model (SfWorkshop *self, SfModel *model, SfModelInfo *info)
{
  SfPainter *old = self->painter;

  self->painter = sf_painter_new (model, self->device, self->options.memory_limit);
  g_clear_pointer (&self->hash, sf_model_hash_free);
  self->hash = sf_model_hash_new (model->path);
  g_free (self->path);
  self->path = g_strdup (model->path);
  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->info, sf_model_info_unref);
  self->info = sf_model_info_ref (info);
  self->tokenizer = model->tokenizer;
  self->places = model->config.text.places - 2;
  g_mutex_unlock (&self->lock);
  g_clear_pointer (&old, sf_painter_free);
}

static void
on_loading (double fraction, gpointer data)
{
  const SfProgress progress
      = { .phase = SF_PHASE_LOADING, .fraction = fraction, .seconds_left = -1, .n_images = 1 };

  sf_progress_sink_post (data, &progress);
}

static gboolean
fits_beside (SfWorkshop *self, const SfModel *model)
{
  return sf_model_fits (model, self->device, self->options.memory_limit,
                        sf_device_allocated_bytes (self->device));
}

/* The open model makes room where it has to, but not for one that would not fit alone either. */
static gboolean
make_room (SfWorkshop *self, const SfModel *model, GError **error)
{
  if (!sf_model_check_memory (model, self->device, self->options.memory_limit, 0, error))
    return FALSE;
  if (self->painter != NULL && !fits_beside (self, model))
    sf_painter_drop_graphs (self->painter);
  if (self->painter != NULL && !fits_beside (self, model))
    drop_model (self);
  return sf_model_check_memory (model, self->device, self->options.memory_limit,
                                sf_device_allocated_bytes (self->device), error);
}

SfModelInfo *
sf_workshop_load (SfWorkshop *self, const char *path, SfProgressSink *sink,
                  GCancellable *cancellable, GError **error)
{
  g_autoptr (SfModel) model = NULL;

  if (ensure_device (self, sink, cancellable, error))
    model = sf_model_open (path, SF_MODEL_DEFAULT, error);
  if (model == NULL || !make_room (self, model, error)
      || !sf_model_read_weights (model, self->device, cancellable, on_loading, sink, error))
    return NULL;
  SfModelInfo *info = info_new (model);
  adopt_model (self, g_steal_pointer (&model), info);
  return info;
}

/* --- Painting --------------------------------------------------------------------------------- */

static gboolean
ensure_painter (SfWorkshop *self, SfProgressSink *sink, GCancellable *cancellable, GError **error)
{
  if (self->painter != NULL)
    return TRUE;
  if (self->path == NULL)
    {
      g_set_error (error, SF_ERROR, SF_ERROR_MODEL,
                   "No model is loaded; open a model file or folder first.");
      return FALSE;
    }
  g_autofree char *path = g_strdup (self->path);
  g_autoptr (SfModelInfo) info = sf_workshop_load (self, path, sink, cancellable, error);
  return info != NULL;
}

GPtrArray *
sf_workshop_paint (SfWorkshop *self, const SfRequest *request, SfProgressSink *sink,
                   GCancellable *cancellable, GError **error)
{
  GPtrArray *pictures = NULL;

  if (ensure_painter (self, sink, cancellable, error)
      && !g_cancellable_set_error_if_cancelled (cancellable, error))
    pictures = sf_painter_paint (self->painter, request, self->hash, sink, cancellable, error);
  if (pictures != NULL)
    sf_kernel_cache_save (self->device);
  return pictures;
}

void
sf_workshop_drop_lost_device (SfWorkshop *self)
{
  if (self->device == NULL || !sf_device_is_lost (self->device))
    return;
  drop_model (self);
  g_clear_pointer (&self->device, sf_device_unref);
}

/* --- What there is ---------------------------------------------------------------------------- */

SfModelInfo *
sf_workshop_get_model (SfWorkshop *self)
{
  g_mutex_lock (&self->lock);
  SfModelInfo *info = self->info != NULL ? sf_model_info_ref (self->info) : NULL;
  g_mutex_unlock (&self->lock);
  return info;
}

char *
sf_workshop_get_notice (SfWorkshop *self)
{
  g_mutex_lock (&self->lock);
  char *notice = g_strdup (self->notice);
  g_mutex_unlock (&self->lock);
  return notice;
}

guint
sf_workshop_count_tokens (SfWorkshop *self, const char *text, guint *n_places)
{
  guint n = 0;

  g_mutex_lock (&self->lock);
  if (self->tokenizer != NULL)
    n = sf_prompt_count_tokens (self->tokenizer, text);
  if (n_places != NULL)
    *n_places = self->places;
  g_mutex_unlock (&self->lock);
  return n;
}

/* --- Opening and closing ---------------------------------------------------------------------- */

SfWorkshop *
sf_workshop_new (const SfEngineOptions *options)
{
  SfWorkshop *self = g_new0 (SfWorkshop, 1);

  self->options = *options;
  self->places = 75;
  g_mutex_init (&self->lock);
  return self;
}

void
sf_workshop_free (SfWorkshop *self)
{
  drop_model (self);
  g_free (self->path);
  g_clear_pointer (&self->device, sf_device_unref);
  g_clear_pointer (&self->info, sf_model_info_unref);
  g_free (self->notice);
  g_mutex_clear (&self->lock);
  g_free (self);
}
