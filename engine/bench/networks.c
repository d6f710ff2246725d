/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench/parts.h"
#include "pipeline/pipeline.h"

/* Times a recorded graph. @profiled: whether its nodes may be timed too. */
static gboolean
bench (SfBench *self, SfGraph *graph, const char *part, const char *name, const char *shape,
       gboolean profiled, GError **error)
{
  double seconds = sf_bench_time (self, graph, error);

  if (seconds < 0)
    return FALSE;
  sf_bench_tell_graph (self, graph, part, name, shape, seconds);
  sf_bench_tell_memory (self, name, shape, sf_graph_work_bytes (graph));
  return !profiled || !self->options->profile || sf_bench_nodes (self, graph, part, error);
}

gboolean
sf_bench_text (SfBench *self, const SfModel *model, GError **error)
{
  g_autoptr (SfArena) arena = sf_arena_new (self->device);
  g_autoptr (SfConditioner) conditioner
      = sf_conditioner_new (model, self->device, arena, SF_GRAPH_DEFAULT, 2, error);

  return conditioner != NULL && sf_graph_record (sf_conditioner_graph (conditioner), NULL, error)
         && bench (self, sf_conditioner_graph (conditioner), "text", "text encoder",
                   "prompt and negative", FALSE, error);
}

/* Makes what all steps share, too. */
static gboolean
record_denoiser (SfDenoiser *denoiser, const SfModel *model, const SfDenoiserShape *shape,
                 GError **error)
{
  g_autofree float *latent
      = g_new0 (float, shape->height * shape->width * model->config.vae.latent_channels);

  return sf_graph_record (sf_denoiser_graph (denoiser), NULL, error)
         && sf_denoiser_start (denoiser, latent, NULL, error);
}

static gboolean
bench_branches (SfBench *self, const SfModel *model, guint size, guint branches, GError **error)
{
  g_autoptr (SfArena) arena = sf_arena_new (self->device);
  const SfDenoiserShape denoiser_shape = { .height = size / model->factor,
                                           .width = size / model->factor,
                                           .branches = branches,
                                           .tokens = model->config.text.places };
  g_autoptr (SfDenoiser) denoiser
      = sf_denoiser_new (model, self->device, arena, SF_GRAPH_DEFAULT, &denoiser_shape, error);
  g_autofree char *shape
      = g_strdup_printf ("%u², %s", size, branches > 1 ? "two branches" : "one branch");

  return denoiser != NULL && record_denoiser (denoiser, model, &denoiser_shape, error)
         && bench (self, sf_denoiser_graph (denoiser), "unet", "U-Net evaluation", shape,
                   branches > 1, error);
}

gboolean
sf_bench_unet (SfBench *self, const SfModel *model, guint size, GError **error)
{
  return bench_branches (self, model, size, 1, error)
         && bench_branches (self, model, size, 2, error);
}

gboolean
sf_bench_vae (SfBench *self, const SfModel *model, guint size, GError **error)
{
  g_autoptr (SfArena) arena = sf_arena_new (self->device);
  guint side = size / model->factor;
  g_autoptr (SfDecoder) decoder = sf_decoder_new (model, NULL, self->device, arena,
                                                  SF_GRAPH_DEFAULT, side, side, NULL, error);
  g_autofree char *shape = g_strdup_printf ("%u²", size);

  return decoder != NULL && sf_graph_record (sf_decoder_graph (decoder), NULL, error)
         && bench (self, sf_decoder_graph (decoder), "vae", "VAE decode", shape, TRUE, error);
}
