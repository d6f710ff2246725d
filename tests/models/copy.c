/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "copy.h"

#include <glib/gstdio.h>
#include <string.h>

#include "support/remove-all.h"

static void
copy_file (const char *from, const char *to)
{
  g_autofree char *contents = NULL;
  g_autoptr (GError) error = NULL;
  gsize n;

  if (!g_str_has_suffix (from, ".json"))
    {
      g_assert_cmpint (symlink (from, to), ==, 0);
      return;
    }
  g_file_get_contents (from, &contents, &n, &error);
  g_assert_no_error (error);
  g_file_set_contents (to, contents, n, &error);
  g_assert_no_error (error);
}

static void
copy_folder (const char *from, const char *to)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = g_dir_open (from, 0, &error);
  const char *name;

  g_assert_no_error (error);
  g_assert_cmpint (g_mkdir_with_parents (to, 0700), ==, 0);
  while ((name = g_dir_read_name (dir)))
    {
      g_autofree char *inner_from = g_build_filename (from, name, NULL);
      g_autofree char *inner_to = g_build_filename (to, name, NULL);
      if (g_file_test (inner_from, G_FILE_TEST_IS_DIR))
        copy_folder (inner_from, inner_to);
      else
        copy_file (inner_from, inner_to);
    }
}

void
copy_set_up (Copy *copy, gconstpointer data)
{
  g_autofree char *original = g_test_build_filename (G_TEST_DIST, "..", "fixtures", "plain", NULL);
  g_autofree char *absolute = g_canonicalize_filename (original, NULL);
  g_autoptr (GError) error = NULL;

  copy->folder = g_dir_make_tmp ("sfumato-model-XXXXXX", &error);
  g_assert_no_error (error);
  copy_folder (absolute, copy->folder);
}

void
copy_remove (Copy *copy, const char *name)
{
  g_autofree char *path = g_build_filename (copy->folder, name, NULL);

  remove_all (path);
}

void
copy_tear_down (Copy *copy, gconstpointer data)
{
  remove_all (copy->folder);
  g_free (copy->folder);
}

void
copy_set_member (Copy *copy, const char *file, const char *member, const char *value)
{
  g_autofree char *path = g_build_filename (copy->folder, file, NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  if (g_file_test (path, G_FILE_TEST_EXISTS))
    json_parser_load_from_file (parser, path, &error);
  else
    json_parser_load_from_data (parser, "{}", -1, &error);
  g_assert_no_error (error);
  root = json_parser_steal_root (parser);
  if (value)
    {
      json_object_set_member (json_node_get_object (root), member,
                              json_from_string (value, &error));
      g_assert_no_error (error);
    }
  else
    json_object_remove_member (json_node_get_object (root), member);
  text = json_to_string (root, TRUE);
  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
}

/* --- Weights ---------------------------------------------------------------------------------- */

/* A header entry for @info whose data follow @offset; its size is returned. */
static guint64
append_entry (GString *header, const SfTensorInfo *info, guint64 offset, gboolean cut)
{
  guint64 size = cut ? info->size / info->dims[0] * (info->dims[0] - 1) : info->size;

  g_string_append_printf (header, "%c\"%s\":{\"dtype\":\"%s\",\"shape\":[",
                          header->len > 0 ? ',' : '{', info->name, sf_dtype_name (info->dtype));
  for (guint i = 0; i < info->n_dims; i++)
    g_string_append_printf (header, "%s%" G_GINT64_FORMAT, i > 0 ? "," : "",
                            i == 0 && cut ? info->dims[0] - 1 : info->dims[i]);
  g_string_append_printf (header,
                          "],\"data_offsets\":[%" G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT "]}",
                          offset, offset + size);
  return size;
}

void
copy_damage_weights (Copy *copy, SfPart part, const char *missing, const char *misshapen)
{
  g_autofree char *path = g_build_filename (
      copy->folder, sf_part_name (part),
      part == SF_PART_TEXT_ENCODER ? "model.safetensors" : "diffusion_pytorch_model.safetensors",
      NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (SfSafetensors) file = sf_safetensors_open (path, &error);
  g_autoptr (GString) header = g_string_new (NULL);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  guint64 n, size = 0;

  g_assert_no_error (error);
  for (guint i = 0; i < sf_safetensors_n_tensors (file); i++)
    {
      const SfTensorInfo *info = sf_safetensors_nth (file, i);
      if (g_strcmp0 (info->name, missing) != 0)
        size += append_entry (header, info, size, g_strcmp0 (info->name, misshapen) == 0);
    }
  g_string_append_c (header, '}');
  n = GUINT64_TO_LE (header->len);
  g_byte_array_append (bytes, (const guint8 *)&n, sizeof n);
  g_byte_array_append (bytes, (const guint8 *)header->str, header->len);
  /* What the values are does not matter. */
  g_byte_array_set_size (bytes, bytes->len + size);
  memset (bytes->data + bytes->len - size, 0, size);
  g_remove (path);
  g_file_set_contents (path, (const char *)bytes->data, bytes->len, &error);
  g_assert_no_error (error);
}
