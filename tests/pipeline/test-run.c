/* SPDX-License-Identifier: GPL-3.0-or-later */

/* From a prompt to the picture against diffusers: token numbers, text vectors, the latent after
 * each step, pixels. tests/reference/export_blocks.py has made plain-run.safetensors. */

#include <math.h>
#include <string.h>

#include "pipeline/painter.h"
#include "pipeline/pipeline.h"
#include "support/sf-test.h"
#include "text/prompt.h"

#define PROMPT "a red car"
#define NEGATIVE "bad"
#define SEED 42
#define STEPS 4
#define CFG 7.0
#define WIDTH 48
#define HEIGHT 32
#define FACTOR 4
#define N_LATENT (WIDTH / FACTOR * HEIGHT / FACTOR * 4)
#define TOLERANCE 1e-4

typedef struct
{
  /* Owned */
  SfSafetensors *expected;
  SfModel *model;
  SfPipeline *pipeline;
} Run;

static char *
fixture_path (const char *name)
{
  return g_test_build_filename (G_TEST_DIST, "..", "fixtures", name, NULL);
}

static SfModel *
load_model (SfFamily family)
{
  g_autofree char *folder = fixture_path ("plain");
  g_autoptr (GError) error = NULL;
  SfModel *model = sf_model_load (sf_test_device (family), folder, SF_MODEL_KEEP_F32, NULL, NULL,
                                  NULL, &error);

  g_assert_no_error (error);
  return model;
}

static void
run_init (Run *run, SfFamily family)
{
  const SfShape shape
      = { .height = HEIGHT / FACTOR, .width = WIDTH / FACTOR, .chunks = 1, .branches = 2 };
  g_autofree char *path = fixture_path ("plain-run.safetensors");
  g_autoptr (GError) error = NULL;

  run->expected = sf_safetensors_open (path, &error);
  g_assert_no_error (error);
  run->model = load_model (family);
  run->pipeline = sf_pipeline_new (run->model, sf_test_device (family), &shape, 0, &error);
  g_assert_no_error (error);
}

static void
run_clear (Run *run)
{
  sf_pipeline_free (run->pipeline);
  sf_model_free (run->model);
  sf_safetensors_free (run->expected);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Run, run_clear)

/* @size: in bytes, that the tensor must have. */
static void *
expected_values (Run *run, const char *name, gsize size)
{
  const SfTensorInfo *info = sf_safetensors_lookup (run->expected, name);
  g_autoptr (GError) error = NULL;
  void *values = g_malloc (size);

  g_assert_nonnull (info);
  g_assert_cmpuint (info->size, ==, size);
  sf_safetensors_read (run->expected, info, 0, size, values, &error);
  g_assert_no_error (error);
  return values;
}

static void
compare (Run *run, const char *name, const float *got, gsize n, double tolerance)
{
  g_autofree float *want = expected_values (run, name, n * sizeof *want);

  sf_test_compare (name, got, want, n, tolerance);
}

/* --- Steps of the walk ------------------------------------------------------------------------ */

static void
encode (Run *run)
{
  const SfClipTextConfig *config = &run->model->config.text;
  gsize n = config->places;
  g_autoptr (SfPrompt) positive = sf_prompt_chunks (run->model->tokenizer, PROMPT, n, config->pad);
  g_autoptr (SfPrompt) negative
      = sf_prompt_chunks (run->model->tokenizer, NEGATIVE, n, config->pad);
  g_autofree gint32 *want = expected_values (run, "ids", 2 * n * sizeof *want);
  g_autofree float *vectors = g_new (float, 2 * n * config->channels);
  g_autoptr (GError) error = NULL;

  g_assert_cmpmem (negative->ids, n * sizeof *want, want, n * sizeof *want);
  g_assert_cmpmem (positive->ids, n * sizeof *want, want + n, n * sizeof *want);
  sf_conditioner_encode (run->pipeline->conditioner, want, vectors, NULL, &error);
  g_assert_no_error (error);
  compare (run, "hidden", vectors, 2 * n * config->channels, TOLERANCE);
  sf_denoiser_set_context (run->pipeline->denoiser, vectors, &error);
  g_assert_no_error (error);
}

/* The seed's noise, channels last. */
static void
start (Run *run, const SfSamplerRun *sampler)
{
  g_autoptr (SfNoise) noise = sf_noise_new (SF_NOISE_GPU, SEED);
  float drawn[N_LATENT], latent[N_LATENT];
  g_autoptr (GError) error = NULL;

  sf_noise_next (noise, drawn, N_LATENT);
  for (guint i = 0; i < N_LATENT; i++)
    latent[i] = drawn[i % 4 * (N_LATENT / 4) + i / 4];
  compare (run, "noise", latent, N_LATENT, 1e-6);
  for (guint i = 0; i < N_LATENT; i++)
    latent[i] *= sf_sampler_run_init_scale (sampler);
  sf_denoiser_start (run->pipeline->denoiser, latent, &error);
  g_assert_no_error (error);
}

static void
step (Run *run, const SfSamplerRun *sampler, guint i, float *latent)
{
  g_autofree char *name = g_strdup_printf ("latent.%u", i);
  SfEvaluation evaluation = sf_sampler_run_evaluation (sampler, i);
  g_autoptr (GError) error = NULL;

  sf_denoiser_step (run->pipeline->denoiser, &evaluation, sf_sampler_run_update (sampler, i), NULL,
                    (double[]){ 1 - CFG, CFG }, NULL, &error);
  g_assert_no_error (error);
  sf_denoiser_read (run->pipeline->denoiser, latent, &error);
  g_assert_no_error (error);
  compare (run, name, latent, N_LATENT, TOLERANCE);
}

static SfImage *
decode (Run *run, const float *latent)
{
  g_autofree float *want = expected_values (run, "picture", WIDTH * HEIGHT * 3 * sizeof *want);
  g_autoptr (GError) error = NULL;
  SfImage *image = sf_decoder_run (run->pipeline->decoder, latent, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (image->width, ==, WIDTH);
  g_assert_cmpuint (image->height, ==, HEIGHT);
  for (guint i = 0; i < WIDTH * HEIGHT * 3; i++)
    {
      double level = CLAMP (want[i] * 0.5 + 0.5, 0, 1) * 255;
      guint8 got = sf_image_row (image, i / (WIDTH * 3))[i % (WIDTH * 3)];
      g_assert_cmpfloat (fabs (got - level), <, 0.6);
    }
  return image;
}

static SfImage *
walk (SfFamily family)
{
  g_auto (Run) run = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (SfSamplerRun) sampler = NULL;
  float latent[N_LATENT];

  run_init (&run, family);
  sampler = sf_sampler_run_new (sf_sampler_find ("Euler"), run.model->schedule,
                                sf_sigma_schedule_find ("Uniform"), STEPS, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (sf_sampler_run_n_evaluations (sampler), ==, STEPS);
  encode (&run);
  start (&run, sampler);
  for (guint i = 0; i < STEPS; i++)
    step (&run, sampler, i, latent);
  return decode (&run, latent);
}

/* The same picture as anyone gets who asks for it. */
static SfImage *
paint (SfFamily family)
{
  g_autoptr (SfRequest) request = sf_request_new ();
  g_autoptr (SfProgressSink) sink
      = sf_progress_sink_new (g_main_context_default (), FALSE, NULL, NULL);
  g_autoptr (SfPainter) painter = sf_painter_new (load_model (family), sf_test_device (family), 0);
  g_autoptr (GPtrArray) results = NULL;
  g_autoptr (GError) error = NULL;

  request->prompt = g_strdup (PROMPT);
  request->negative_prompt = g_strdup (NEGATIVE);
  request->width = WIDTH;
  request->height = HEIGHT;
  request->steps = STEPS;
  request->cfg = CFG;
  request->sampler = g_strdup ("Euler");
  request->schedule = g_strdup ("Uniform");
  request->seed = SEED;
  request->rng = SF_NOISE_GPU;
  results = sf_painter_paint (painter, request, NULL, sink, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (results->len, ==, 1);
  return sf_image_ref (((SfResult *)g_ptr_array_index (results, 0))->image);
}

static void
test_run (gconstpointer data)
{
  SfFamily family = GPOINTER_TO_UINT (data);
  g_autoptr (SfImage) walked = walk (family);
  g_autoptr (SfImage) painted = paint (family);

  g_assert_true (sf_image_equal (walked, painted));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  sf_test_add_families ("/pipeline/run", test_run);
  return sf_test_run ();
}
