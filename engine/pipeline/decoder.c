/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/decoder.h"

#include "base/error.h"
#include "pipeline/pixels.h"

struct _SfDecoder
{
  /* Owned */
  SfGraph *graph;

  /* Borrowed: the graph's */
  SfTensor *latent;
  SfTensor *picture;

  gboolean squash; /* the latent first, for the tiny decoder */
};

/* The picture of self->latent. */
static SfTensor *
build (SfDecoder *self, const SfModel *model, const SfTinyDecoder *tiny, SfVaeStrips *strips)
{
  const SfVaeConfig *config = &model->config.vae;

  if (tiny != NULL)
    return sf_tiny_decoder_build (tiny, self->graph, self->latent);
  SfTensor *z = sf_affine (self->graph, self->latent, 1 / config->scale, config->shift);
  return sf_vae_build_decoder (model->vae, self->graph, z, strips);
}

SfDecoder *
sf_decoder_new (const SfModel *model, const SfTinyDecoder *tiny, SfDevice *device, SfArena *arena,
                SfGraphFlags flags, guint height, guint width, SfVaeStrips *strips, GError **error)
{
  const SfVaeConfig *config = &model->config.vae;
  g_autoptr (SfDecoder) self = g_new0 (SfDecoder, 1);

  self->graph = sf_graph_new (device, flags);
  self->latent
      = sf_graph_tensor (self->graph, SF_TENSOR_HOST, 1, height, width, config->latent_channels);
  self->picture = sf_graph_tensor (self->graph, SF_TENSOR_HOST, 1, height * model->factor,
                                   width * model->factor, config->image_channels);
  self->squash = tiny != NULL;
  sf_copy (self->graph, build (self, model, tiny, strips), self->picture);
  if (!sf_graph_plan (self->graph, arena, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
sf_decoder_free (SfDecoder *self)
{
  sf_graph_free (self->graph);
  g_free (self);
}

SfGraph *
sf_decoder_graph (SfDecoder *self)
{
  return self->graph;
}

SfImage *
sf_decoder_run (SfDecoder *self, float *latent, GCancellable *cancellable, GError **error)
{
  guint n_invalid = 0;

  if (self->squash)
    sf_tiny_decoder_squash (latent, (gsize)sf_tensor_rows (self->latent) * self->latent->c);
  if (!sf_tensor_write (self->latent, latent, error)
      || !sf_graph_run (self->graph, cancellable, error))
    return NULL;
  g_autoptr (SfImage) image = sf_image_from_tensor (self->picture, &n_invalid);
  if (image != NULL && n_invalid == 0)
    return g_steal_pointer (&image);
  if (image == NULL)
    g_set_error (error, SF_ERROR, SF_ERROR_MEMORY, "There is no memory for the finished picture.");
  else
    g_set_error (error, SF_ERROR, SF_ERROR_MODEL,
                 "The model's numbers ran out of range and gave no picture; its file may be "
                 "damaged.");
  return NULL;
}
