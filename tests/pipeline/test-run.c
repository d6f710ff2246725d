/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A whole run, from a prompt to the picture, against diffusers. */

#include "studio.h"

#include <math.h>
#include <string.h>

#define PIXELS (RUN_WIDTH * RUN_HEIGHT * 3)

/* --- Against the reference, number by number -------------------------------------------------- */

/* Made of diffusers' estimate: a byte may be rounded the other way. */
static void
compare_preview (Studio *studio, SfPipeline *pipeline, const float *denoised, double tolerance)
{
  guint channels = studio->model->config.vae.latent_channels;
  g_autoptr (SfImage) image = sf_denoiser_preview (pipeline->denoiser);

  g_assert_nonnull (image);
  g_assert_cmpint (image->width, ==, pipeline->shape.width);
  g_assert_cmpint (image->height, ==, pipeline->shape.height);
  for (guint i = 0; i < image->width * image->height; i++)
    for (guint k = 0; k < 3; k++)
      {
        double value = studio->model->latent_rgb[channels][k];
        for (guint c = 0; c < channels; c++)
          value += denoised[i * channels + c] * studio->model->latent_rgb[c][k];
        double byte = CLAMP (value * 0.5 + 0.5, 0, 1) * 255;
        if (fabs (image->pixels[i * 3 + k] - byte) > 0.51 + tolerance * 2550)
          g_error ("preview: value %u of pixel %u is %u, should be %g", k, i,
                   image->pixels[i * 3 + k], byte);
      }
}

static void
compare_step (Studio *studio, SfPipeline *pipeline, guint step, gpointer data)
{
  double tolerance = *(const double *)data;
  g_autofree char *name = g_strdup_printf ("latent.%u", step);
  g_autofree char *estimate = g_strdup_printf ("denoised.%u", step);
  gsize n;
  g_autofree float *want = studio_values (studio, name, &n);
  g_autofree float *denoised = studio_values (studio, estimate, NULL);
  g_autofree float *got = g_new (float, n);
  g_autoptr (GError) error = NULL;

  sf_denoiser_read (pipeline->denoiser, got, &error);
  g_assert_no_error (error);
  sf_test_compare (name, got, want, n, tolerance);
  compare_preview (studio, pipeline, denoised, tolerance);
}

static void
compare_run (SfDevice *device, SfModelFlags flags, double tolerance)
{
  g_autoptr (Studio) studio = studio_new (device, flags);
  g_autoptr (SfPipeline) pipeline = studio_pipeline (studio, SF_GRAPH_DEFAULT, 2);
  gsize n_hidden, n;
  g_autofree float *want_hidden = studio_values (studio, "hidden", &n_hidden);
  g_autofree float *hidden = studio_encode (studio, pipeline);
  g_autofree float *picture = studio_run (studio, pipeline, RUN_CFG, compare_step, &tolerance);
  g_autofree float *want = studio_values (studio, "picture", &n);

  sf_test_compare ("hidden", hidden, want_hidden, n_hidden, tolerance);
  g_assert_cmpint (n, ==, PIXELS);
  sf_test_compare ("picture", picture, want, n, tolerance);
}

static void
test_f32 (gconstpointer family)
{
  compare_run (sf_test_device (GPOINTER_TO_UINT (family)), SF_MODEL_KEEP_F32, 1e-4);
}

static void
test_f16 (gconstpointer family)
{
  compare_run (sf_test_device (GPOINTER_TO_UINT (family)), SF_MODEL_DEFAULT, 5e-3);
}

/* Activations are rounded to halves before each product. */
static void
test_matrix (void)
{
  g_autoptr (SfDevice) device = sf_test_device_matrix (0);

  if (device == NULL)
    g_test_skip ("the device has no matrix units");
  else
    compare_run (device, SF_MODEL_DEFAULT, 2e-2);
}

/* --- Between steps ---------------------------------------------------------------------------- */

typedef struct
{
  guint64 objects, submissions;
} Counts;

static void
count_step (Studio *studio, SfPipeline *pipeline, guint step, gpointer data)
{
  SfRecorder *recorder = sf_graph_recorder (sf_denoiser_graph (pipeline->denoiser));
  Counts *before = data;
  g_autoptr (SfImage) preview = sf_denoiser_preview (pipeline->denoiser);
  Counts now = { sf_device_n_objects (studio->device), sf_device_n_submissions (studio->device) };

  if (step > 0)
    {
      g_assert_cmpuint (now.objects, ==, before->objects);
      g_assert_cmpuint (now.submissions - before->submissions, ==, sf_recorder_n_slices (recorder));
    }
  *before = now;
}

/* After the first step nothing is made, and nothing submitted but the step itself. */
static void
test_steady (gconstpointer family)
{
  g_autoptr (Studio) studio
      = studio_new (sf_test_device (GPOINTER_TO_UINT (family)), SF_MODEL_DEFAULT);
  g_autoptr (SfPipeline) pipeline = studio_pipeline (studio, SF_GRAPH_DEFAULT, 2);
  Counts counts = { 0 };

  g_free (studio_run (studio, pipeline, RUN_CFG, count_step, &counts));
  g_assert_cmpuint (counts.objects, >, 0);
}

/* --- With cached features, against DeepCache's own way -----------------------------------------
 */

static void
compare_cached_step (Studio *studio, SfPipeline *pipeline, guint step, gpointer data)
{
  g_autofree char *name = g_strdup_printf ("cached.%u", step);
  gsize n;
  g_autofree float *want = studio_values (studio, name, &n);
  g_autofree float *got = g_new (float, n);
  g_autoptr (GError) error = NULL;

  sf_denoiser_read (pipeline->denoiser, got, &error);
  g_assert_no_error (error);
  sf_test_compare (name, got, want, n, 1e-4);
}

/* Twice: the second picture begins with all layers again. */
static void
test_cache (gconstpointer family)
{
  g_autoptr (Studio) studio
      = studio_new (sf_test_device (GPOINTER_TO_UINT (family)), SF_MODEL_KEEP_F32);

  studio->interval = 2;
  g_autoptr (SfPipeline) pipeline = studio_pipeline (studio, SF_GRAPH_DEFAULT, 2);
  for (guint i = 0; i < 2; i++)
    g_free (studio_run (studio, pipeline, RUN_CFG, compare_cached_step, NULL));
  g_assert_cmpfloat (sf_denoiser_gflop (pipeline->denoiser, TRUE), <,
                     0.6 * sf_denoiser_gflop (pipeline->denoiser, FALSE));
}

/* --- As a request: tokens, noise from the seed, settings, bytes --------------------------------
 */

static SfRequest *
request_new (void)
{
  SfRequest *request = sf_request_new ();

  request->prompt = g_strdup (RUN_PROMPT);
  request->negative_prompt = g_strdup (RUN_NEGATIVE);
  request->width = RUN_WIDTH;
  request->height = RUN_HEIGHT;
  request->steps = RUN_STEPS;
  request->cfg = RUN_CFG;
  request->sampler = g_strdup ("Euler");
  request->seed = RUN_SEED;
  return request;
}

static void
compare_bytes (const SfImage *image, const float *want)
{
  g_assert_cmpint (image->width, ==, RUN_WIDTH);
  g_assert_cmpint (image->height, ==, RUN_HEIGHT);
  for (guint i = 0; i < PIXELS; i++)
    {
      double byte = CLAMP (want[i] * 0.5 + 0.5, 0, 1) * 255;
      if (fabs (image->pixels[i] - byte) > 0.6)
        g_error ("byte %u is %u, should be %g", i, image->pixels[i], byte);
    }
}

/* @interval: of the feature cache. @merging: of tokens. */
static SfResult *
paint_approximate (SfPainter *painter, guint interval, double merging)
{
  g_autoptr (SfProgressSink) sink = sf_progress_sink_new (NULL, FALSE, NULL, NULL);
  g_autoptr (SfRequest) request = request_new ();
  g_autoptr (GError) error = NULL;

  request->cache_interval = interval;
  request->token_merging = merging;
  g_autoptr (GPtrArray) results = sf_painter_paint (painter, request, NULL, sink, NULL, &error);
  g_assert_no_error (error);
  return sf_result_ref (g_ptr_array_index (results, 0));
}

/* Off, on and off again: the exact picture stays what it is. */
static void
test_cached_request (gconstpointer family)
{
  static const guint intervals[] = { 0, 2, 1, 3 };
  SfDevice *device = sf_test_device (GPOINTER_TO_UINT (family));
  g_autoptr (Studio) studio = studio_new (device, SF_MODEL_DEFAULT);
  g_autoptr (SfPainter) painter = sf_painter_new (g_steal_pointer (&studio->model), device, 0);
  g_autoptr (GPtrArray) results = g_ptr_array_new_with_free_func ((GDestroyNotify)sf_result_unref);

  for (guint i = 0; i < G_N_ELEMENTS (intervals); i++)
    {
      SfResult *result = paint_approximate (painter, intervals[i], 0);
      const SfResult *first;
      g_ptr_array_add (results, result);
      first = results->pdata[0];
      g_assert_cmpint (strstr (result->parameters, "Cache interval: ") != NULL, ==,
                       intervals[i] > 1);
      g_assert_cmpint (memcmp (result->image->pixels, first->image->pixels, PIXELS) == 0, ==,
                       intervals[i] <= 1);
    }
}

/* The same of merged tokens, with a cache too. */
static void
test_merging_request (gconstpointer family)
{
  static const struct
  {
    double ratio;
    guint interval;
    gboolean same; /* as the first */
  } cases[] = { { 0, 1, TRUE }, { 0.5, 1, FALSE }, { 0, 1, TRUE }, { 0.5, 2, FALSE } };
  SfDevice *device = sf_test_device (GPOINTER_TO_UINT (family));
  g_autoptr (Studio) studio = studio_new (device, SF_MODEL_DEFAULT);
  g_autoptr (SfPainter) painter = sf_painter_new (g_steal_pointer (&studio->model), device, 0);
  g_autoptr (GPtrArray) results = g_ptr_array_new_with_free_func ((GDestroyNotify)sf_result_unref);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      SfResult *result = paint_approximate (painter, cases[i].interval, cases[i].ratio);
      const SfResult *first;
      g_ptr_array_add (results, result);
      first = results->pdata[0];
      g_assert_cmpint (strstr (result->parameters, "Token merging ratio: 0.5") != NULL, ==,
                       !cases[i].same);
      g_assert_cmpint (memcmp (result->image->pixels, first->image->pixels, PIXELS) == 0, ==,
                       cases[i].same);
    }
}

static SfResult *
paint_prompts (SfPainter *painter, const char *prompt, const char *negative, double cfg)
{
  g_autoptr (SfProgressSink) sink = sf_progress_sink_new (NULL, FALSE, NULL, NULL);
  g_autoptr (SfRequest) request = request_new ();
  g_autoptr (GError) error = NULL;

  g_free (request->prompt);
  g_free (request->negative_prompt);
  request->prompt = g_strdup (prompt);
  request->negative_prompt = g_strdup (negative);
  request->cfg = cfg;
  g_autoptr (GPtrArray) results = sf_painter_paint (painter, request, NULL, sink, NULL, &error);
  g_assert_no_error (error);
  return sf_result_ref (g_ptr_array_index (results, 0));
}

/* A prompt is encoded when it changes, either of the two, and when the graphs do. */
static void
test_prompts_again (gconstpointer family)
{
  SfDevice *device = sf_test_device (GPOINTER_TO_UINT (family));
  g_autoptr (Studio) studio = studio_new (device, SF_MODEL_DEFAULT);
  g_autoptr (SfPainter) painter = sf_painter_new (g_steal_pointer (&studio->model), device, 0);
  const struct
  {
    const char *prompt, *negative;
    double cfg;
    guint same_as; /* the first picture that must be the same */
  } rounds[] = {
    { RUN_PROMPT, RUN_NEGATIVE, RUN_CFG, 0 }, { RUN_PROMPT, RUN_NEGATIVE, RUN_CFG, 0 },
    { RUN_NEGATIVE, RUN_PROMPT, RUN_CFG, 2 }, { RUN_PROMPT, RUN_PROMPT, RUN_CFG, 3 },
    { RUN_PROMPT, NULL, RUN_CFG, 4 },         { RUN_PROMPT, RUN_NEGATIVE, RUN_CFG, 0 },
    { RUN_PROMPT, RUN_PROMPT, RUN_CFG, 3 },
  };
  g_autoptr (GPtrArray) results = g_ptr_array_new_with_free_func ((GDestroyNotify)sf_result_unref);

  for (guint i = 0; i < G_N_ELEMENTS (rounds); i++)
    {
      SfResult *result
          = paint_prompts (painter, rounds[i].prompt, rounds[i].negative, rounds[i].cfg);
      g_ptr_array_add (results, result);
      for (guint j = 0; j < i; j++)
        g_assert_cmpint (sf_image_equal (((SfResult *)results->pdata[j])->image, result->image), ==,
                         rounds[i].same_as == rounds[j].same_as);
    }
}

/* Guidance between two equal prompts changes nothing: as without it, but for how it is rounded. */
static void
test_same_prompts (gconstpointer family)
{
  SfDevice *device = sf_test_device (GPOINTER_TO_UINT (family));
  g_autoptr (Studio) studio = studio_new (device, SF_MODEL_DEFAULT);
  g_autoptr (SfPainter) painter = sf_painter_new (g_steal_pointer (&studio->model), device, 0);
  g_autoptr (SfResult) one = paint_prompts (painter, RUN_PROMPT, NULL, 1);
  g_autoptr (SfResult) same = paint_prompts (painter, RUN_PROMPT, RUN_PROMPT, RUN_CFG);

  for (guint i = 0; i < PIXELS; i++)
    g_assert_cmpint (ABS (one->image->pixels[i] - same->image->pixels[i]), <=, 1);
}

/* The fixture's latents are a quarter of a picture's size. */
static void
test_tiny_decoder_of_other_size (void)
{
  SfDevice *device = sf_test_device (SF_FAMILY_AUTO);
  g_autoptr (Studio) studio = studio_new (device, SF_MODEL_DEFAULT);
  g_autoptr (SfPainter) painter = sf_painter_new (g_steal_pointer (&studio->model), device, 0);
  g_autoptr (SfProgressSink) sink = sf_progress_sink_new (NULL, FALSE, NULL, NULL);
  g_autoptr (SfRequest) request = request_new ();
  g_autoptr (GError) error = NULL;

  request->tiny_decoder = g_test_build_filename (G_TEST_DIST, "..", "fixtures", "tiny", NULL);
  g_assert_null (sf_painter_paint (painter, request, NULL, sink, NULL, &error));
  g_assert_error (error, SF_ERROR, SF_ERROR_MODEL);
  g_assert_nonnull (strstr (error->message, "1/4 of a picture's size"));
}

static void
test_request (gconstpointer family)
{
  SfDevice *device = sf_test_device (GPOINTER_TO_UINT (family));
  g_autoptr (Studio) studio = studio_new (device, SF_MODEL_KEEP_F32);
  g_autoptr (SfPainter) painter = sf_painter_new (g_steal_pointer (&studio->model), device, 0);
  g_autoptr (SfProgressSink) sink = sf_progress_sink_new (NULL, FALSE, NULL, NULL);
  g_autoptr (SfRequest) request = request_new ();
  g_autofree float *want = studio_values (studio, "picture", NULL);
  g_autofree char *file = g_test_build_filename (G_TEST_DIST, "..", "fixtures", "plain",
                                                 "scheduler", "scheduler_config.json", NULL);
  g_autoptr (SfModelHash) hash = sf_model_hash_new (file);
  g_autofree char *settings
      = g_strdup_printf ("a red car\nNegative prompt: bad\nSteps: 4, Sampler: Euler, CFG scale: 7, "
                         "Seed: 42, Size: 48x32, Model hash: %s, Model: plain, ",
                         sf_model_hash_get (hash, NULL));
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) results = sf_painter_paint (painter, request, hash, sink, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpint (results->len, ==, 1);
  const SfResult *result = g_ptr_array_index (results, 0);
  compare_bytes (result->image, want);
  g_assert_cmpint (result->seed, ==, RUN_SEED);
  g_assert_true (g_str_has_prefix (result->parameters, settings));
}

int
main (int argc, char **argv)
{
  gboolean small = sf_test_small (argc, argv), large = sf_test_large (argc, argv);

  g_test_init (&argc, &argv, NULL);
  if (small)
    {
      sf_test_add_families ("/run/request", test_request);
      sf_test_add_families ("/run/cached-request", test_cached_request);
      sf_test_add_families ("/run/merging-request", test_merging_request);
      g_test_add_func ("/run/tiny-decoder-of-other-size", test_tiny_decoder_of_other_size);
    }
  if (large)
    {
      sf_test_add_families ("/run/f32", test_f32);
      sf_test_add_families ("/run/f16", test_f16);
      sf_test_add_families ("/run/cache", test_cache);
      sf_test_add_families ("/run/steady", test_steady);
      g_test_add_func ("/run/matrix", test_matrix);
      sf_test_add_families ("/run/prompts-again", test_prompts_again);
      sf_test_add_families ("/run/same-prompts", test_same_prompts);
    }
  return sf_test_run ();
}
