/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench/parts.h"
#include "pipeline/pipeline.h"

/* Encodes two prompts, takes the steps that were asked for with guidance, decodes. */
static gboolean
draw (SfPipeline *pipeline, guint steps, GError **error)
{
  SfGraph *denoiser = sf_denoiser_graph (pipeline->denoiser);
  const SfShape *shape = &pipeline->shape;
  g_autofree float *latent
      = g_new0 (float, shape->height * shape->width * sf_bench_sd15.vae.latent_channels);

  if (!sf_graph_run (sf_conditioner_graph (pipeline->conditioner), NULL, error)
      || !sf_denoiser_start (pipeline->denoiser, latent, NULL, error))
    return FALSE;
  for (guint i = 0; i < steps; i++)
    if (!sf_graph_run (denoiser, NULL, error))
      return FALSE;
  return sf_graph_run (sf_decoder_graph (pipeline->decoder), NULL, error);
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

gboolean
sf_bench_picture (SfBench *self, const SfModel *model, guint size, GError **error)
{
  guint steps = self->options->steps;
  const SfShape shape = { size / model->factor, size / model->factor, 1, 2, FALSE, 0, NULL };
  g_autoptr (SfPipeline) pipeline
      = sf_pipeline_new (model, self->device, SF_GRAPH_DEFAULT, &shape, 0, error);
  g_autofree char *what = g_strdup_printf ("%u², %u steps with guidance", size, steps);

  if (pipeline == NULL || !draw (pipeline, 1, error))
    return FALSE;
  gint64 start = g_get_monotonic_time ();
  if (!draw (pipeline, steps, error))
    return FALSE;
  double seconds = (g_get_monotonic_time () - start) * 1e-6;
  sf_bench_tell (self, (SfBenchRow){ "picture", "whole picture", what, 1, seconds,
                                     gflop (pipeline, steps), bytes (pipeline, steps), 0 });
  sf_bench_tell (self, (SfBenchRow){ .part = "memory",
                                     .name = "whole picture",
                                     .shape = what,
                                     .count = 1,
                                     .bytes = pipeline->bytes });
  return TRUE;
}
