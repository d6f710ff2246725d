/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/painter.h"

#include <string.h>

#include "base/error.h"
#include "pipeline/noise-ahead.h"
#include "pipeline/settings.h"
#include "text/prompt.h"

struct _SfPainter
{
  /* Owned */
  SfModel *model;
  SfDevice *device;
  SfPipeline *pipeline; /* of the last shape, or NULL */
  SfTinyDecoder *tiny;  /* that the last picture was decoded with, or NULL */
  char *tiny_path;
  GBytes *ids; /* tokens that the denoiser has the vectors of, or NULL */

  guint64 limit;
};

/* One call of sf_painter_paint(). */
typedef struct
{
  /* Owned */
  SfSamplerRun *run;
  GPtrArray *results;

  /* Borrowed */
  SfPainter *painter;
  const SfRequest *request;
  SfModelHash *model_hash;
  SfProgressSink *sink;
  GCancellable *cancellable;

  SfSettings settings;
  SfProgress progress;
  gint64 start;        /* of the denoising: what comes before tells nothing of the speed */
  double gflop, total; /* done and in all */
  double gflop_at_start;
} Job;

SfPainter *
sf_painter_new (SfModel *model, SfDevice *device, guint64 limit)
{
  SfPainter *self = g_new0 (SfPainter, 1);

  self->model = model;
  self->device = sf_device_ref (device);
  self->limit = limit;
  return self;
}

void
sf_painter_drop_graphs (SfPainter *self)
{
  g_clear_pointer (&self->pipeline, sf_pipeline_free);
  g_clear_pointer (&self->ids, g_bytes_unref);
}

void
sf_painter_free (SfPainter *self)
{
  sf_painter_drop_graphs (self);
  g_clear_pointer (&self->tiny, sf_tiny_decoder_free);
  g_free (self->tiny_path);
  sf_model_free (self->model);
  sf_device_unref (self->device);
  g_free (self);
}

static void
job_clear (Job *job)
{
  g_clear_pointer (&job->run, sf_sampler_run_free);
  g_clear_pointer (&job->results, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Job, job_clear)

/* --- Progress --------------------------------------------------------------------------------- */

static void
report (Job *job, SfPhase phase, double gflop)
{
  SfProgress *progress = &job->progress;

  job->gflop += gflop;
  progress->phase = phase;
  progress->fraction = job->total > 0 ? MIN (job->gflop / job->total, 1) : 0;
  progress->seconds_left = -1;
  double done = job->gflop - job->gflop_at_start;
  if (job->start > 0 && done > 0)
    {
      double elapsed = (g_get_monotonic_time () - job->start) * 1e-6;
      progress->seconds_left = MAX (0, elapsed * (job->total - job->gflop) / done);
    }
  sf_progress_sink_post (job->sink, progress);
  g_clear_pointer (&progress->preview, sf_image_unref);
  g_clear_pointer (&progress->result, sf_result_unref);
}

/* DeepCache's uniform 1:N schedule: all layers at evaluation 0, N, 2N, … */
static gboolean
is_shallow (const Job *job, guint evaluation)
{
  return job->request->cache_interval > 1 && evaluation % job->request->cache_interval != 0;
}

static void
count_work (Job *job)
{
  SfPipeline *pipeline = job->painter->pipeline;
  double picture = sf_graph_gflop (sf_decoder_graph (pipeline->decoder));

  for (guint i = 0; i < sf_sampler_run_n_evaluations (job->run); i++)
    picture += sf_denoiser_gflop (pipeline->denoiser, is_shallow (job, i));
  job->total = sf_graph_gflop (sf_conditioner_graph (pipeline->conditioner))
               + picture * job->request->batch;
}

/* --- Words ------------------------------------------------------------------------------------ */

static SfPrompt *
cut_prompt (const SfModel *model, const char *text)
{
  const SfClipTextConfig *config = &model->config.text;

  return sf_prompt_chunks (model->tokenizer, text != NULL ? text : "", config->places, config->pad);
}

static gboolean
check_factor (const SfModel *model, GError **error)
{
  if (model->factor == SF_TINY_DECODER_FACTOR)
    return TRUE;
  g_set_error (error, SF_ERROR, SF_ERROR_MODEL,
               "A tiny decoder does not fit %s, whose latents are 1/%u of a picture's size, not "
               "1/%u: leave it out.",
               model->name, model->factor, SF_TINY_DECODER_FACTOR);
  return FALSE;
}

/* Loads the tiny decoder that the request names, or lets go of the last one. */
static gboolean
ensure_tiny_decoder (Job *job, GError **error)
{
  SfPainter *painter = job->painter;
  const char *path = job->request->tiny_decoder;

  if (g_strcmp0 (path, painter->tiny_path) == 0)
    return TRUE;
  /* It was built for the last one. */
  g_clear_pointer (&painter->pipeline, sf_pipeline_free);
  g_clear_pointer (&painter->tiny, sf_tiny_decoder_free);
  g_clear_pointer (&painter->tiny_path, g_free);
  if (path == NULL)
    return TRUE;
  if (!check_factor (painter->model, error))
    return FALSE;
  painter->tiny = sf_tiny_decoder_load (painter->device, path,
                                        painter->model->config.vae.latent_channels, error);
  painter->tiny_path = painter->tiny != NULL ? g_strdup (path) : NULL;
  return painter->tiny != NULL;
}

static gboolean
ensure_pipeline (Job *job, guint chunks, guint branches, gboolean same, GError **error)
{
  SfPainter *painter = job->painter;
  SfShape shape = {
    .height = job->settings.height / painter->model->factor,
    .width = job->settings.width / painter->model->factor,
    .chunks = chunks,
    .branches = branches,
    .same = same,
    .with_cache = job->request->cache_interval > 1,
    .merging = job->request->token_merging,
    .tiny = painter->tiny,
  };

  if (painter->pipeline != NULL && sf_shape_equal (&painter->pipeline->shape, &shape))
    return TRUE;
  sf_painter_drop_graphs (painter);
  painter->pipeline = sf_pipeline_new (painter->model, painter->device, SF_GRAPH_DEFAULT, &shape,
                                       painter->limit, job->cancellable, error);
  return painter->pipeline != NULL;
}

/* The branches' tokens, one after the other: the negative prompt's first. */
static GBytes *
join_ids (const SfPrompt *positive, const SfPrompt *negative)
{
  gsize n = positive->n_places;
  guint branches = negative != NULL ? 2 : 1;
  gint32 *ids = g_new (gint32, branches * n);

  if (negative != NULL)
    memcpy (ids, negative->ids, n * sizeof *ids);
  memcpy (ids + (branches - 1) * n, positive->ids, n * sizeof *ids);
  return g_bytes_new_take (ids, branches * n * sizeof *ids);
}

/* What the last picture was of need not be encoded again. @ids: (transfer full). */
static gboolean
encode (Job *job, GBytes *ids, GError **error)
{
  SfPainter *painter = job->painter;
  SfPipeline *pipeline = painter->pipeline;
  gsize n = g_bytes_get_size (ids) / sizeof (gint32);
  g_autofree float *vectors = g_new (float, n * painter->model->config.text.channels);
  g_autoptr (GBytes) owned = ids;

  if (painter->ids != NULL && g_bytes_equal (painter->ids, ids))
    return TRUE;
  g_clear_pointer (&painter->ids, g_bytes_unref);
  if (!sf_conditioner_encode (pipeline->conditioner, g_bytes_get_data (ids, NULL), vectors,
                              job->cancellable, error)
      || !sf_denoiser_set_context (pipeline->denoiser, vectors, error))
    return FALSE;
  painter->ids = g_steal_pointer (&owned);
  return TRUE;
}

/* Guidance of 1 weighs the negative prompt with 0: it is left out. Where both prompts come to the
 * same tokens the U-Net would say the same twice. */
static gboolean
prepare (Job *job, GError **error)
{
  const SfModel *model = job->painter->model;
  gboolean guided = job->settings.cfg != 1;
  g_autoptr (SfPrompt) positive = cut_prompt (model, job->request->prompt);
  g_autoptr (SfPrompt) negative = guided ? cut_prompt (model, job->request->negative_prompt) : NULL;
  guint chunks = MAX (positive->n_chunks, guided ? negative->n_chunks : 0);
  gboolean same;

  report (job, SF_PHASE_PREPARING, 0);
  sf_prompt_pad (positive, chunks);
  if (guided)
    sf_prompt_pad (negative, chunks);
  same = guided
         && memcmp (positive->ids, negative->ids, positive->n_places * sizeof *positive->ids) == 0;
  if (!ensure_tiny_decoder (job, error)
      || !ensure_pipeline (job, chunks, guided ? 2 : 1, same, error))
    return FALSE;
  count_work (job);
  report (job, SF_PHASE_ENCODING, 0);
  return encode (job, join_ids (positive, negative), error);
}

/* --- Pictures --------------------------------------------------------------------------------- */

/* Draws that a picture takes: the one that it begins with, and those of its sampler. */
static guint
count_draws (const Job *job)
{
  guint n = 1;

  for (guint i = 0; i < sf_sampler_run_n_evaluations (job->run); i++)
    n += sf_sampler_run_update (job->run, i)->needs_noise ? 1 : 0;
  return n;
}

static SfNoiseAhead *
begin_noise (const Job *job, guint index)
{
  const SfShape *shape = &job->painter->pipeline->shape;
  SfNoise *noise = sf_noise_new (job->request->rng, job->settings.seed + index);

  return sf_noise_ahead_new (noise, job->painter->model->config.vae.latent_channels,
                             (gsize)shape->height * shape->width, count_draws (job));
}

/* @latent: room for the first draw, scaled. */
static gboolean
begin_latent (const Job *job, SfNoiseAhead *noise, float *latent, GError **error)
{
  const SfShape *shape = &job->painter->pipeline->shape;
  gsize n = (gsize)shape->height * shape->width * job->painter->model->config.vae.latent_channels;
  double scale = sf_sampler_run_init_scale (job->run);
  const float *drawn = sf_noise_ahead_take (noise);

  for (gsize i = 0; i < n; i++)
    latent[i] = drawn[i] * scale;
  return sf_denoiser_start (job->painter->pipeline->denoiser, latent, job->cancellable, error);
}

static gboolean
denoise (Job *job, guint index, float *latent, GError **error)
{
  SfDenoiser *denoiser = job->painter->pipeline->denoiser;
  double cfg = job->settings.cfg;
  const double weights[] = { cfg == 1 ? 1 : 1 - cfg, cfg };
  g_autoptr (SfNoiseAhead) noise = begin_noise (job, index);

  if (!begin_latent (job, noise, latent, error))
    return FALSE;
  for (guint i = 0; i < sf_sampler_run_n_evaluations (job->run); i++)
    {
      SfEvaluation evaluation = sf_sampler_run_evaluation (job->run, i);
      const SfSamplerUpdate *update = sf_sampler_run_update (job->run, i);
      const float *drawn = update->needs_noise ? sf_noise_ahead_take (noise) : NULL;
      gboolean shallow = is_shallow (job, i);
      if (!sf_denoiser_step (denoiser, &evaluation, update, drawn, weights, shallow,
                             job->cancellable, error))
        return FALSE;
      job->progress.step = sf_sampler_run_step_of (job->run, i) + 1;
      if (job->request->previews)
        job->progress.preview = sf_denoiser_preview (denoiser);
      report (job, SF_PHASE_DENOISING, sf_denoiser_gflop (denoiser, shallow));
    }
  return sf_denoiser_read (denoiser, latent, error);
}

static SfResult *
result_new (Job *job, guint index, SfImage *image, gint64 start)
{
  SfResult *result = g_new0 (SfResult, 1);
  const char *hash
      = job->model_hash != NULL ? sf_model_hash_get (job->model_hash, job->cancellable) : NULL;

  g_atomic_ref_count_init (&result->ref_count);
  result->image = sf_image_ref (image);
  result->parameters = sf_settings_describe (&job->settings, job->request, job->painter->model,
                                             job->painter->tiny, job->painter->device, hash, index);
  result->seed = job->settings.seed + index;
  result->index = index;
  result->seconds = (g_get_monotonic_time () - start) * 1e-6;
  return result;
}

static gboolean
paint_one (Job *job, guint index, GError **error)
{
  SfPipeline *pipeline = job->painter->pipeline;
  const SfShape *shape = &pipeline->shape;
  guint c = job->painter->model->config.vae.latent_channels;
  g_autofree float *latent = g_new (float, (gsize)shape->height * shape->width * c);
  gint64 start = g_get_monotonic_time ();

  job->progress.index = index;
  job->progress.step = 0;
  report (job, SF_PHASE_DENOISING, 0);
  if (!denoise (job, index, latent, error))
    return FALSE;
  report (job, SF_PHASE_DECODING, 0);
  g_autoptr (SfImage) image = sf_decoder_run (pipeline->decoder, latent, job->cancellable, error);
  if (image == NULL)
    return FALSE;
  SfResult *result = result_new (job, index, image, start);
  g_ptr_array_add (job->results, result);
  job->progress.result = sf_result_ref (result);
  report (job, SF_PHASE_DECODING, sf_graph_gflop (sf_decoder_graph (pipeline->decoder)));
  return TRUE;
}

GPtrArray *
sf_painter_paint (SfPainter *self, const SfRequest *request, SfModelHash *model_hash,
                  SfProgressSink *sink, GCancellable *cancellable, GError **error)
{
  g_auto (Job) job = {
    .painter = self,
    .request = request,
    .model_hash = model_hash,
    .sink = sink,
    .cancellable = cancellable,
    .results = g_ptr_array_new_with_free_func ((GDestroyNotify)sf_result_unref),
    .progress = { .n_images = request->batch },
  };

  if (!sf_settings_resolve (&job.settings, request, self->model, error))
    return NULL;
  job.run = sf_sampler_run_new (job.settings.sampler, self->model->schedule, job.settings.sigmas,
                                job.settings.steps, error);
  if (job.run == NULL)
    return NULL;
  job.progress.n_steps = job.settings.steps;
  if (!prepare (&job, error))
    return NULL;
  job.progress.in_strips = self->pipeline->strips.levels > 0;
  job.gflop += sf_graph_gflop (sf_conditioner_graph (self->pipeline->conditioner));
  job.gflop_at_start = job.gflop;
  job.start = g_get_monotonic_time ();
  for (guint i = 0; i < request->batch; i++)
    if (!paint_one (&job, i, error))
      return NULL;
  return g_steal_pointer (&job.results);
}
