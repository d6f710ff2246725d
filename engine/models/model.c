/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/model.h"

#include "base/error.h"
#include "models/model-extra.h"

void
sf_model_free (SfModel *self)
{
  if (!self)
    return;
  g_clear_pointer (&self->text, sf_clip_text_free);
  g_clear_pointer (&self->unet, sf_unet_free);
  g_clear_pointer (&self->vae, sf_vae_free);
  g_clear_pointer (&self->weights, sf_weight_store_unref);
  g_clear_pointer (&self->schedule, sf_noise_schedule_free);
  g_clear_pointer (&self->tokenizer, sf_tokenizer_free);
  g_clear_pointer (&self->order, g_ptr_array_unref);
  g_clear_pointer (&self->checkpoint, sf_checkpoint_free);
  g_strfreev (self->sample_prompts);
  g_clear_pointer (&self->words, g_hash_table_unref);
  g_free (self->default_sampler);
  g_free (self->name);
  g_free (self->path);
  g_free (self);
}

#define SIZE_MULTIPLE 8

/* --- All but the weights ---------------------------------------------------------------------- */

static gboolean
check_parts (SfCheckpoint *checkpoint, GError **error)
{
  for (SfPart part = 0; part < SF_N_PARTS; part++)
    if (!sf_checkpoint_has_part (checkpoint, part))
      {
        g_set_error (error, SF_ERROR, SF_ERROR_MODEL,
                     "The model “%s” has no %s: open a whole model, a checkpoint or a diffusers "
                     "folder.",
                     sf_checkpoint_display_name (checkpoint), sf_part_title (part));
        return FALSE;
      }
  return TRUE;
}

static gboolean
load_tokenizer (SfModel *self, SfCheckpoint *checkpoint, GError **error)
{
  const char *folder = sf_checkpoint_tokenizer_folder (checkpoint);
  guint vocab;

  self->tokenizer
      = folder ? sf_tokenizer_new_from_folder (folder, error) : sf_tokenizer_new_clip (error);
  if (!self->tokenizer)
    return FALSE;
  vocab = sf_tokenizer_get_vocab_size (self->tokenizer);
  if (vocab > self->config.text.vocab)
    {
      g_set_error (error, SF_ERROR, SF_ERROR_MODEL,
                   "The model “%s” cannot be used: its text encoder knows %u tokens, but its "
                   "tokenizer has %u.",
                   self->name, self->config.text.vocab, vocab);
      return FALSE;
    }
  /* CLIP-L's padding; the pad_token_id of its config is a leftover that nothing uses. */
  self->config.text.pad = sf_tokenizer_get_eos (self->tokenizer);
  return TRUE;
}

static gboolean
read_description (SfModel *self, SfCheckpoint *checkpoint, GError **error)
{
  if (!sf_checkpoint_check_runnable (checkpoint, error) || !check_parts (checkpoint, error)
      || !sf_model_config_read (&self->config, checkpoint, error))
    return FALSE;
  self->path = g_strdup (sf_checkpoint_path (checkpoint));
  self->name = g_strdup (sf_checkpoint_display_name (checkpoint));
  self->family = sf_model_family_name (sf_checkpoint_family (checkpoint));
  self->dtype = sf_dtype_name (sf_checkpoint_part_dtype (checkpoint, SF_PART_UNET));
  for (SfPart part = 0; part < SF_N_PARTS; part++)
    self->n_parameters += sf_checkpoint_n_parameters (checkpoint, part);
  self->factor = sf_vae_config_factor (&self->config.vae);
  /* What people expect, also where a latent's pixel stands for fewer. */
  self->size_multiple = MAX (self->factor, SIZE_MULTIPLE);
  self->schedule = sf_noise_schedule_new (&self->config.schedule, error);
  return self->schedule && sf_model_read_extra (self, checkpoint, error)
         && load_tokenizer (self, checkpoint, error);
}

/* --- Weights ---------------------------------------------------------------------------------- */

static void
load_networks (SfModel *self, SfModelFlags flags, SfLoader *loader)
{
  self->text = sf_clip_text_load (&self->config.text, loader);
  self->unet = sf_unet_load (&self->config.unet, loader);
  self->vae = sf_vae_load (&self->config.vae, flags & SF_MODEL_ENCODER, loader);
}

/* Goes through all that load_networks() asks for without reading it. */
static gboolean
list_tensors (SfModel *self, GError **error)
{
  g_autoptr (SfModel) blank = g_new0 (SfModel, 1);
  g_autoptr (SfLoader) list = sf_loader_new (self->checkpoint, NULL, FALSE, NULL);
  guint64 n = 0;

  blank->config = self->config;
  load_networks (blank, self->flags, list);
  self->order = g_ptr_array_ref (sf_loader_order (list));
  for (guint i = 0; i < self->order->len; i++)
    n += sf_tensor_info_n_elements (g_ptr_array_index (self->order, i));
  self->weight_bytes = n * (self->flags & SF_MODEL_KEEP_F32 ? 4 : 2);
  return sf_loader_finish (list, error);
}

SfModel *
sf_model_open (const char *path, SfModelFlags flags, GError **error)
{
  g_autoptr (SfModel) self = g_new0 (SfModel, 1);

  self->flags = flags;
  self->checkpoint = sf_checkpoint_open (path, error);
  if (!self->checkpoint || !read_description (self, self->checkpoint, error)
      || !list_tensors (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

static guint64
memory_limit (SfDevice *device, guint64 limit)
{
  return limit > 0 ? limit : sf_device_memory_limit (device);
}

gboolean
sf_model_fits (const SfModel *self, SfDevice *device, guint64 limit, guint64 held)
{
  guint64 most = memory_limit (device, limit);

  return most == 0 || self->weight_bytes + held <= most;
}

/* Before anything is allocated: a driver may promise memory that the machine does not have. */
gboolean
sf_model_check_memory (const SfModel *self, SfDevice *device, guint64 limit, guint64 held,
                       GError **error)
{
  guint64 most = memory_limit (device, limit);
  g_autofree char *needs = g_format_size (self->weight_bytes);
  g_autofree char *left = g_format_size (most > held ? most - held : 0);

  if (sf_model_fits (self, device, limit, held))
    return TRUE;
  g_set_error (error, SF_ERROR, SF_ERROR_MEMORY,
               "The weights of the model “%s” need %s of memory and %s only %s; %s, or open "
               "a smaller model.",
               self->name, needs, limit > 0 ? "the limit leaves" : "the device has", left,
               limit > 0 ? "raise it" : "close other programs");
  return FALSE;
}

gboolean
sf_model_read_weights (SfModel *self, SfDevice *device, GCancellable *cancellable,
                       SfLoaderProgress progress, gpointer progress_data, GError **error)
{
  self->weights = sf_weight_store_new (device);
  SfLoader *loader = sf_loader_new (self->checkpoint, self->weights,
                                    self->flags & SF_MODEL_KEEP_F32, cancellable);
  sf_loader_set_progress (loader, progress, progress_data);
  sf_loader_read_ahead (loader, self->order);
  load_networks (self, self->flags, loader);
  gboolean good = sf_loader_finish (loader, error);

  sf_loader_free (loader);
  g_clear_pointer (&self->order, g_ptr_array_unref);
  g_clear_pointer (&self->checkpoint, sf_checkpoint_free);
  return good;
}

SfModel *
sf_model_load (SfDevice *device, const char *path, SfModelFlags flags, GCancellable *cancellable,
               SfLoaderProgress progress, gpointer progress_data, GError **error)
{
  g_autoptr (SfModel) self = sf_model_open (path, flags, error);

  if (!self || !sf_model_check_memory (self, device, 0, 0, error)
      || !sf_model_read_weights (self, device, cancellable, progress, progress_data, error))
    return NULL;
  return g_steal_pointer (&self);
}

SfModel *
sf_model_new_blank (SfDevice *device, const SfModelConfig *config, GError **error)
{
  g_autoptr (SfModel) self = g_new0 (SfModel, 1);
  g_autoptr (SfLoader) loader = NULL;

  self->config = *config;
  self->factor = sf_vae_config_factor (&config->vae);
  self->schedule = sf_noise_schedule_new (&config->schedule, error);
  if (!self->schedule)
    return NULL;
  self->weights = sf_weight_store_new (device);
  loader = sf_loader_new_blank (self->weights);
  load_networks (self, SF_MODEL_DEFAULT, loader);
  return sf_loader_finish (loader, error) ? g_steal_pointer (&self) : NULL;
}

/* --- Problems --------------------------------------------------------------------------------- */

GPtrArray *
sf_model_find_problems (SfCheckpoint *checkpoint)
{
  g_autoptr (SfModel) model = g_new0 (SfModel, 1);
  g_autoptr (GError) error = NULL;
  g_autoptr (SfLoader) loader = NULL;
  GPtrArray *problems = g_ptr_array_new_with_free_func (g_free);

  if (!read_description (model, checkpoint, &error))
    {
      g_ptr_array_add (problems, g_strdup (error->message));
      return problems;
    }
  loader = sf_loader_new (checkpoint, NULL, FALSE, NULL);
  load_networks (model, SF_MODEL_DEFAULT, loader);
  for (guint i = 0; i < sf_loader_problems (loader)->len; i++)
    g_ptr_array_add (problems, g_strdup (g_ptr_array_index (sf_loader_problems (loader), i)));
  return problems;
}
