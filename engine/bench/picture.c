/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench/parts.h"
#include "pipeline/pipeline.h"

#define HOST_ROUNDS 100

/* Encodes two prompts, takes the steps that were asked for with guidance, decodes. */
static gboolean
draw (SfPipeline *pipeline, const SfModel *model, guint steps, GError **error)
{
  SfGraph *denoiser = sf_denoiser_graph (pipeline->denoiser);
  const SfShape *shape = &pipeline->shape;
  g_autofree float *latent
      = g_new0 (float, shape->height * shape->width * model->config.vae.latent_channels);

  if (!sf_graph_run (sf_conditioner_graph (pipeline->conditioner), NULL, error)
      || !sf_denoiser_start (pipeline->denoiser, latent, NULL, error))
    return FALSE;
  for (guint i = 0; i < steps; i++)
    if (!sf_graph_run (denoiser, NULL, error))
      return FALSE;
  return sf_graph_run (sf_decoder_graph (pipeline->decoder), NULL, error);
}

/* What the device waits for between two steps: the last one's preview, the next one's input. */
static double
time_host (SfPipeline *pipeline, const SfModel *model, GError **error)
{
  const SfEvaluation evaluation = { 1, 500 };
  const SfSamplerUpdate update = { .a = { { 1 } }, .needs_noise = TRUE };
  const double weights[] = { -6.5, 7.5 };
  const SfShape *shape = &pipeline->shape;
  g_autofree float *noise
      = g_new0 (float, shape->height * shape->width * model->config.vae.latent_channels);
  gint64 start = g_get_monotonic_time ();

  for (guint i = 0; i < HOST_ROUNDS; i++)
    {
      SfImage *preview = sf_denoiser_preview (pipeline->denoiser);
      sf_image_unref (preview);
      if (!sf_denoiser_write (pipeline->denoiser, &evaluation, &update, noise, weights, error))
        return -1;
    }
  return (g_get_monotonic_time () - start) * 1e-6 / HOST_ROUNDS;
}

static double
gflop (SfPipeline *pipeline, guint steps)
{
  return sf_graph_gflop (sf_conditioner_graph (pipeline->conditioner))
         + steps * sf_denoiser_gflop (pipeline->denoiser, FALSE)
         + sf_graph_gflop (sf_decoder_graph (pipeline->decoder));
}

static double
bytes (SfPipeline *pipeline, guint steps)
{
  return sf_bench_bytes (sf_conditioner_graph (pipeline->conditioner))
         + steps * sf_bench_bytes (sf_denoiser_graph (pipeline->denoiser))
         + sf_bench_bytes (sf_decoder_graph (pipeline->decoder));
}

/* What the picture was planned with, part by part, and what the device's buffers took in fact. */
static void
tell_memory (SfBench *self, SfPipeline *pipeline, const char *what)
{
  const struct
  {
    const char *name;
    guint64 bytes;
  } parts[] = {
    { "text encoder", sf_graph_work_bytes (sf_conditioner_graph (pipeline->conditioner)) },
    { "a step", sf_graph_work_bytes (sf_denoiser_graph (pipeline->denoiser)) },
    { "decoder", sf_graph_work_bytes (sf_decoder_graph (pipeline->decoder)) },
    { "whole picture, planned", pipeline->bytes },
    { "whole picture, at most", sf_device_peak_bytes (self->device) },
  };

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    sf_bench_tell_memory (self, parts[i].name, what, parts[i].bytes);
}

gboolean
sf_bench_picture (SfBench *self, const SfModel *model, guint size, GError **error)
{
  guint steps = self->options->steps;
  const SfShape shape = {
    .height = size / model->factor, .width = size / model->factor, .chunks = 1, .branches = 2
  };
  g_autofree char *what = g_strdup_printf ("%u², %u steps with guidance", size, steps);

  sf_device_forget_peak (self->device);
  g_autoptr (SfPipeline) pipeline = sf_pipeline_new (model, self->device, SF_GRAPH_DEFAULT, &shape,
                                                     self->options->memory_limit, NULL, error);
  if (pipeline == NULL || !draw (pipeline, model, 1, error))
    return FALSE;
  gint64 start = g_get_monotonic_time ();
  if (!draw (pipeline, model, steps, error))
    return FALSE;
  double seconds = (g_get_monotonic_time () - start) * 1e-6;
  sf_bench_tell (self, (SfBenchRow){ "picture", "whole picture", what, 1, seconds,
                                     gflop (pipeline, steps), bytes (pipeline, steps), 0 });
  seconds = time_host (pipeline, model, error);
  if (seconds < 0)
    return FALSE;
  sf_bench_tell (self,
                 (SfBenchRow){ "picture", "host between two steps", what, 1, seconds, 0, 0, 0 });
  tell_memory (self, pipeline, what);
  return TRUE;
}
