/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph/profile.h"

/* An empty submission's time is the best of so many. */
#define EMPTY_RUNS 20

guint64
sf_node_bytes (const SfNode *node)
{
  guint64 sum = 0;

  /* An op that reads several pieces of one tensor names it several times. */
  for (guint i = 0; i < node->n_inputs; i++)
    if (node->inputs[i] != NULL && (i == 0 || node->inputs[i] != node->inputs[i - 1]))
      sum += node->inputs[i]->size;
  for (guint i = 0; i < node->n_outputs; i++)
    sum += node->outputs[i]->size;
  return sum;
}

static double
time_submission (SfRecorder *recorder, GCancellable *cancellable, GError **error)
{
  gint64 start = g_get_monotonic_time ();

  if (!sf_recorder_submit (recorder, cancellable, error))
    return -1;
  return (g_get_monotonic_time () - start) * 1e-6;
}

/* A fill of one word, which is as little as there is. Negative for an error. */
static double
time_nothing (SfGraph *graph, GError **error)
{
  SfRecorder *others = sf_graph_recorder (graph);
  g_autoptr (SfRecorder) recorder = sf_recorder_new (sf_recorder_device (others));
  g_autoptr (SfBuffer) buffer
      = sf_buffer_new (sf_recorder_device (others), 256, SF_MEMORY_DEVICE, error);
  const SfRange range = { buffer, 0, 256 };
  double best = G_MAXDOUBLE;

  if (buffer == NULL)
    return -1;
  sf_recorder_fill (recorder, &range, 0);
  if (!sf_recorder_finish (recorder, error))
    return -1;
  for (guint i = 0; i < EMPTY_RUNS; i++)
    {
      double seconds = time_submission (recorder, NULL, error);
      if (seconds < 0)
        return -1;
      best = MIN (best, seconds);
    }
  return best;
}

/* One recorder for each node. */
static GPtrArray *
record_apart (SfGraph *graph, GError **error)
{
  g_autoptr (GPtrArray) recorders
      = g_ptr_array_new_with_free_func ((GDestroyNotify)sf_recorder_free);
  SfDevice *device = sf_recorder_device (sf_graph_recorder (graph));

  for (guint i = 0; i < sf_graph_n_nodes (graph); i++)
    {
      const SfNode *node = sf_graph_node (graph, i);
      SfRecorder *recorder = sf_recorder_new (device);
      g_ptr_array_add (recorders, recorder);
      if (!node->op->record (node, recorder, error) || !sf_recorder_finish (recorder, error))
        return NULL;
    }
  return g_steal_pointer (&recorders);
}

gboolean
sf_graph_profile (SfGraph *graph, guint repeats, double *seconds, GCancellable *cancellable,
                  GError **error)
{
  g_autoptr (GPtrArray) recorders = record_apart (graph, error);
  double nothing = recorders != NULL ? time_nothing (graph, error) : -1;

  if (nothing < 0)
    return FALSE;
  for (guint round = 0; round < repeats; round++)
    for (guint i = 0; i < recorders->len; i++)
      {
        double taken = time_submission (g_ptr_array_index (recorders, i), cancellable, error);
        if (taken < 0)
          return FALSE;
        taken = MAX (taken - nothing, 0);
        seconds[i] = round == 0 ? taken : MIN (seconds[i], taken);
      }
  return TRUE;
}
