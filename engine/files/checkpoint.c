/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "files/checkpoint-private.h"

#include "base/error.h"

const char *
sf_part_name (SfPart part)
{
  static const char *const names[SF_N_PARTS] = { "text_encoder", "unet", "vae" };

  return names[part];
}

const char *
sf_part_title (SfPart part)
{
  static const char *const titles[SF_N_PARTS] = { "text encoder", "U-Net", "VAE" };

  return titles[part];
}

void
sf_checkpoint_free (SfCheckpoint *self)
{
  if (!self)
    return;
  for (SfPart part = 0; part < SF_N_PARTS; part++)
    {
      g_array_unref (self->parts[part].entries);
      g_hash_table_unref (self->parts[part].index);
      g_clear_pointer (&self->parts[part].config, json_object_unref);
    }
  g_ptr_array_unref (self->ignored);
  g_ptr_array_unref (self->unrecognised);
  g_ptr_array_unref (self->files);
  g_string_chunk_free (self->names);
  g_clear_pointer (&self->scheduler_config, json_object_unref);
  g_clear_pointer (&self->extra, json_object_unref);
  g_free (self->tokenizer_folder);
  g_free (self->display_name);
  g_free (self->path);
  g_free (self);
}

char *
sf_checkpoint_file_name (SfCheckpoint *self)
{
  return g_filename_display_basename (self->path);
}

const char *
sf_checkpoint_path (SfCheckpoint *self)
{
  return self->path;
}

const char *
sf_checkpoint_display_name (SfCheckpoint *self)
{
  return self->display_name;
}

gboolean
sf_checkpoint_is_ldm (SfCheckpoint *self)
{
  return self->is_ldm;
}

SfModelFamily
sf_checkpoint_family (SfCheckpoint *self)
{
  return self->family;
}

SfVariant
sf_checkpoint_variant (SfCheckpoint *self)
{
  return self->variant;
}

gboolean
sf_checkpoint_has_part (SfCheckpoint *self, SfPart part)
{
  return self->parts[part].entries->len > 0;
}

guint
sf_checkpoint_n_tensors (SfCheckpoint *self, SfPart part)
{
  return self->parts[part].entries->len;
}

const SfTensorInfo *
sf_checkpoint_nth (SfCheckpoint *self, SfPart part, guint i)
{
  return &g_array_index (self->parts[part].entries, SfEntry, i).info;
}

const SfTensorInfo *
sf_checkpoint_find (SfCheckpoint *self, SfPart part, const char *name)
{
  guint place = GPOINTER_TO_UINT (g_hash_table_lookup (self->parts[part].index, name));

  return place > 0 ? sf_checkpoint_nth (self, part, place - 1) : NULL;
}

gboolean
sf_checkpoint_read (SfCheckpoint *self, const SfTensorInfo *info, void *dst, GError **error)
{
  const SfEntry *entry = (const SfEntry *)info;

  if (!sf_dtype_is_float (info->dtype))
    {
      g_autofree char *file = sf_checkpoint_file_name (self);
      g_set_error (error, SF_ERROR, SF_ERROR_MODEL,
                   "“%s” cannot be used: its tensor “%s” is not made of 16-, 32- or 64-bit floats.",
                   file, info->name);
      return FALSE;
    }
  return sf_safetensors_read (entry->file, info, dst, error);
}

SfDtype
sf_checkpoint_part_dtype (SfCheckpoint *self, SfPart part)
{
  guint64 counts[SF_DTYPE_BOOL + 1] = { 0 };
  SfDtype most = SF_DTYPE_INVALID;

  for (guint i = 0; i < sf_checkpoint_n_tensors (self, part); i++)
    {
      const SfTensorInfo *info = sf_checkpoint_nth (self, part, i);
      counts[info->dtype] += sf_tensor_info_n_elements (info);
    }
  for (SfDtype dtype = 0; dtype <= SF_DTYPE_BOOL; dtype++)
    if (counts[dtype] > counts[most])
      most = dtype;
  return most;
}

guint64
sf_checkpoint_n_parameters (SfCheckpoint *self, SfPart part)
{
  guint64 n = 0;

  for (guint i = 0; i < sf_checkpoint_n_tensors (self, part); i++)
    n += sf_tensor_info_n_elements (sf_checkpoint_nth (self, part, i));
  return n;
}

guint
sf_checkpoint_count_dtype (SfCheckpoint *self, SfPart part, SfDtype dtype)
{
  guint n = 0;

  for (guint i = 0; i < sf_checkpoint_n_tensors (self, part); i++)
    n += sf_checkpoint_nth (self, part, i)->dtype == dtype;
  return n;
}

guint64
sf_checkpoint_part_size (SfCheckpoint *self, SfPart part)
{
  guint64 n = 0;

  for (guint i = 0; i < sf_checkpoint_n_tensors (self, part); i++)
    n += sf_checkpoint_nth (self, part, i)->size;
  return n;
}

const char *const *
sf_checkpoint_ignored (SfCheckpoint *self)
{
  return (const char *const *)self->ignored->pdata;
}

const char *const *
sf_checkpoint_unrecognised (SfCheckpoint *self)
{
  return (const char *const *)self->unrecognised->pdata;
}

gboolean
sf_checkpoint_has_key (SfCheckpoint *self, const char *raw_name)
{
  for (guint i = 0; i < self->files->len; i++)
    if (sf_safetensors_lookup (g_ptr_array_index (self->files, i), raw_name))
      return TRUE;
  return FALSE;
}

JsonObject *
sf_checkpoint_config (SfCheckpoint *self, SfPart part)
{
  return self->parts[part].config;
}

JsonObject *
sf_checkpoint_scheduler_config (SfCheckpoint *self)
{
  return self->scheduler_config;
}

JsonObject *
sf_checkpoint_extra (SfCheckpoint *self)
{
  return self->extra;
}

const char *
sf_checkpoint_tokenizer_folder (SfCheckpoint *self)
{
  return self->tokenizer_folder;
}
