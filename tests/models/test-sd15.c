/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A checkpoint of Stable Diffusion 1.5's shape, with random weights, against diffusers: text
 * encoder, the first step, both halves of the VAE. tests/reference/export_sd15.py has made
 * sd15-first-step.safetensors. Takes minutes and 2.1 GB; SF_TEST_SD15 names a checkpoint that
 * make-sd15 has written before. */

#include <glib/gstdio.h>

#include "models/model.h"
#include "support/sf-test.h"

#define TOLERANCE 1e-3

typedef struct
{
  gboolean is_temporary;

  /* Owned */
  char *path;
  SfModel *model;
  SfSafetensors *expected;
} Fixture;

/* --- Fixture ---------------------------------------------------------------------------------- */

static void
make_checkpoint (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = NULL;

  fixture->path = g_test_build_filename (G_TEST_BUILT, "sd15.safetensors", NULL);
  fixture->is_temporary = TRUE;
  process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE, &error, g_getenv ("MAKE_SD15"),
                              fixture->path, NULL);
  g_assert_no_error (error);
  g_subprocess_wait_check (process, NULL, &error);
  g_assert_no_error (error);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *expected
      = g_test_build_filename (G_TEST_DIST, "sd15-first-step.safetensors", NULL);
  g_autoptr (GError) error = NULL;
  gint64 start;

  if (g_getenv ("SF_TEST_SD15"))
    fixture->path = g_strdup (g_getenv ("SF_TEST_SD15"));
  else
    make_checkpoint (fixture);
  fixture->expected = sf_safetensors_open (expected, &error);
  g_assert_no_error (error);
  start = g_get_monotonic_time ();
  fixture->model = sf_model_load (sf_test_device (SF_FAMILY_AUTO), fixture->path, SF_MODEL_ENCODER,
                                  NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_test_message ("loaded in %.1f s", (g_get_monotonic_time () - start) / 1e6);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  sf_model_free (fixture->model);
  sf_safetensors_free (fixture->expected);
  if (fixture->is_temporary)
    g_unlink (fixture->path);
  g_free (fixture->path);
}

static const SfTensorInfo *
lookup (Fixture *fixture, const char *name)
{
  const SfTensorInfo *info = sf_safetensors_lookup (fixture->expected, name);

  g_assert_nonnull (info);
  return info;
}

static void *
raw_values (Fixture *fixture, const char *name)
{
  const SfTensorInfo *info = lookup (fixture, name);
  g_autoptr (GError) error = NULL;
  void *values = g_malloc (info->size);

  sf_safetensors_read (fixture->expected, info, values, &error);
  g_assert_no_error (error);
  return values;
}

/* [n, c, h, w] there, [n, h, w, c] here. */
static float *
values (Fixture *fixture, const char *name)
{
  const SfTensorInfo *info = lookup (fixture, name);
  gsize c = info->dims[1], pixels = info->dims[2] * info->dims[3];
  g_autofree float *raw = raw_values (fixture, name);
  float *result = g_new (float, info->dims[0] * c * pixels);

  for (gsize n = 0; n < info->dims[0]; n++)
    for (gsize k = 0; k < c; k++)
      for (gsize i = 0; i < pixels; i++)
        result[(n * pixels + i) * c + k] = raw[(n * c + k) * pixels + i];
  return result;
}

static float
number (Fixture *fixture, const char *name)
{
  g_autofree float *value = raw_values (fixture, name);

  return value[0];
}

/* --- The walk --------------------------------------------------------------------------------- */

static void
prepare (SfGraph *graph, SfTensor *out)
{
  g_autoptr (GError) error = NULL;

  sf_graph_keep (graph, out);
  sf_graph_prepare (graph, &error);
  g_assert_no_error (error);
}

static float *
run (SfGraph *graph, SfTensor *out)
{
  g_autoptr (GError) error = NULL;
  gint64 start = g_get_monotonic_time ();

  sf_graph_run (graph, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (sf_recorder_largest_slice (sf_graph_recorder (graph)), <=,
                     SF_MAX_SUBMISSION_GFLOP);
  g_test_message ("%.1f GFLOP in %.2f s", sf_graph_gflop (graph),
                  (g_get_monotonic_time () - start) / 1e6);
  return sf_test_read (out);
}

/* Returns: [2, 77, 768] */
static float *
encode_text (Fixture *fixture)
{
  g_autoptr (SfGraph) graph = sf_graph_new (sf_test_device (SF_FAMILY_AUTO), SF_GRAPH_DEFAULT);
  SfTensor *in = sf_test_input (graph, 2, 1, 77, 1);
  SfTensor *out = sf_clip_text_build (fixture->model->text, graph, in);
  g_autofree gint64 *numbers = raw_values (fixture, "ids");
  g_autofree float *ids = g_new (float, 2 * 77);

  for (guint i = 0; i < 2 * 77; i++)
    ids[i] = numbers[i];
  prepare (graph, out);
  sf_test_fill (in, ids);
  return run (graph, out);
}

static void
compare_text (Fixture *fixture, const float *hidden)
{
  g_autofree gint64 *rows = raw_values (fixture, "rows");
  g_autofree float *want = raw_values (fixture, "text_hidden");
  gsize n_rows = lookup (fixture, "rows")->dims[0];

  for (gsize i = 0; i < 2 * n_rows; i++)
    sf_test_compare ("text_hidden", hidden + (i / n_rows * 77 + rows[i % n_rows]) * 768,
                     want + i * 768, 768, TOLERANCE);
}

/* Returns: [2, 32, 32, 4] */
static float *
predict_noise (Fixture *fixture, const float *hidden)
{
  g_autoptr (SfGraph) graph = sf_graph_new (sf_test_device (SF_FAMILY_AUTO), SF_GRAPH_DEFAULT);
  SfTensor *x = sf_test_input (graph, 2, 32, 32, 4);
  SfTensor *time = sf_test_input (graph, 2, 1, 1, 320);
  SfTensor *context = sf_test_input (graph, 2, 1, 77, 768);
  const SfUnet *unet = fixture->model->unet;
  g_autoptr (SfUnetText) text = sf_unet_text_new (unet, graph, 2, 77);
  g_autofree float *latent = values (fixture, "model_in");
  g_autofree float *latents = g_new (float, 2 * 4096);
  float embedding[2 * 320];

  sf_unet_build_text (unet, graph, context, text);
  SfTensor *out = sf_unet_build (unet, graph, x, time, text, 0, NULL);
  memcpy (latents, latent, 4096 * sizeof *latent);
  memcpy (latents + 4096, latent, 4096 * sizeof *latent);
  for (guint i = 0; i < 2; i++)
    sf_unet_time_embedding (&fixture->model->config.unet, number (fixture, "timestep"),
                            embedding + i * 320);
  prepare (graph, out);
  sf_test_fill (x, latents);
  sf_test_fill (time, embedding);
  sf_test_fill (context, hidden);
  return run (graph, out);
}

/* Guidance and Euler's step, as arithmetic. */
static void
compare_step (Fixture *fixture, const float *eps)
{
  g_autofree float *want_eps = values (fixture, "eps");
  g_autofree float *want_out = values (fixture, "latent_out");
  g_autofree float *want_denoised = values (fixture, "denoised");
  g_autofree float *x = values (fixture, "latent_in");
  g_autofree float *out = g_new (float, 4096);
  g_autofree float *denoised = g_new (float, 4096);
  float sigma = number (fixture, "sigma"), next = number (fixture, "sigma_next");

  for (guint i = 0; i < 4096; i++)
    {
      float guided = eps[i] + number (fixture, "guidance") * (eps[4096 + i] - eps[i]);
      denoised[i] = x[i] - sigma * guided;
      out[i] = x[i] + (next - sigma) * guided;
    }
  sf_test_compare ("eps", eps, want_eps, 2 * 4096, TOLERANCE);
  sf_test_compare ("denoised", denoised, want_denoised, 4096, TOLERANCE);
  sf_test_compare ("latent_out", out, want_out, 4096, TOLERANCE);
}

static void
test_first_step (Fixture *fixture, gconstpointer data)
{
  g_autofree float *hidden = encode_text (fixture);
  g_autofree float *eps = NULL;

  compare_text (fixture, hidden);
  eps = predict_noise (fixture, hidden);
  compare_step (fixture, eps);
}

static void
test_decoder (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SfGraph) graph = sf_graph_new (sf_test_device (SF_FAMILY_AUTO), SF_GRAPH_DEFAULT);
  SfTensor *z = sf_test_input (graph, 1, 32, 32, 4);
  SfTensor *out = sf_vae_build_decoder (fixture->model->vae, graph, z, NULL);
  g_autofree float *latent = values (fixture, "denoised");
  g_autofree float *want = values (fixture, "decoded");
  g_autofree float *small = g_new (float, 64 * 64 * 3);
  g_autofree float *picture = NULL;

  for (guint i = 0; i < 4096; i++)
    latent[i] /= fixture->model->config.vae.scale;
  prepare (graph, out);
  sf_test_fill (z, latent);
  picture = run (graph, out);
  for (guint y = 0; y < 64; y++)
    for (guint x = 0; x < 64; x++)
      memcpy (small + (y * 64 + x) * 3, picture + (y * 4 * 256 + x * 4) * 3, 3 * sizeof *small);
  sf_test_compare ("decoded", small, want, 64 * 64 * 3, TOLERANCE);
}

static void
test_encoder (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SfGraph) graph = sf_graph_new (sf_test_device (SF_FAMILY_AUTO), SF_GRAPH_DEFAULT);
  SfTensor *image = sf_test_input (graph, 1, 64, 64, 3);
  SfTensor *out = sf_vae_build_encoder (fixture->model->vae, graph, image);
  g_autofree float *picture = values (fixture, "decoded");
  g_autofree float *want = values (fixture, "moments");
  g_autofree float *moments = NULL;

  prepare (graph, out);
  sf_test_fill (image, picture);
  moments = run (graph, out);
  sf_test_compare ("moments", moments, want, 8 * 8 * 8, TOLERANCE);
}

static void
test_all (Fixture *fixture, gconstpointer data)
{
  test_first_step (fixture, data);
  test_decoder (fixture, data);
  test_encoder (fixture, data);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/models/sd15", Fixture, NULL, set_up, test_all, tear_down);
  return sf_test_run ();
}
