/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench/parts.h"
#include "probe/first.h"

static const guint default_sizes[] = { 256, 512 };

typedef struct
{
  SfBenchParts part;
  gboolean (*run) (SfBench *self, const SfModel *model, guint size, GError **error);
} Sized;

/* The parts that depend on the picture's size. */
static const Sized sized[] = {
  { SF_BENCH_UNET, sf_bench_unet },
  { SF_BENCH_VAE, sf_bench_vae },
  { SF_BENCH_PICTURE, sf_bench_picture },
};

#define NETWORKS (SF_BENCH_TEXT | SF_BENCH_UNET | SF_BENCH_VAE | SF_BENCH_PICTURE)

static SfModel *
open_model (SfBench *self, GError **error)
{
  const char *path = self->options->model;

  return path != NULL
             ? sf_model_load (self->device, path, SF_MODEL_DEFAULT, NULL, NULL, NULL, error)
             : sf_model_new_blank (self->device, &sf_bench_sd15, error);
}

static gboolean
bench_size (SfBench *self, const SfModel *model, guint size, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (sized); i++)
    if ((self->options->parts & sized[i].part) && !sized[i].run (self, model, size, error))
      return FALSE;
  return TRUE;
}

static gboolean
bench_networks (SfBench *self, GError **error)
{
  guint only = self->options->size;
  g_autoptr (SfModel) model = open_model (self, error);

  if (model == NULL)
    return FALSE;
  sf_bench_tell_memory (self, "weights", "all networks", sf_weight_store_bytes (model->weights));
  if ((self->options->parts & SF_BENCH_TEXT) && !sf_bench_text (self, model, error))
    return FALSE;
  for (guint i = 0; i < (only ? 1 : G_N_ELEMENTS (default_sizes)); i++)
    if (!bench_size (self, model, only ? only : default_sizes[i], error))
      return FALSE;
  return TRUE;
}

gboolean
sf_bench_run (const SfBenchOptions *options, SfBenchFunc func, gpointer user_data, GError **error)
{
  SfBench self = { .options = options, .func = func, .data = user_data };
  gboolean ok;

  self.device = sf_probe_open_device (options->device, NULL, NULL, NULL, NULL, error);
  if (self.device == NULL)
    return FALSE;
  ok = sf_bench_floor (&self, error)
       && (!(options->parts & SF_BENCH_OPS) || sf_bench_ops (&self, error))
       && (!(options->parts & NETWORKS) || bench_networks (&self, error));
  sf_device_unref (self.device);
  return ok;
}
