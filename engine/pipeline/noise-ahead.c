/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/noise-ahead.h"

struct _SfNoiseAhead
{
  /* Owned */
  SfNoise *noise;
  GThreadPool *pool;
  GAsyncQueue *ready; /* of the two below: what is drawn and not yet taken */
  float *draws[2];    /* [h, w, c] */
  float *drawn;       /* [c, h, w] */

  guint channels;
  gsize plane;
  guint begun, n_draws;
};

static void
draw (gpointer data, gpointer user_data)
{
  SfNoiseAhead *self = user_data;
  float *dst = data;

  sf_noise_next (self->noise, self->drawn, self->plane * self->channels);
  for (gsize i = 0; i < self->plane; i++)
    for (guint k = 0; k < self->channels; k++)
      dst[i * self->channels + k] = self->drawn[k * self->plane + i];
  g_async_queue_push (self->ready, dst);
}

static void
begin_draw (SfNoiseAhead *self)
{
  if (self->begun < self->n_draws)
    g_thread_pool_push (self->pool, self->draws[self->begun++ % 2], NULL);
}

SfNoiseAhead *
sf_noise_ahead_new (SfNoise *noise, guint channels, gsize plane, guint n_draws)
{
  SfNoiseAhead *self = g_new0 (SfNoiseAhead, 1);

  self->noise = noise;
  self->channels = channels;
  self->plane = plane;
  self->n_draws = n_draws;
  self->drawn = g_new (float, plane *channels);
  for (guint i = 0; i < 2; i++)
    self->draws[i] = g_new (float, plane *channels);
  self->ready = g_async_queue_new ();
  self->pool = g_thread_pool_new (draw, self, 1, FALSE, NULL);
  begin_draw (self);
  return self;
}

void
sf_noise_ahead_free (SfNoiseAhead *self)
{
  g_thread_pool_free (self->pool, TRUE, TRUE);
  g_async_queue_unref (self->ready);
  sf_noise_free (self->noise);
  g_free (self->draws[0]);
  g_free (self->draws[1]);
  g_free (self->drawn);
  g_free (self);
}

const float *
sf_noise_ahead_take (SfNoiseAhead *self)
{
  const float *taken = g_async_queue_pop (self->ready);

  begin_draw (self);
  return taken;
}
