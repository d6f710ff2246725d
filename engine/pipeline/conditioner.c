/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/conditioner.h"

struct _SfConditioner
{
  /* Owned */
  SfGraph *graph;

  /* Borrowed: the graph's */
  SfTensor *ids;
  SfTensor *vectors;
};

SfConditioner *
sf_conditioner_new (const SfModel *model, SfDevice *device, SfArena *arena, SfGraphFlags flags,
                    guint n_chunks, GError **error)
{
  const SfClipTextConfig *config = &model->config.text;
  g_autoptr (SfConditioner) self = g_new0 (SfConditioner, 1);

  self->graph = sf_graph_new (device, flags);
  self->ids = sf_graph_tensor (self->graph, SF_TENSOR_HOST, n_chunks, 1, config->places, 1);
  self->vectors = sf_graph_tensor (self->graph, SF_TENSOR_HOST, n_chunks, 1, config->places,
                                   config->channels);
  sf_copy (self->graph, sf_clip_text_build (model->text, self->graph, self->ids), self->vectors);
  if (!sf_graph_plan (self->graph, arena, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
sf_conditioner_free (SfConditioner *self)
{
  sf_graph_free (self->graph);
  g_free (self);
}

SfGraph *
sf_conditioner_graph (SfConditioner *self)
{
  return self->graph;
}

gboolean
sf_conditioner_encode (SfConditioner *self, const gint32 *ids, float *vectors,
                       GCancellable *cancellable, GError **error)
{
  guint n = sf_tensor_rows (self->ids);
  g_autofree float *numbers = g_new (float, n);

  for (guint i = 0; i < n; i++)
    numbers[i] = ids[i];
  return sf_tensor_write (self->ids, numbers, error)
         && sf_graph_run (self->graph, cancellable, error)
         && sf_tensor_read (self->vectors, vectors, error);
}
