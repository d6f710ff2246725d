/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "files/checkpoint-private.h"

#include <string.h>

#include "base/error.h"
#include "files/json-file.h"
#include "files/names.h"

/* The names that diffusers and transformers give to a part's weights: whole, or an index that
 * tells which of several files has which tensor; full precision before half. */
static const char *const weight_names[] = {
  "diffusion_pytorch_model.safetensors",
  "diffusion_pytorch_model.safetensors.index.json",
  "diffusion_pytorch_model.fp16.safetensors",
  "diffusion_pytorch_model.safetensors.index.fp16.json",
  "diffusion_pytorch_model.fp16.safetensors.index.json",
  "model.safetensors",
  "model.safetensors.index.json",
  "model.fp16.safetensors",
  "model.safetensors.index.fp16.json",
  "model.fp16.safetensors.index.json",
};

/* Diffusers has the VAE's attention as linear layers; LDM and the first diffusers stored
 * 1×1 convolutions. */
static void
flatten_attention (SfTensorInfo *info)
{
  if (info->n_dims == 4 && info->dims[2] == 1 && info->dims[3] == 1
      && strstr (info->name, ".mid_block.attentions.0.to_"))
    info->n_dims = 2;
}

/* Returns: FALSE if the part already has a tensor of that name. */
static gboolean
add_entry (SfCheckpoint *self, SfPart part, const char *name, SfSafetensors *file,
           const SfTensorInfo *stored)
{
  SfPartTensors *tensors = &self->parts[part];
  SfEntry entry = { .info = *stored, .file = file };

  if (g_hash_table_contains (tensors->index, name))
    return FALSE;
  entry.info.name = g_string_chunk_insert (self->names, name);
  if (part == SF_PART_VAE)
    flatten_attention (&entry.info);
  g_array_append_val (tensors->entries, entry);
  g_hash_table_insert (tensors->index, (char *)entry.info.name,
                       GUINT_TO_POINTER (tensors->entries->len));
  return TRUE;
}

static void
add_named (SfCheckpoint *self, SfNameKind kind, SfPart part, const char *name, SfSafetensors *file,
           const SfTensorInfo *stored)
{
  if (kind == SF_NAME_IGNORED)
    g_ptr_array_add (self->ignored, (char *)stored->name);
  else if (kind == SF_NAME_UNKNOWN || !add_entry (self, part, name, file, stored))
    g_ptr_array_add (self->unrecognised, (char *)stored->name);
}

static void
add_diffusers_file (SfCheckpoint *self, SfPart part, SfSafetensors *file)
{
  g_autoptr (GString) name = g_string_new (NULL);

  for (guint i = 0; i < sf_safetensors_n_tensors (file); i++)
    {
      const SfTensorInfo *stored = sf_safetensors_nth (file, i);
      SfNameKind kind = sf_name_from_diffusers (part, stored->name, name);
      add_named (self, kind, part, name->str, file, stored);
    }
}

static void
add_ldm_file (SfCheckpoint *self, SfSafetensors *file)
{
  g_autoptr (GString) name = g_string_new (NULL);
  SfLdmLayout layout = { 0 };
  guint n = sf_safetensors_n_tensors (file);

  for (guint i = 0; i < n; i++)
    sf_ldm_layout_see (&layout, sf_safetensors_nth (file, i)->name);
  for (guint i = 0; i < n; i++)
    {
      const SfTensorInfo *stored = sf_safetensors_nth (file, i);
      SfPart part = SF_PART_UNET;
      SfNameKind kind = sf_name_from_ldm (&layout, stored->name, &part, name);
      add_named (self, kind, part, name->str, file, stored);
    }
}

static SfSafetensors *
open_file (SfCheckpoint *self, const char *path, GError **error)
{
  SfSafetensors *file = sf_safetensors_open (path, error);

  if (file)
    g_ptr_array_add (self->files, file);
  return file;
}

/* What a file in no known layout is of, by the first name that tells. */
static SfPart
find_part (SfSafetensors *file)
{
  SfPart part = SF_N_PARTS;

  for (guint i = 0; i < sf_safetensors_n_tensors (file) && part == SF_N_PARTS; i++)
    part = sf_name_tells_part (sf_safetensors_nth (file, i)->name);
  return part;
}

gboolean
sf_checkpoint_load_file (SfCheckpoint *self, GError **error)
{
  SfSafetensors *file = open_file (self, self->path, error);
  g_autofree char *name = NULL;
  SfPart part;

  if (!file)
    return FALSE;
  for (guint i = 0; i < sf_safetensors_n_tensors (file) && !self->is_ldm; i++)
    self->is_ldm = sf_name_is_ldm (sf_safetensors_nth (file, i)->name);
  if (self->is_ldm)
    {
      add_ldm_file (self, file);
      return TRUE;
    }
  part = find_part (file);
  if (part != SF_N_PARTS)
    {
      add_diffusers_file (self, part, file);
      return TRUE;
    }
  name = sf_checkpoint_file_name (self);
  g_set_error (error, SF_ERROR, SF_ERROR_MODEL,
               "“%s” holds no Stable Diffusion model: open a checkpoint or a diffusers folder.",
               name);
  return FALSE;
}

/* The value of an index entry, if it is a plain name: an index must not lead out of its folder. */
static const char *
get_shard (JsonNode *node)
{
  const char *file
      = json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node) : NULL;

  return file && g_str_has_suffix (file, ".safetensors") && !strchr (file, '/') ? file : NULL;
}

/* Returns: (nullable): a set of the distinct files that an index names. */
static GHashTable *
list_shards (JsonObject *index)
{
  g_autoptr (GHashTable) shards = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  JsonNode *map = json_object_get_member (index, "weight_map");
  JsonObjectIter iter;
  JsonNode *node;

  if (!map || !JSON_NODE_HOLDS_OBJECT (map))
    return NULL;
  json_object_iter_init (&iter, json_node_get_object (map));
  while (json_object_iter_next (&iter, NULL, &node))
    {
      if (!get_shard (node))
        return NULL;
      g_hash_table_add (shards, g_strdup (get_shard (node)));
    }
  return g_steal_pointer (&shards);
}

static gboolean
open_shards (SfCheckpoint *self, const char *index_path, GError **error)
{
  g_autoptr (JsonObject) index = sf_json_load_object (index_path, error);
  g_autoptr (GHashTable) shards = index ? list_shards (index) : NULL;
  g_autofree char *folder = g_path_get_dirname (index_path);
  g_autofree char *shown = g_filename_display_name (index_path);
  g_autoptr (GList) names = NULL;

  if (index && !shards)
    g_set_error (error, SF_ERROR, SF_ERROR_MODEL,
                 "“%s” does not say which safetensors files beside it belong to the model.", shown);
  if (!shards)
    return FALSE;
  names = g_list_sort (g_hash_table_get_keys (shards), (GCompareFunc)strcmp);
  for (GList *l = names; l; l = l->next)
    {
      g_autofree char *path = g_build_filename (folder, l->data, NULL);
      if (!open_file (self, path, error))
        return FALSE;
    }
  return TRUE;
}

/* Returns: (nullable) (transfer full): the folder's weights or their index. */
static char *
find_weights (const char *folder)
{
  for (gsize i = 0; i < G_N_ELEMENTS (weight_names); i++)
    {
      g_autofree char *path = g_build_filename (folder, weight_names[i], NULL);
      if (g_file_test (path, G_FILE_TEST_EXISTS))
        return g_steal_pointer (&path);
    }
  return NULL;
}

/* Reads <folder>/<name> into @object where there is such a file. */
static gboolean
load_json (const char *folder, const char *name, JsonObject **object, GError **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE;
  *object = sf_json_load_object (path, error);
  return *object != NULL;
}

/* A folder of one part's weights and config.json. SF_N_PARTS: of the part that the weights' names
 * tell. No weights: nothing happens. */
static gboolean
load_part (SfCheckpoint *self, SfPart part, const char *folder, GError **error)
{
  g_autofree char *weights = find_weights (folder);
  guint first = self->files->len;

  if (weights && g_str_has_suffix (weights, ".json"))
    {
      if (!open_shards (self, weights, error))
        return FALSE;
    }
  else if (weights && !open_file (self, weights, error))
    return FALSE;

  for (guint i = first; i < self->files->len && part == SF_N_PARTS; i++)
    part = find_part (g_ptr_array_index (self->files, i));
  if (part == SF_N_PARTS)
    return TRUE;
  for (guint i = first; i < self->files->len; i++)
    add_diffusers_file (self, part, g_ptr_array_index (self->files, i));
  return load_json (folder, "config.json", &self->parts[part].config, error);
}

static char *
find_tokenizer (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "tokenizer", NULL);
  g_autofree char *vocab = g_build_filename (path, "vocab.json", NULL);
  g_autofree char *merges = g_build_filename (path, "merges.txt", NULL);

  if (g_file_test (vocab, G_FILE_TEST_IS_REGULAR) && g_file_test (merges, G_FILE_TEST_IS_REGULAR))
    return g_steal_pointer (&path);
  return NULL;
}

static gboolean
refuse_empty_folder (SfCheckpoint *self, GError **error)
{
  g_autofree char *name = sf_checkpoint_file_name (self);

  g_set_error (error, SF_ERROR, SF_ERROR_MODEL,
               "The folder “%s” holds no model: a diffusers model has folders unet, vae and "
               "text_encoder with safetensors files in them.",
               name);
  return FALSE;
}

static gboolean
has_any_part (SfCheckpoint *self)
{
  for (SfPart part = 0; part < SF_N_PARTS; part++)
    if (sf_checkpoint_has_part (self, part))
      return TRUE;
  return FALSE;
}

gboolean
sf_checkpoint_load_folder (SfCheckpoint *self, GError **error)
{
  for (SfPart part = 0; part < SF_N_PARTS; part++)
    {
      g_autofree char *folder = g_build_filename (self->path, sf_part_name (part), NULL);
      if (!load_part (self, part, folder, error))
        return FALSE;
    }
  /* Perhaps the folder is itself a part. */
  if (!has_any_part (self) && !load_part (self, SF_N_PARTS, self->path, error))
    return FALSE;
  if (!has_any_part (self))
    return refuse_empty_folder (self, error);
  self->tokenizer_folder = find_tokenizer (self->path);
  return load_json (self->path, "scheduler/scheduler_config.json", &self->scheduler_config, error)
         && load_json (self->path, "sfumato.json", &self->extra, error);
}
