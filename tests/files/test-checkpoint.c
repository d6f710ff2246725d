/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "files/checkpoint.h"
#include "fixture.h"

/* Every tensor of Stable Diffusion 1.5: part, name in a single file, name in diffusers, shape in
 * diffusers; written by tests/reference/export_names.py. */
typedef struct
{
  SfPart part;
  char *ldm;
  char *diffusers;
  guint n_dims;
  char *shape; /* "320,4,3,3" */
} Name;

static void
name_clear (Name *name)
{
  g_free (name->ldm);
  g_free (name->diffusers);
  g_free (name->shape);
}

static SfPart
part_from_name (const char *name)
{
  SfPart part = 0;

  while (part < SF_N_PARTS && strcmp (sf_part_name (part), name) != 0)
    part++;
  g_assert_cmpint (part, <, SF_N_PARTS);
  return part;
}

static GArray *
load_names (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "sd15-names.txt", NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  GArray *names = g_array_new (FALSE, FALSE, sizeof (Name));

  g_array_set_clear_func (names, (GDestroyNotify)name_clear);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] && *lines[i]; i++)
    {
      g_auto (GStrv) fields = g_strsplit (lines[i], " ", 4);
      g_auto (GStrv) dims = g_strsplit (fields[3], ",", -1);
      Name name = { part_from_name (fields[0]), g_strdup (fields[1]), g_strdup (fields[2]),
                    g_strv_length (dims), g_strdup (fields[3]) };
      g_array_append_val (names, name);
    }
  g_assert_cmpuint (names->len, ==, 686 + 196 + 248);
  return names;
}

/* A file being written: every tensor is a single float, its own number. */
typedef struct
{
  GString *header;
  GByteArray *data;
} Writer;

static Writer
writer_begin (void)
{
  return (Writer){ g_string_new ("{"), g_byte_array_new () };
}

static void
writer_add (Writer *writer, const char *name, guint n_dims, float value)
{
  guint offset = writer->data->len;

  g_string_append_printf (writer->header, "%s\"%s\":{\"dtype\":\"F32\",\"shape\":[",
                          offset > 0 ? "," : "", name);
  for (guint i = 0; i < n_dims; i++)
    g_string_append (writer->header, i > 0 ? ",1" : "1");
  g_string_append_printf (writer->header, "],\"data_offsets\":[%u,%u]}", offset, offset + 4);
  g_byte_array_append (writer->data, (guint8 *)&value, 4);
}

static void
writer_end (Writer *writer, Fixture *fixture, const char *file_name)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  guint64 len = GUINT64_TO_LE (writer->header->len + 1);

  g_string_append_c (writer->header, '}');
  g_byte_array_append (bytes, (guint8 *)&len, 8);
  g_byte_array_append (bytes, (guint8 *)writer->header->str, writer->header->len);
  g_byte_array_append (bytes, writer->data->data, writer->data->len);
  fixture_write (fixture, file_name, bytes->data, bytes->len);
  g_string_free (writer->header, TRUE);
  g_byte_array_unref (writer->data);
}

static void
write_text (Fixture *fixture, const char *name, const char *text)
{
  fixture_write (fixture, name, text, strlen (text));
}

static SfCheckpoint *
open_ok (Fixture *fixture, const char *name)
{
  g_autofree char *path = g_build_filename (fixture->folder, name, NULL);
  g_autoptr (GError) error = NULL;
  SfCheckpoint *checkpoint = sf_checkpoint_open (path, &error);

  g_assert_no_error (error);
  g_assert_nonnull (checkpoint);
  return checkpoint;
}

static void
assert_refused (Fixture *fixture, const char *name, const char *says)
{
  g_autofree char *path = g_build_filename (fixture->folder, name, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (sf_checkpoint_open (path, &error));
  g_assert_nonnull (error);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, says));
  g_assert_true (g_str_has_suffix (error->message, "."));
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
}

/* The VAE's attention weights are 1×1 convolutions in a single file. */
static guint
ldm_dims (const Name *name)
{
  return strstr (name->ldm, ".attn_1.") && name->n_dims == 2 ? 4 : name->n_dims;
}

static void
write_ldm (Fixture *fixture, GArray *names)
{
  Writer writer = writer_begin ();

  for (guint i = 0; i < names->len; i++)
    {
      const Name *name = &g_array_index (names, Name, i);
      writer_add (&writer, name->ldm, ldm_dims (name), i);
    }
  writer_add (&writer, "cond_stage_model.transformer.text_model.embeddings.position_ids", 1, -1);
  writer_add (&writer, "alphas_cumprod", 1, -1);
  writer_add (&writer, "model_ema.num_updates", 0, -1);
  writer_add (&writer, "model.diffusion_model.double_blocks.0.weight", 2, -1);
  writer_add (&writer, "somebody.elses.tensor", 1, -1);
  writer_end (&writer, fixture, "single.safetensors");
}

/* As today's diffusers and transformers write it. */
static char *
spell_new (const Name *name)
{
  if (name->part == SF_PART_TEXT_ENCODER)
    return g_strdup (name->diffusers + strlen ("text_model."));
  return g_strdup (name->diffusers);
}

/* As the first diffusers wrote it. */
static char *
spell_old (const Name *name)
{
  static const char *const pairs[][2] = { { ".to_q.", ".query." },
                                          { ".to_k.", ".key." },
                                          { ".to_v.", ".value." },
                                          { ".to_out.0.", ".proj_attn." } };

  for (gsize i = 0; i < G_N_ELEMENTS (pairs); i++)
    if (name->part == SF_PART_VAE && strstr (name->diffusers, pairs[i][0]))
      {
        g_auto (GStrv) halves = g_strsplit (name->diffusers, pairs[i][0], 2);
        return g_strjoinv (pairs[i][1], halves);
      }
  return g_strdup (name->diffusers);
}

/* The names of one part, every n_files-th from first on. */
static void
write_part (Fixture *fixture, GArray *names, SfPart part, char *(*spell) (const Name *),
            guint first, guint n_files, const char *file_name)
{
  Writer writer = writer_begin ();

  for (guint i = first; i < names->len; i += n_files)
    {
      const Name *name = &g_array_index (names, Name, i);
      g_autofree char *spelt = spell (name);
      if (name->part == part)
        writer_add (&writer, spelt, name->n_dims, i);
    }
  writer_end (&writer, fixture, file_name);
}

static void
assert_same (SfCheckpoint *checkpoint, GArray *names)
{
  guint counts[SF_N_PARTS] = { 0 };

  for (guint i = 0; i < names->len; i++)
    {
      const Name *name = &g_array_index (names, Name, i);
      const SfTensorInfo *info = sf_checkpoint_find (checkpoint, name->part, name->diffusers);
      float value = -1;
      if (!info)
        g_error ("%s is not found", name->diffusers);
      g_assert_cmpstr (info->name, ==, name->diffusers);
      g_assert_cmpuint (info->n_dims, ==, name->n_dims);
      g_assert_true (sf_checkpoint_read (checkpoint, info, &value, NULL));
      g_assert_cmpfloat (value, ==, i);
      counts[name->part]++;
    }
  g_assert_cmpint (sf_checkpoint_family (checkpoint), ==, SF_MODEL_FAMILY_SD1);
  g_assert_cmpint (sf_checkpoint_variant (checkpoint), ==, SF_VARIANT_PLAIN);
  g_assert_true (sf_checkpoint_check_runnable (checkpoint, NULL));
  for (SfPart part = 0; part < SF_N_PARTS; part++)
    {
      g_assert_cmpuint (sf_checkpoint_n_tensors (checkpoint, part), ==, counts[part]);
      g_assert_cmpuint (sf_checkpoint_count_dtype (checkpoint, part, SF_DTYPE_F32), ==,
                        counts[part]);
      g_assert_cmpint (sf_checkpoint_part_dtype (checkpoint, part), ==, SF_DTYPE_F32);
      g_assert_cmpuint (sf_checkpoint_n_parameters (checkpoint, part), ==, counts[part]);
      g_assert_cmpuint (sf_checkpoint_part_size (checkpoint, part), ==, 4 * counts[part]);
    }
}

static void
test_single_file (Fixture *fixture, const void *data)
{
  g_autoptr (GArray) names = load_names ();
  g_autoptr (SfCheckpoint) checkpoint = NULL;
  const char *const *list;

  write_ldm (fixture, names);
  checkpoint = open_ok (fixture, "single.safetensors");
  g_assert_true (sf_checkpoint_is_ldm (checkpoint));
  assert_same (checkpoint, names);
  g_assert_cmpstr (sf_checkpoint_display_name (checkpoint), ==, "single");
  g_assert_null (sf_checkpoint_config (checkpoint, SF_PART_UNET));
  g_assert_null (sf_checkpoint_tokenizer_folder (checkpoint));

  list = sf_checkpoint_ignored (checkpoint);
  g_assert_cmpuint (g_strv_length ((char **)list), ==, 3);
  g_assert_true (g_strv_contains (list, "alphas_cumprod"));
  list = sf_checkpoint_unrecognised (checkpoint);
  g_assert_cmpuint (g_strv_length ((char **)list), ==, 2);
  g_assert_true (g_strv_contains (list, "somebody.elses.tensor"));
  g_assert_true (g_strv_contains (list, "model.diffusion_model.double_blocks.0.weight"));
  g_assert_true (sf_checkpoint_has_key (checkpoint, "alphas_cumprod"));
  g_assert_false (sf_checkpoint_has_key (checkpoint, "v_pred"));
}

static void
test_folder (Fixture *fixture, const void *data)
{
  g_autoptr (GArray) names = load_names ();
  g_autoptr (SfCheckpoint) checkpoint = NULL;
  g_autofree char *tokenizer = g_build_filename (fixture->folder, "tokenizer", NULL);

  write_part (fixture, names, SF_PART_UNET, spell_new, 0, 1,
              "unet/diffusion_pytorch_model.safetensors");
  write_part (fixture, names, SF_PART_VAE, spell_old, 0, 1,
              "vae/diffusion_pytorch_model.fp16.safetensors");
  write_part (fixture, names, SF_PART_TEXT_ENCODER, spell_new, 0, 1,
              "text_encoder/model.safetensors");
  write_text (fixture, "unet/config.json", "{\"cross_attention_dim\": 768}");
  write_text (fixture, "scheduler/scheduler_config.json", "{\"prediction_type\": \"epsilon\"}");
  write_text (fixture, "sfumato.json", "{\"name\": \"Sketch book\", \"limited\": true}");
  write_text (fixture, "tokenizer/vocab.json", "{}");
  write_text (fixture, "tokenizer/merges.txt", "");

  checkpoint = open_ok (fixture, "");
  g_assert_false (sf_checkpoint_is_ldm (checkpoint));
  assert_same (checkpoint, names);
  g_assert_cmpstr (sf_checkpoint_display_name (checkpoint), ==, "Sketch book");
  g_assert_cmpint (json_object_get_int_member (sf_checkpoint_config (checkpoint, SF_PART_UNET),
                                               "cross_attention_dim"),
                   ==, 768);
  g_assert_null (sf_checkpoint_config (checkpoint, SF_PART_VAE));
  g_assert_cmpstr (json_object_get_string_member (sf_checkpoint_scheduler_config (checkpoint),
                                                  "prediction_type"),
                   ==, "epsilon");
  g_assert_true (json_object_get_boolean_member (sf_checkpoint_extra (checkpoint), "limited"));
  g_assert_cmpstr (sf_checkpoint_tokenizer_folder (checkpoint), ==, tokenizer);
}

static void
test_shards (Fixture *fixture, const void *data)
{
  g_autoptr (GArray) names = load_names ();
  g_autoptr (SfCheckpoint) checkpoint = NULL;
  static const char index[]
      = "{\"metadata\":{},\"weight_map\":{\"conv_in.weight\":\"m-00001-of-00002.safetensors\","
        "\"conv_in.bias\":\"m-00002-of-00002.safetensors\"}}";

  write_part (fixture, names, SF_PART_UNET, spell_new, 0, 2, "unet/m-00001-of-00002.safetensors");
  write_part (fixture, names, SF_PART_UNET, spell_new, 1, 2, "unet/m-00002-of-00002.safetensors");
  write_text (fixture, "unet/diffusion_pytorch_model.safetensors.index.json", index);
  write_part (fixture, names, SF_PART_VAE, spell_new, 0, 1,
              "vae/diffusion_pytorch_model.safetensors");
  write_part (fixture, names, SF_PART_TEXT_ENCODER, spell_old, 0, 1,
              "text_encoder/model.fp16.safetensors");
  checkpoint = open_ok (fixture, "");
  assert_same (checkpoint, names);
}

static void
test_bad_index (Fixture *fixture, const void *data)
{
  static const char name[] = "unet/diffusion_pytorch_model.safetensors.index.json";

  write_text (fixture, name, "{\"weight_map\":{\"a\":\"../../secret.safetensors\"}}");
  assert_refused (fixture, "", "does not say which safetensors files");
  write_text (fixture, name, "{\"weight_map\":{\"a\":\"there.safetensors\",\"b\":7}}");
  assert_refused (fixture, "", "does not say which safetensors files");
  write_text (fixture, name, "{\"weight_map\":[]}");
  assert_refused (fixture, "", "does not say which safetensors files");
  write_text (fixture, name, "{}");
  assert_refused (fixture, "", "does not say which safetensors files");
  write_text (fixture, name, "{\"weight_map\":{\"a\":\"missing.safetensors\"}}");
  assert_refused (fixture, "", "Cannot open “missing.safetensors”");
  write_text (fixture, name, "{\"weight_map\":{}}");
  assert_refused (fixture, "", "holds no model");
}

static void
test_bad_config (Fixture *fixture, const void *data)
{
  static const char name[] = "caf\xe9/unet/config.json";
  g_autofree char *path = g_build_filename (fixture->folder, name, NULL);
  g_autoptr (GString) nested = g_string_new ("{\"a\":");

  for (int i = 0; i < 200000; i++)
    g_string_append_c (nested, '[');
  write_text (fixture, name, nested->str);
  assert_refused (fixture, "caf\xe9", "the brackets are nested too deep");
  write_text (fixture, name, "[1]");
  assert_refused (fixture, "caf\xe9", "an object is expected");
  write_text (fixture, name, "{\"a\": nonsense}");
  assert_refused (fixture, "caf\xe9", "is damaged");
  write_text (fixture, name, "");
  assert_refused (fixture, "caf\xe9", "is damaged");
  g_assert_cmpint (unlink (path) | symlink ("/dev/null", path), ==, 0);
  assert_refused (fixture, "caf\xe9", "is not a configuration file");
  /* A process has nothing in its first page: reading that fails for root as well. */
  g_assert_cmpint (unlink (path) | symlink ("/proc/self/mem", path), ==, 0);
  assert_refused (fixture, "caf\xe9", "The model cannot be read: ");
}

static void
test_no_model (Fixture *fixture, const void *data)
{
  fixture_write_safetensors (
      fixture, "other.safetensors",
      "{\"lora.weight\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}", 1);
  fixture_write_safetensors (fixture, "bare.safetensors", "{}", 0);

  assert_refused (fixture, "", "holds no model");
  assert_refused (fixture, "missing", "No such file");
  assert_refused (fixture, "other.safetensors", "holds no Stable Diffusion model");
  assert_refused (fixture, "bare.safetensors", "holds no Stable Diffusion model");
}

/* A part alone: in its folder's parent, as the folder itself, as a file. */
static void
test_lone_part (Fixture *fixture, const void *data)
{
  static const char *const ways[] = { "", "unet", "unet/diffusion_pytorch_model.safetensors" };
  g_autoptr (GArray) names = load_names ();

  write_part (fixture, names, SF_PART_UNET, spell_new, 0, 1,
              "unet/diffusion_pytorch_model.safetensors");
  write_text (fixture, "unet/config.json", "{\"in_channels\": 4}");
  for (gsize i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_autoptr (SfCheckpoint) checkpoint = open_ok (fixture, ways[i]);
      g_assert_cmpuint (sf_checkpoint_n_tensors (checkpoint, SF_PART_UNET), ==, 686);
      g_assert_false (sf_checkpoint_has_part (checkpoint, SF_PART_VAE));
      g_assert_cmpint (sf_checkpoint_part_dtype (checkpoint, SF_PART_VAE), ==, SF_DTYPE_INVALID);
      g_assert_true ((sf_checkpoint_config (checkpoint, SF_PART_UNET) != NULL) == (i < 2));
    }
}

/* As many bytes as a tensor has, of types that a model can be made of. */
static void
test_reading (Fixture *fixture, const void *data)
{
  const gsize n = 301;
  g_autofree char *header
      = g_strdup_printf ("{\"time_embedding.h\":{\"dtype\":\"F16\",\"shape\":[%zu],"
                         "\"data_offsets\":[0,%zu]},\"b\":{\"dtype\":\"BF16\",\"shape\":[1],"
                         "\"data_offsets\":[%zu,%zu]},\"i\":{\"dtype\":\"I8\",\"shape\":[1],"
                         "\"data_offsets\":[%zu,%zu]}}",
                         n, 2 * n, 2 * n, 2 * n + 2, 2 * n + 2, 2 * n + 3);
  fixture_write_safetensors (fixture, "bytes", header, 2 * n + 3);
  g_autoptr (SfCheckpoint) checkpoint = open_ok (fixture, "bytes");
  guint8 bytes[2 * 301 + 1] = { [602] = 9 };
  g_autoptr (GError) error = NULL;

  g_assert_true (sf_checkpoint_read (checkpoint, sf_checkpoint_nth (checkpoint, SF_PART_UNET, 0),
                                     bytes, &error));
  for (gsize i = 0; i < 2 * n; i++)
    g_assert_cmpuint (bytes[i], ==, i % 256);
  g_assert_cmpuint (bytes[2 * n], ==, 9);
  g_assert_true (sf_checkpoint_read (checkpoint, sf_checkpoint_find (checkpoint, SF_PART_UNET, "b"),
                                     bytes, &error));
  g_assert_true (bytes[0] == 2 * n % 256 && bytes[1] == bytes[0] + 1 && bytes[2] == 2);
  g_assert_false (sf_checkpoint_read (
      checkpoint, sf_checkpoint_find (checkpoint, SF_PART_UNET, "i"), bytes, &error));
  g_assert_error (error, SF_ERROR, SF_ERROR_MODEL);
}

/* A file of the real size, and every shape in it. */
static void
test_full_size (Fixture *fixture, const void *data)
{
  g_autoptr (GArray) names = load_names ();
  g_autofree char *path = g_build_filename (fixture->folder, "sd15.safetensors", NULL);
  const char *argv[] = { g_getenv ("MAKE_SD15"), "--empty", path, NULL };
  g_autoptr (SfCheckpoint) checkpoint = NULL;
  int status = -1;

  g_assert_true (g_spawn_sync (NULL, (char **)argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL, NULL,
                               &status, NULL));
  g_assert_cmpint (status, ==, 0);
  checkpoint = open_ok (fixture, "sd15.safetensors");
  for (guint i = 0; i < names->len; i++)
    {
      const Name *name = &g_array_index (names, Name, i);
      const SfTensorInfo *info = sf_checkpoint_find (checkpoint, name->part, name->diffusers);
      g_autoptr (GString) shape = g_string_new (NULL);
      g_assert_nonnull (info);
      for (guint j = 0; j < info->n_dims; j++)
        g_string_append_printf (shape, "%s%d", j > 0 ? "," : "", (int)info->dims[j]);
      g_assert_cmpstr (shape->str, ==, name->shape);
    }
  g_assert_cmpint (sf_checkpoint_family (checkpoint), ==, SF_MODEL_FAMILY_SD1);
  g_assert_cmpuint (sf_checkpoint_n_parameters (checkpoint, SF_PART_UNET), ==, 859520964);
  g_assert_cmpuint (sf_checkpoint_n_parameters (checkpoint, SF_PART_VAE), ==, 83653863);
  g_assert_cmpuint (sf_checkpoint_n_parameters (checkpoint, SF_PART_TEXT_ENCODER), ==, 123060480);
  g_assert_cmpuint (g_strv_length ((char **)sf_checkpoint_ignored (checkpoint)), ==, 1);
  g_assert_null (sf_checkpoint_unrecognised (checkpoint)[0]);
}

#define ADD(name, function)                                                                        \
  g_test_add ("/checkpoint/" name, Fixture, NULL, fixture_set_up, function, fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("single-file", test_single_file);
  ADD ("folder", test_folder);
  ADD ("shards", test_shards);
  ADD ("bad-index", test_bad_index);
  ADD ("bad-config", test_bad_config);
  ADD ("no-model", test_no_model);
  ADD ("lone-part", test_lone_part);
  ADD ("reading", test_reading);
  ADD ("full-size", test_full_size);
  return g_test_run ();
}
