/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "files/checkpoint-private.h"

static SfCheckpoint *
checkpoint_new (const char *path)
{
  SfCheckpoint *self = g_new0 (SfCheckpoint, 1);

  self->path = g_canonicalize_filename (path, NULL);
  self->files = g_ptr_array_new_with_free_func ((GDestroyNotify)sf_safetensors_free);
  self->names = g_string_chunk_new (4096);
  self->ignored = g_ptr_array_new ();
  self->unrecognised = g_ptr_array_new ();
  for (SfPart part = 0; part < SF_N_PARTS; part++)
    {
      self->parts[part].entries = g_array_new (FALSE, TRUE, sizeof (SfEntry));
      self->parts[part].index = g_hash_table_new (g_str_hash, g_str_equal);
    }
  return self;
}

static char *
make_display_name (SfCheckpoint *self)
{
  JsonNode *given = self->extra ? json_object_get_member (self->extra, "name") : NULL;
  char *name;

  if (given && json_node_get_value_type (given) == G_TYPE_STRING)
    return json_node_dup_string (given);
  name = sf_checkpoint_file_name (self);
  if (g_str_has_suffix (name, ".safetensors"))
    name[strlen (name) - strlen (".safetensors")] = '\0';
  return name;
}

SfCheckpoint *
sf_checkpoint_open (const char *path, GError **error)
{
  g_autoptr (SfCheckpoint) self = checkpoint_new (path);
  gboolean ok = g_file_test (self->path, G_FILE_TEST_IS_DIR)
                    ? sf_checkpoint_load_folder (self, error)
                    : sf_checkpoint_load_file (self, error);

  if (!ok)
    return NULL;
  g_ptr_array_add (self->ignored, NULL);
  g_ptr_array_add (self->unrecognised, NULL);
  self->display_name = make_display_name (self);
  sf_checkpoint_detect_family (self);
  return g_steal_pointer (&self);
}
