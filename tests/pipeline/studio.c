/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "studio.h"

#include "text/prompt.h"

char *
studio_model_path (void)
{
  return g_test_build_filename (G_TEST_DIST, "..", "fixtures", "plain", NULL);
}

static SfSafetensors *
open_fixture (const char *name)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "..", "fixtures", name, NULL);
  g_autoptr (GError) error = NULL;
  SfSafetensors *file = sf_safetensors_open (path, &error);

  g_assert_no_error (error);
  return file;
}

Studio *
studio_new (SfDevice *device, SfModelFlags flags)
{
  g_autofree char *path = studio_model_path ();
  g_autoptr (GError) error = NULL;
  Studio *self = g_new0 (Studio, 1);

  self->device = device;
  self->model = sf_model_load (device, path, flags, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  self->expected = open_fixture ("plain-run.safetensors");
  self->cached = open_fixture ("plain-cache.safetensors");
  return self;
}

void
studio_free (Studio *self)
{
  g_clear_pointer (&self->model, sf_model_free);
  sf_safetensors_free (self->expected);
  sf_safetensors_free (self->cached);
  g_free (self);
}

float *
studio_values (Studio *self, const char *name, gsize *n)
{
  SfSafetensors *file = g_str_has_prefix (name, "cached.") ? self->cached : self->expected;
  const SfTensorInfo *info = sf_safetensors_lookup (file, name);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (info);
  g_assert_cmpint (info->dtype, ==, SF_DTYPE_F32);
  float *values = g_malloc (info->size);
  sf_safetensors_read (file, info, values, &error);
  g_assert_no_error (error);
  if (n != NULL)
    *n = sf_tensor_info_n_elements (info);
  return values;
}

SfPipeline *
studio_pipeline (Studio *self, SfGraphFlags flags, guint branches)
{
  const SfShape shape = {
    .height = RUN_HEIGHT / self->model->factor,
    .width = RUN_WIDTH / self->model->factor,
    .chunks = 1,
    .branches = branches,
    .same = self->same,
    .with_cache = self->interval > 1,
  };
  g_autoptr (GError) error = NULL;
  SfPipeline *pipeline
      = sf_pipeline_new (self->model, self->device, flags, &shape, self->limit, NULL, &error);

  g_assert_no_error (error);
  return pipeline;
}

/* The prompts' tokens must be the reference's. */
static gint32 *
cut_prompts (Studio *self)
{
  static const char *const texts[] = { RUN_NEGATIVE, RUN_PROMPT };
  const SfClipTextConfig *config = &self->model->config.text;
  const SfTensorInfo *info = sf_safetensors_lookup (self->expected, "ids");
  gsize n = config->places;
  g_autoptr (GError) error = NULL;
  gint32 *ids = g_new (gint32, 2 * n);

  g_assert_cmpuint (info->size, ==, 2 * n * sizeof *ids);
  sf_safetensors_read (self->expected, info, ids, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (SfPrompt) prompt
          = sf_prompt_chunks (self->model->tokenizer, texts[i], n, config->pad);
      g_assert_cmpmem (prompt->ids, prompt->n_places * sizeof *ids, ids + i * n, n * sizeof *ids);
    }
  return ids;
}

float *
studio_encode (Studio *self, SfPipeline *pipeline)
{
  const SfClipTextConfig *config = &self->model->config.text;
  guint branches = pipeline->shape.branches;
  g_autofree gint32 *ids = cut_prompts (self);
  g_autoptr (GError) error = NULL;
  float *vectors = g_new (float, branches * config->places * config->channels);

  sf_conditioner_encode (pipeline->conditioner, ids + (2 - branches) * config->places, vectors,
                         NULL, &error);
  g_assert_no_error (error);
  sf_denoiser_set_context (pipeline->denoiser, vectors, &error);
  g_assert_no_error (error);
  return vectors;
}

static void
start (Studio *self, SfPipeline *pipeline, double scale)
{
  gsize n;
  g_autofree float *noise = studio_values (self, "noise", &n);
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < n; i++)
    noise[i] *= scale;
  sf_denoiser_start (pipeline->denoiser, noise, NULL, &error);
  g_assert_no_error (error);
}

static void
denoise (Studio *self, SfPipeline *pipeline, double cfg, StudioStepFunc on_step, gpointer data)
{
  const double weights[] = { pipeline->shape.branches == 2 ? 1 - cfg : 1, cfg };
  const SfSamplerClass *sampler = sf_sampler_find ("Euler");
  const SfSigmaSchedule *sigmas = sf_sampler_schedule (sampler, "Uniform");
  g_autoptr (GError) error = NULL;
  g_autoptr (SfSamplerRun) run
      = sf_sampler_run_new (sampler, self->model->schedule, sigmas, RUN_STEPS, &error);

  g_assert_no_error (error);
  g_assert_cmpint (sf_sampler_run_n_evaluations (run), ==, RUN_STEPS);
  start (self, pipeline, sf_sampler_run_init_scale (run));
  for (guint i = 0; i < RUN_STEPS; i++)
    {
      SfEvaluation evaluation = sf_sampler_run_evaluation (run, i);
      sf_denoiser_step (pipeline->denoiser, &evaluation, sf_sampler_run_update (run, i), NULL,
                        weights, self->interval > 1 && i % self->interval != 0, NULL, &error);
      g_assert_no_error (error);
      if (on_step != NULL)
        on_step (self, pipeline, i, data);
    }
}

/* The last node's: the picture on its way to the host. */
static SfTensor *
picture_of (SfPipeline *pipeline)
{
  SfGraph *graph = sf_decoder_graph (pipeline->decoder);

  return sf_graph_node (graph, sf_graph_n_nodes (graph) - 1)->outputs[0];
}

float *
studio_run (Studio *self, SfPipeline *pipeline, double cfg, StudioStepFunc on_step, gpointer data)
{
  const SfShape *shape = &pipeline->shape;
  g_autofree float *latent
      = g_new (float, shape->height * shape->width * self->model->config.vae.latent_channels);
  g_autofree float *vectors = studio_encode (self, pipeline);
  g_autoptr (GError) error = NULL;

  denoise (self, pipeline, cfg, on_step, data);
  sf_denoiser_read (pipeline->denoiser, latent, &error);
  g_assert_no_error (error);
  g_autoptr (SfImage) image = sf_decoder_run (pipeline->decoder, latent, NULL, &error);
  g_assert_no_error (error);
  return sf_test_read (picture_of (pipeline));
}
