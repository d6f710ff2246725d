/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/denoiser.h"

#include <string.h>

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
  SfUnetText *text;

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
  SfUnetCache cache; /* unused without a shallow part */

  guint branches;
  guint shallow;   /* the part that evaluates the shallow layers alone, 0 for none */
  guint text_part; /* that fills text */
};

static void
create_inputs (SfDenoiser *self, guint h, guint w, guint tokens)
{
  const SfModelConfig *config = &self->model->config;
  guint c = config->vae.latent_channels;
  SfGraph *graph = self->graph;

  for (guint i = 0; i < SF_MIX_SLOTS; i++)
    self->slots[i] = sf_graph_tensor (graph, SF_TENSOR_STATE, 1, h, w, c);
  self->noise = sf_graph_tensor (graph, SF_TENSOR_HOST, 1, h, w, c);
  self->coefficients = sf_graph_tensor (graph, SF_TENSOR_HOST, 1, 1, SF_MIX_SLOTS + 1, 8);
  self->step = sf_graph_tensor (graph, SF_TENSOR_HOST, 1, 1, 1, STEP_SIZE);
  self->time
      = sf_graph_tensor (graph, SF_TENSOR_HOST, self->branches, 1, 1, config->unet.channels[0]);
  self->context
      = sf_graph_tensor (graph, SF_TENSOR_HOST, self->branches, 1, tokens, config->unet.context);
  self->rgb_matrix = sf_graph_tensor (graph, SF_TENSOR_HOST, 1, 1, c + 1, 3);
  self->rgb = sf_graph_tensor (graph, SF_TENSOR_HOST, 1, h, w, 3);
}

/* All but the U-Net, around it. */
static SfTensor *
build_input (SfDenoiser *self)
{
  return sf_scale_input (self->graph, self->slots[0], self->step, self->branches);
}

static void
build_update (SfDenoiser *self, SfTensor *output)
{
  SfGraph *graph = self->graph;
  SfTensor *denoised = self->slots[1];

  sf_guide (graph, self->slots[0], output, self->step, denoised);
  sf_latent_rgb (graph, denoised, self->rgb_matrix, self->rgb);
  sf_mix (graph, self->slots, self->noise, self->coefficients);
}

static void
build (SfDenoiser *self, double merging)
{
  SfTensor *input = build_input (self);

  build_update (self, sf_unet_build_approximate (self->model->unet, self->graph, input, self->time,
                                                 self->text, merging, NULL));
}

/* In two parts, over the same latent. */
static void
build_with_cache (SfDenoiser *self, double merging)
{
  const SfUnet *unet = self->model->unet;
  SfTensor *input = build_input (self);

  sf_unet_cache_init (&self->cache, unet, self->graph, input);
  build_update (self, sf_unet_build_approximate (unet, self->graph, input, self->time, self->text,
                                                 merging, &self->cache));
  self->shallow = sf_graph_begin_part (self->graph);
  input = build_input (self);
  build_update (self, sf_unet_build_shallow (unet, self->graph, input, self->time, self->text,
                                             merging, &self->cache));
}

static void
build_text (SfDenoiser *self)
{
  self->text_part = sf_graph_begin_part (self->graph);
  sf_unet_build_text (self->model->unet, self->graph, self->context, self->text);
}

SfDenoiser *
sf_denoiser_new (const SfModel *model, SfDevice *device, SfArena *arena, SfGraphFlags flags,
                 guint height, guint width, guint branches, guint tokens, gboolean with_cache,
                 double merging, GError **error)
{
  g_autoptr (SfDenoiser) self = g_new0 (SfDenoiser, 1);

  self->model = model;
  self->branches = branches;
  self->graph = sf_graph_new (device, flags);
  create_inputs (self, height, width, tokens);
  self->text = sf_unet_text_new (model->unet, self->graph, branches, tokens);
  if (with_cache)
    build_with_cache (self, merging);
  else
    build (self, merging);
  build_text (self);
  if (!sf_graph_plan (self->graph, arena, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
sf_denoiser_free (SfDenoiser *self)
{
  sf_unet_text_free (self->text);
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
  return sf_graph_run_part (self->graph, self->text_part, cancellable, error);
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
sf_denoiser_step (SfDenoiser *self, const SfEvaluation *evaluation, const SfSamplerUpdate *update,
                  const float *noise, const double *weights, gboolean shallow,
                  GCancellable *cancellable, GError **error)
{
  return write_step (self, evaluation, weights, error)
         && write_time (self, evaluation->timestep, error) && write_update (self, update, error)
         && (noise == NULL || sf_tensor_write (self->noise, noise, error))
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
