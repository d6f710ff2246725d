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

/* Before anything is allocated: a driver may promise memory that the machine does not have. */
static gboolean
check_memory (SfModel *self, SfDevice *device, SfModelFlags flags, GError **error)
{
  guint64 memory = sf_device_memory_limit (device);
  guint64 needed = self->n_parameters * (flags & SF_MODEL_KEEP_F32 ? 4 : 2);
  g_autofree char *has = g_format_size (memory);
  g_autofree char *needs = g_format_size (needed);

  if (memory == 0 || needed <= memory)
    return TRUE;
  g_set_error (
      error, SF_ERROR, SF_ERROR_MEMORY,
      "The weights of the model “%s” need %s of memory, but there are only %s: close other "
      "programs, or open a smaller model.",
      self->name, needs, has);
  return FALSE;
}

static void
load_networks (SfModel *self, SfModelFlags flags, SfLoader *loader)
{
  self->text = sf_clip_text_load (&self->config.text, loader);
  self->unet = sf_unet_load (&self->config.unet, loader);
  self->vae = sf_vae_load (&self->config.vae, flags & SF_MODEL_ENCODER, loader);
}

/* Goes through all that load_networks() asks for without reading it, and lets the loader know. A
 * file that lacks something is read without that. */
static void
look_ahead (const SfModel *self, SfModelFlags flags, SfCheckpoint *checkpoint, SfLoader *loader)
{
  g_autoptr (SfModel) blank = g_new0 (SfModel, 1);
  g_autoptr (SfLoader) list = sf_loader_new (checkpoint, NULL, FALSE, NULL);

  blank->config = self->config;
  load_networks (blank, flags, list);
  if (sf_loader_problems (list)->len == 0)
    sf_loader_read_ahead (loader, sf_loader_order (list));
}

SfModel *
sf_model_load (SfDevice *device, const char *path, SfModelFlags flags, GCancellable *cancellable,
               SfLoaderProgress progress, gpointer progress_data, GError **error)
{
  g_autoptr (SfCheckpoint) checkpoint = sf_checkpoint_open (path, error);
  g_autoptr (SfModel) self = g_new0 (SfModel, 1);
  g_autoptr (SfLoader) loader = NULL;

  if (!checkpoint || !read_description (self, checkpoint, error)
      || !check_memory (self, device, flags, error))
    return NULL;
  self->weights = sf_weight_store_new (device);
  loader = sf_loader_new (checkpoint, self->weights, flags & SF_MODEL_KEEP_F32, cancellable);
  sf_loader_set_progress (loader, progress, progress_data);
  look_ahead (self, flags, checkpoint, loader);
  load_networks (self, flags, loader);
  return sf_loader_finish (loader, error) ? g_steal_pointer (&self) : NULL;
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
