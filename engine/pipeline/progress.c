/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/progress.h"

struct _SfProgressSink
{
  gatomicrefcount ref_count;
  GMutex lock;

  /* Owned, under the lock */
  GQueue states; /* of SfProgress, oldest first; only the last may be replaced */
  gboolean scheduled;

  /* Owned */
  GMainContext *context;

  /* Borrowed */
  SfProgressFunc func;
  gpointer user_data;

  gboolean every_preview;
};

static void
state_free (SfProgress *state)
{
  g_clear_pointer (&state->preview, sf_image_unref);
  g_clear_pointer (&state->result, sf_result_unref);
  g_free (state);
}

SfProgressSink *
sf_progress_sink_new (GMainContext *context, gboolean every_preview, SfProgressFunc func,
                      gpointer user_data)
{
  SfProgressSink *self = g_new0 (SfProgressSink, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->lock);
  g_queue_init (&self->states);
  self->context = context != NULL ? g_main_context_ref (context) : NULL;
  self->every_preview = every_preview;
  self->func = func;
  self->user_data = user_data;
  return self;
}

void
sf_progress_sink_unref (SfProgressSink *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_queue_clear_full (&self->states, (GDestroyNotify)state_free);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static gboolean
deliver (gpointer data)
{
  SfProgressSink *self = data;
  SfProgress *state;

  while (TRUE)
    {
      g_mutex_lock (&self->lock);
      state = g_queue_pop_head (&self->states);
      self->scheduled = state != NULL;
      g_mutex_unlock (&self->lock);
      if (state == NULL)
        return G_SOURCE_REMOVE;
      self->func (state, self->user_data);
      state_free (state);
    }
}

static void
schedule (SfProgressSink *self)
{
  GSource *source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_atomic_ref_count_inc (&self->ref_count);
  g_source_set_callback (source, deliver, self, (GDestroyNotify)sf_progress_sink_unref);
  g_source_attach (source, self->context);
  g_source_unref (source);
}

static gboolean
must_deliver (SfProgressSink *self, const SfProgress *state)
{
  return state->result != NULL || (self->every_preview && state->preview != NULL);
}

void
sf_progress_sink_post (SfProgressSink *self, const SfProgress *progress)
{
  if (self->func == NULL)
    return;

  SfProgress *state = g_memdup2 (progress, sizeof *progress);
  if (state->preview != NULL)
    sf_image_ref (state->preview);
  if (state->result != NULL)
    sf_result_ref (state->result);

  g_mutex_lock (&self->lock);
  SfProgress *last = g_queue_peek_tail (&self->states);
  if (last != NULL && !must_deliver (self, last))
    {
      /* A preview that was not shown yet is still news. */
      if (state->preview == NULL && state->result == NULL)
        state->preview = g_steal_pointer (&last->preview);
      state_free (g_queue_pop_tail (&self->states));
    }
  g_queue_push_tail (&self->states, state);
  gboolean wake = !self->scheduled;
  self->scheduled = TRUE;
  g_mutex_unlock (&self->lock);
  if (wake)
    schedule (self);
}
