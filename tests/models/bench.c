/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench.h"

static char *
fixture_path (const char *name, const char *suffix)
{
  g_autofree char *file = g_strconcat (name, suffix, NULL);

  return g_test_build_filename (G_TEST_DIST, "..", "fixtures", file, NULL);
}

Bench *
bench_new (SfDevice *device, const char *fixture, gboolean keep_f32, double tolerance)
{
  g_autofree char *folder = fixture_path (fixture, "");
  g_autofree char *blocks = fixture_path (fixture, "-blocks.safetensors");
  g_autoptr (GError) error = NULL;
  Bench *self = g_new0 (Bench, 1);

  self->tolerance = tolerance;
  self->checkpoint = sf_checkpoint_open (folder, &error);
  g_assert_no_error (error);
  self->expected = sf_safetensors_open (blocks, &error);
  g_assert_no_error (error);
  sf_model_config_read (&self->config, self->checkpoint, &error);
  g_assert_no_error (error);
  self->weights = sf_weight_store_new (device);
  self->loader = sf_loader_new (self->checkpoint, self->weights, keep_f32, NULL);
  self->text = sf_clip_text_load (&self->config.text, self->loader);
  self->unet = sf_unet_load (&self->config.unet, self->loader);
  self->vae = sf_vae_load (&self->config.vae, TRUE, self->loader);
  sf_loader_finish (self->loader, &error);
  g_assert_no_error (error);
  self->compared = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

void
bench_free (Bench *self)
{
  sf_clip_text_free (self->text);
  sf_unet_free (self->unet);
  sf_vae_free (self->vae);
  sf_loader_free (self->loader);
  sf_weight_store_unref (self->weights);
  sf_safetensors_free (self->expected);
  sf_checkpoint_free (self->checkpoint);
  g_hash_table_unref (self->compared);
  g_free (self);
}

float *
bench_values (Bench *self, const char *name, const SfTensorInfo **info)
{
  const SfTensorInfo *found = sf_safetensors_lookup (self->expected, name);
  g_autoptr (GError) error = NULL;
  float *values;

  g_assert_nonnull (found);
  g_assert_cmpint (found->dtype, ==, SF_DTYPE_F32);
  values = g_malloc (found->size);
  sf_safetensors_read (self->expected, found, values, &error);
  g_assert_no_error (error);
  if (info)
    *info = found;
  return values;
}

SfTensor *
bench_input (Bench *self, SfGraph *graph, const char *name)
{
  const SfTensorInfo *info;
  g_autofree float *values = bench_values (self, name, &info);

  if (info->n_dims == 3)
    return sf_test_input (graph, info->dims[0], 1, info->dims[1], info->dims[2]);
  g_assert_cmpint (info->n_dims, ==, 4);
  return sf_test_input (graph, info->dims[0], info->dims[1], info->dims[2], info->dims[3]);
}

void
bench_fill (Bench *self, SfTensor *input, const char *name)
{
  g_autofree float *values = bench_values (self, name, NULL);

  sf_test_fill (input, values);
}

void
bench_compare (Bench *self, SfTensor *out, const char *name)
{
  const SfTensorInfo *info;
  g_autofree float *want = bench_values (self, name, &info);
  g_autofree float *got = sf_test_read (out);

  g_assert_cmpint (info->dims[0], ==, out->n);
  g_assert_cmpint (info->dims[info->n_dims - 1], ==, out->c);
  g_assert_cmpint (sf_tensor_info_n_elements (info), ==, (guint64)sf_tensor_rows (out) * out->c);
  sf_test_compare (name, got, want, sf_tensor_info_n_elements (info), self->tolerance);
  g_hash_table_add (self->compared, g_strdup (name));
}

static SfTensor *
find_written (SfGraph *graph, SfTensor *weight)
{
  for (guint i = 0; i < sf_graph_n_nodes (graph); i++)
    {
      const SfNode *node = sf_graph_node (graph, i);
      for (guint j = 0; j < node->n_inputs; j++)
        if (node->inputs[j] == weight)
          return node->outputs[0];
    }
  return NULL;
}

void
bench_compare_blocks (Bench *self, SfGraph *graph, SfPart part)
{
  g_autofree char *prefix = g_strconcat (sf_part_name (part), "/", NULL);

  for (guint i = 0; i < sf_safetensors_n_tensors (self->expected); i++)
    {
      const char *name = sf_safetensors_nth (self->expected, i)->name;
      SfTensor *weight, *out;
      if (!g_str_has_prefix (name, prefix) || !g_str_has_suffix (name, ".weight"))
        continue;
      weight = sf_loader_lookup (self->loader, part, name + strlen (prefix), NULL);
      g_assert_nonnull (weight);
      out = find_written (graph, weight);
      if (out)
        bench_compare (self, out, name);
    }
}

void
bench_assert_complete (Bench *self)
{
  for (guint i = 0; i < sf_safetensors_n_tensors (self->expected); i++)
    {
      const char *name = sf_safetensors_nth (self->expected, i)->name;
      if (!g_str_has_prefix (name, "in/") && !g_hash_table_contains (self->compared, name))
        g_error ("“%s” was never compared", name);
    }
}
