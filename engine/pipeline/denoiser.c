/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/denoiser.h"

#include <string.h>

#include "graph/derive.h"
#include "graph/view.h"
#include "pipeline/pixels.h"

/* Elements of the step tensor, as ops.h has them. */
enum
{
  STEP_C_IN,
  STEP_C_SKIP,
  STEP_WEIGHTS,
  STEP_SIZE = STEP_WEIGHTS + SF_MAX_BRANCHES,
};

struct _SfDenoiser
{
  /* Owned */
  SfGraph *graph;
  SfUnetText *texts[SF_MAX_BRANCHES]; /* of each evaluation */

  /* Borrowed */
  const SfModel *model;
  SfTensor *slots[SF_MIX_SLOTS];
  SfTensor *noise;
  SfTensor *coefficients;
  SfTensor *step;
  SfTensor *time;
  SfTensor *context;
  SfTensor *rgb_matrix;
  SfTensor *rgb;
  SfUnetCache caches[SF_MAX_BRANCHES]; /* of each evaluation; unused without a shallow part */

  guint branches;
  guint evaluations; /* of the U-Net in a step */
  guint batch;       /* branches of each; in all fewer than there are where all are the same */
  guint shallow;     /* the part that evaluates the shallow layers alone, 0 for none */
  guint start_part;  /* that makes what all steps of a picture share */
  double merging;
};

static void
create_inputs (SfDenoiser *self, const SfDenoiserShape *shape)
{
  const SfModelConfig *config = &self->model->config;
  guint c = config->vae.latent_channels, h = shape->height, w = shape->width;
  SfGraph *graph = self->graph;

  for (guint i = 0; i < SF_MIX_SLOTS; i++)
    self->slots[i] = sf_graph_tensor (graph, SF_TENSOR_STATE, 1, h, w, c);
  self->noise = sf_graph_tensor (graph, SF_TENSOR_HOST, 1, h, w, c);
  self->coefficients = sf_graph_tensor (graph, SF_TENSOR_HOST, 1, 1, SF_MIX_SLOTS + 1, 8);
  self->step = sf_graph_tensor (graph, SF_TENSOR_HOST, 1, 1, 1, STEP_SIZE);
  self->time
      = sf_graph_tensor (graph, SF_TENSOR_HOST, self->branches, 1, 1, config->unet.channels[0]);
  self->context = sf_graph_tensor (graph, SF_TENSOR_HOST, self->branches, 1, shape->tokens,
                                   config->unet.context);
  self->rgb_matrix = sf_graph_tensor (graph, SF_TENSOR_HOST, 1, 1, c + 1, 3);
  self->rgb = sf_graph_tensor (graph, SF_TENSOR_HOST, 1, h, w, 3);
}

/* --- Building --------------------------------------------------------------------------------- */

/* What is evaluation @i's of a tensor that holds something for each branch. */
static SfTensor *
share_of (SfDenoiser *self, SfTensor *tensor, guint i)
{
  return self->batch == tensor->n ? tensor : sf_graph_image (self->graph, tensor, i);
}

/* One of the two ways through the U-Net, or the only one without a cache. */
typedef SfTensor *(*Build) (SfDenoiser *self, SfTensor *input, guint i);

static SfTensor *
build_all (SfDenoiser *self, SfTensor *input, guint i)
{
  return sf_unet_build (self->model->unet, self->graph, input, share_of (self, self->time, i),
                        self->texts[i], self->merging, NULL);
}

static SfTensor *
build_caching (SfDenoiser *self, SfTensor *input, guint i)
{
  sf_unet_cache_init (&self->caches[i], self->model->unet, self->graph, input);
  return sf_unet_build (self->model->unet, self->graph, input, share_of (self, self->time, i),
                        self->texts[i], self->merging, &self->caches[i]);
}

static SfTensor *
build_shallow (SfDenoiser *self, SfTensor *input, guint i)
{
  return sf_unet_build_shallow (self->model->unet, self->graph, input,
                                share_of (self, self->time, i), self->texts[i], self->merging,
                                &self->caches[i]);
}

/* The U-Net's results for all branches. */
static SfTensor *
build_outputs (SfDenoiser *self, Build build)
{
  const SfTensor *x = self->slots[0];
  SfTensor *input = sf_scale_input (self->graph, self->slots[0], self->step, self->batch);
  SfTensor *output = NULL;

  if (self->batch == self->branches)
    return build (self, input, 0);
  SfTensor *outputs = sf_graph_tensor (self->graph, SF_TENSOR_WORK, self->branches, x->h, x->w,
                                       self->model->config.unet.out_channels);
  for (guint i = 0; i < self->branches; i++)
    {
      if (i < self->evaluations)
        output = build (self, input, i);
      sf_copy (self->graph, output, sf_graph_image (self->graph, outputs, i));
    }
  return outputs;
}

static void
build_step (SfDenoiser *self, Build build)
{
  SfGraph *graph = self->graph;
  SfTensor *denoised = self->slots[1];
  SfTensor *outputs = build_outputs (self, build);

  sf_guide (graph, self->slots[0], outputs, self->step, denoised);
  sf_latent_rgb (graph, denoised, self->rgb_matrix, self->rgb);
  sf_mix (graph, self->slots, self->noise, self->coefficients);
}

static void
build_start (SfDenoiser *self, gboolean derive)
{
  self->start_part = sf_graph_begin_part (self->graph);
  if (derive)
    sf_graph_derive_all (self->graph);
  for (guint i = 0; i < self->evaluations; i++)
    sf_unet_build_text (self->model->unet, self->graph, share_of (self, self->context, i),
                        self->texts[i]);
}

static void
build_parts (SfDenoiser *self, const SfDenoiserShape *shape)
{
  for (guint i = 0; i < self->evaluations; i++)
    self->texts[i] = sf_unet_text_new (self->model->unet, self->graph, self->batch, shape->tokens);
  build_step (self, shape->with_cache ? build_caching : build_all);
  if (shape->with_cache)
    {
      self->shallow = sf_graph_begin_part (self->graph);
      build_step (self, build_shallow);
    }
  build_start (self, !shape->derive_each);
}

SfDenoiser *
sf_denoiser_new (const SfModel *model, SfDevice *device, SfArena *arena, SfGraphFlags flags,
                 const SfDenoiserShape *shape, GError **error)
{
  g_autoptr (SfDenoiser) self = g_new0 (SfDenoiser, 1);

  self->model = model;
  self->branches = shape->branches;
  self->evaluations = shape->one_by_one && !shape->same ? shape->branches : 1;
  self->batch = shape->one_by_one || shape->same ? 1 : shape->branches;
  self->merging = shape->merging;
  self->graph = sf_graph_new (device, flags | (shape->derive_each ? 0 : SF_GRAPH_DERIVE_ONCE));
  create_inputs (self, shape);
  build_parts (self, shape);
  if (!sf_graph_plan (self->graph, arena, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
sf_denoiser_free (SfDenoiser *self)
{
  for (guint i = 0; i < self->evaluations; i++)
    sf_unet_text_free (self->texts[i]);
  sf_graph_free (self->graph);
  g_free (self);
}

SfGraph *
sf_denoiser_graph (SfDenoiser *self)
{
  return self->graph;
}

gboolean
sf_denoiser_set_context (SfDenoiser *self, const float *context, GError **error)
{
  return sf_tensor_write (self->context, context, error)
         && sf_tensor_write (self->rgb_matrix, &self->model->latent_rgb[0][0], error);
}

gboolean
sf_denoiser_start (SfDenoiser *self, const float *latent, GCancellable *cancellable, GError **error)
{
  const SfTensor *x = self->slots[0];
  g_autofree float *zeros = g_new0 (float, (gsize)sf_tensor_rows (x) * x->c);

  for (guint i = 0; i < SF_MIX_SLOTS; i++)
    if (!sf_tensor_write (self->slots[i], i == 0 ? latent : zeros, error))
      return FALSE;
  return sf_graph_run_part (self->graph, self->start_part, cancellable, error);
}

static gboolean
write_step (SfDenoiser *self, const SfEvaluation *evaluation, const double *weights, GError **error)
{
  SfModelScaling scaling = sf_schedule_scaling (self->model->schedule, evaluation->sigma);
  float step[STEP_SIZE] = { [STEP_C_IN] = scaling.c_in, [STEP_C_SKIP] = scaling.c_skip };

  for (guint i = 0; i < self->branches; i++)
    step[STEP_WEIGHTS + i] = scaling.c_out * weights[i];
  return sf_tensor_write (self->step, step, error);
}

static gboolean
write_time (SfDenoiser *self, double timestep, GError **error)
{
  guint c = self->time->c;
  g_autofree float *embedding = g_new (float, self->branches *c);

  sf_unet_time_embedding (&self->model->config.unet, timestep, embedding);
  for (guint i = 1; i < self->branches; i++)
    memcpy (embedding + i * c, embedding, c * sizeof *embedding);
  return sf_tensor_write (self->time, embedding, error);
}

static gboolean
write_update (SfDenoiser *self, const SfSamplerUpdate *update, GError **error)
{
  float rows[SF_MIX_SLOTS + 1][8] = { { 0 } };

  for (guint j = 0; j < SF_MIX_SLOTS; j++)
    {
      memcpy (rows[j], update->a[j], sizeof update->a[j]);
      rows[SF_MIX_SLOTS][j] = update->b[j];
    }
  return sf_tensor_write (self->coefficients, &rows[0][0], error);
}

gboolean
sf_denoiser_write (SfDenoiser *self, const SfEvaluation *evaluation, const SfSamplerUpdate *update,
                   const float *noise, const double *weights, GError **error)
{
  return write_step (self, evaluation, weights, error)
         && write_time (self, evaluation->timestep, error) && write_update (self, update, error)
         && (noise == NULL || sf_tensor_write (self->noise, noise, error));
}

gboolean
sf_denoiser_step (SfDenoiser *self, const SfEvaluation *evaluation, const SfSamplerUpdate *update,
                  const float *noise, const double *weights, gboolean shallow,
                  GCancellable *cancellable, GError **error)
{
  return sf_denoiser_write (self, evaluation, update, noise, weights, error)
         && sf_graph_run_part (self->graph, shallow ? self->shallow : 0, cancellable, error);
}

double
sf_denoiser_gflop (SfDenoiser *self, gboolean shallow)
{
  return sf_graph_part_gflop (self->graph, shallow ? self->shallow : 0);
}

SfImage *
sf_denoiser_preview (SfDenoiser *self)
{
  return sf_image_from_tensor (self->rgb, NULL);
}

gboolean
sf_denoiser_read (SfDenoiser *self, float *latent, GError **error)
{
  return sf_tensor_read (self->slots[0], latent, error);
}
