/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sfumato-jobs.h"

#include <glib/gi18n.h>

struct _SfumatoJobs
{
  GObject parent_instance;

  /* Owned */
  SfEngine *engine;
  GQueue waiting; /* of SfRequest */
  char *waiting_model;
  GCancellable *running; /* NULL while nothing runs */
  SfRequest *request;    /* of what runs; NULL while a model is opened */
};

G_DEFINE_FINAL_TYPE (SfumatoJobs, sfumato_jobs, G_TYPE_OBJECT)

enum
{
  STARTED,
  CHANGED,
  PROGRESS,
  FINISHED,
  MODEL_LOADED,
  FAILED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void start_next (SfumatoJobs *self);

/* What runs keeps the program too, which would else end with its last window: exit() must not take
 * the driver away from a thread that works with it. */
static void
begin_job (SfumatoJobs *self)
{
  self->running = g_cancellable_new ();
  g_application_hold (g_application_get_default ());
}

/* @info: (nullable): the model that is open now. */
static void
end_job (SfumatoJobs *self, const char *title, SfModelInfo *info, GError *error)
{
  g_autoptr (SfRequest) request = g_steal_pointer (&self->request);

  g_clear_object (&self->running);
  if (info != NULL)
    g_signal_emit (self, signals[MODEL_LOADED], 0, info);
  if (error != NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_signal_emit (self, signals[FAILED], 0, title, request, error);
  start_next (self);
  g_signal_emit (self, signals[CHANGED], 0);
  g_application_release (g_application_get_default ());
}

static void
on_progress (const SfProgress *progress, gpointer user_data)
{
  SfumatoJobs *self = user_data;

  g_signal_emit (self, signals[PROGRESS], 0, progress);
  if (progress->result != NULL)
    g_signal_emit (self, signals[FINISHED], 0, progress->result);
}

static void
on_generated (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SfumatoJobs) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) results = sf_engine_generate_finish (SF_ENGINE (source), result, &error);

  end_job (self, _ ("No picture was made"), NULL, error);
}

static void
on_loaded (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SfumatoJobs) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SfModelInfo) info = sf_engine_load_model_finish (SF_ENGINE (source), result, &error);

  end_job (self, _ ("The model was not opened"), info, error);
}

static void
start_picture (SfumatoJobs *self)
{
  begin_job (self);
  sf_engine_generate_async (self->engine, self->request, self->running, on_progress, self,
                            on_generated, g_object_ref (self));
  g_signal_emit (self, signals[STARTED], 0);
}

static void
start_model (SfumatoJobs *self)
{
  g_autofree char *path = g_steal_pointer (&self->waiting_model);

  begin_job (self);
  sf_engine_load_model_async (self->engine, path, self->running, on_progress, self, on_loaded,
                              g_object_ref (self));
  g_signal_emit (self, signals[STARTED], 0);
}

/* Pictures first: they were asked for when the model that waits was not open, with settings that
 * suit the one that is. */
static void
start_next (SfumatoJobs *self)
{
  if (self->running != NULL)
    return;
  self->request = g_queue_pop_head (&self->waiting);
  if (self->request != NULL)
    start_picture (self);
  else if (self->waiting_model != NULL)
    start_model (self);
}

void
sfumato_jobs_generate (SfumatoJobs *self, const SfRequest *request)
{
  g_queue_push_tail (&self->waiting, sf_request_copy (request));
  start_next (self);
  g_signal_emit (self, signals[CHANGED], 0);
}

void
sfumato_jobs_load_model (SfumatoJobs *self, const char *path)
{
  g_free (self->waiting_model);
  self->waiting_model = g_strdup (path);
  start_next (self);
  g_signal_emit (self, signals[CHANGED], 0);
}

void
sfumato_jobs_stop (SfumatoJobs *self)
{
  if (self->running == NULL)
    return;
  g_cancellable_cancel (self->running);
  g_signal_emit (self, signals[CHANGED], 0);
}

void
sfumato_jobs_clear (SfumatoJobs *self)
{
  g_queue_clear_full (&self->waiting, (GDestroyNotify)sf_request_free);
  g_clear_pointer (&self->waiting_model, g_free);
  if (self->running != NULL)
    g_cancellable_cancel (self->running);
  g_signal_emit (self, signals[CHANGED], 0);
}

gboolean
sfumato_jobs_is_busy (SfumatoJobs *self)
{
  return self->running != NULL;
}

gboolean
sfumato_jobs_is_stopping (SfumatoJobs *self)
{
  return g_cancellable_is_cancelled (self->running);
}

gboolean
sfumato_jobs_is_painting (SfumatoJobs *self)
{
  return self->request != NULL;
}

gboolean
sfumato_jobs_is_opening (SfumatoJobs *self)
{
  return self->waiting_model != NULL || (self->running != NULL && self->request == NULL);
}

const SfRequest *
sfumato_jobs_get_request (SfumatoJobs *self)
{
  return self->request;
}

guint
sfumato_jobs_n_waiting (SfumatoJobs *self)
{
  return g_queue_get_length (&self->waiting);
}

SfEngine *
sfumato_jobs_get_engine (SfumatoJobs *self)
{
  return self->engine;
}

SfumatoJobs *
sfumato_jobs_new (SfEngine *engine)
{
  SfumatoJobs *self = g_object_new (SFUMATO_TYPE_JOBS, NULL);

  self->engine = g_object_ref (engine);
  return self;
}

static void
sfumato_jobs_finalize (GObject *object)
{
  SfumatoJobs *self = SFUMATO_JOBS (object);

  g_queue_clear_full (&self->waiting, (GDestroyNotify)sf_request_free);
  g_free (self->waiting_model);
  g_clear_object (&self->running);
  g_clear_pointer (&self->request, sf_request_free);
  g_clear_object (&self->engine);
  G_OBJECT_CLASS (sfumato_jobs_parent_class)->finalize (object);
}

static void
sfumato_jobs_class_init (SfumatoJobsClass *klass)
{
  GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = sfumato_jobs_finalize;
  signals[STARTED]
      = g_signal_new ("started", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[CHANGED]
      = g_signal_new ("changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[PROGRESS] = g_signal_new ("progress", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                    G_TYPE_NONE, 1, G_TYPE_POINTER);
  signals[FINISHED] = g_signal_new ("finished", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                    G_TYPE_NONE, 1, G_TYPE_POINTER);
  signals[MODEL_LOADED] = g_signal_new ("model-loaded", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                        NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
  signals[FAILED] = g_signal_new ("failed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 3, G_TYPE_STRING, G_TYPE_POINTER, G_TYPE_ERROR);
}

static void
sfumato_jobs_init (SfumatoJobs *self)
{
  g_queue_init (&self->waiting);
}
