/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sfumato.h"

#include <sys/resource.h>
#include <unistd.h>

#include "pipeline/workshop.h"

/* How much the worker, and with it the threads of a software driver that it starts, stands back
 * behind the window. */
#define WORKER_NICE 5

struct _SfEngine
{
  GObject parent_instance;

  /* Owned */
  GThread *worker;
  GAsyncQueue *jobs; /* of GTask */
  SfWorkshop *workshop;
};

G_DEFINE_FINAL_TYPE (SfEngine, sf_engine, G_TYPE_OBJECT)

typedef enum
{
  JOB_LOAD,
  JOB_GENERATE,
  JOB_QUIT,
} JobKind;

typedef struct
{
  JobKind kind;

  /* Owned */
  char *path;
  SfRequest *request;
  SfProgressSink *sink;

  /* Owned: how it ended */
  gpointer result;
  GDestroyNotify free_result;
  GError *error;
} Job;

static void
job_free (Job *job)
{
  g_free (job->path);
  g_clear_pointer (&job->request, sf_request_free);
  g_clear_pointer (&job->sink, sf_progress_sink_unref);
  g_clear_pointer (&job->result, job->free_result);
  g_clear_error (&job->error);
  g_free (job);
}

/* --- On the worker ---------------------------------------------------------------------------- */

static void
run_load (SfEngine *self, GCancellable *cancellable, Job *job)
{
  job->free_result = (GDestroyNotify)sf_model_info_unref;
  job->result = sf_workshop_load (self->workshop, job->path, job->sink, cancellable, &job->error);
}

static void
run_generate (SfEngine *self, GCancellable *cancellable, Job *job)
{
  job->free_result = (GDestroyNotify)g_ptr_array_unref;
  if (sf_request_validate (job->request, &job->error))
    job->result
        = sf_workshop_paint (self->workshop, job->request, job->sink, cancellable, &job->error);
}

static gboolean
on_done (gpointer data)
{
  GTask *task = data;
  Job *job = g_task_get_task_data (task);

  if (job->error != NULL)
    g_task_return_error (task, g_steal_pointer (&job->error));
  else
    g_task_return_pointer (task, g_steal_pointer (&job->result), job->free_result);
  return G_SOURCE_REMOVE;
}

/* Gives the task to its caller's thread, for good: a reference that the worker still had could be
 * the engine's last, and the worker would take it down while main() returns. */
static void
hand_over (GTask *task)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, g_task_get_priority (task));
  g_source_set_callback (source, on_done, task, g_object_unref);
  g_source_attach (source, g_task_get_context (task));
}

static gpointer
work (gpointer data)
{
  GAsyncQueue *jobs = data;

  setpriority (PRIO_PROCESS, 0, WORKER_NICE);
  while (TRUE)
    {
      GTask *task = g_async_queue_pop (jobs);
      Job *job = g_task_get_task_data (task);
      SfEngine *self = g_task_get_source_object (task);
      GCancellable *cancellable = g_task_get_cancellable (task);
      switch (job->kind)
        {
        case JOB_LOAD:
          run_load (self, cancellable, job);
          break;
        case JOB_GENERATE:
          run_generate (self, cancellable, job);
          break;
        case JOB_QUIT:
          g_object_unref (task);
          g_async_queue_unref (jobs);
          return NULL;
        }
      if (job->result == NULL)
        sf_workshop_drop_lost_device (self->workshop);
      hand_over (task);
    }
}

/* --- The public side -------------------------------------------------------------------------- */

static void
sf_engine_init (SfEngine *self)
{
  self->jobs = g_async_queue_new_full (g_object_unref);
}

/* Each job's task holds a reference and is dropped by its caller's thread: nothing is waiting when
 * this is called, and never on the worker. */
static void
sf_engine_finalize (GObject *object)
{
  SfEngine *self = SF_ENGINE (object);
  GTask *quit = g_task_new (NULL, NULL, NULL, NULL);
  Job *job = g_new0 (Job, 1);

  job->kind = JOB_QUIT;
  g_task_set_task_data (quit, job, (GDestroyNotify)job_free);
  g_async_queue_push (self->jobs, quit);
  g_thread_join (self->worker);
  sf_workshop_free (self->workshop);
  g_async_queue_unref (self->jobs);
  G_OBJECT_CLASS (sf_engine_parent_class)->finalize (object);
}

static void
sf_engine_class_init (SfEngineClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sf_engine_finalize;
}

SfEngine *
sf_engine_new (const SfEngineOptions *options)
{
  SfEngine *self = g_object_new (SF_TYPE_ENGINE, NULL);
  const SfEngineOptions usual = SF_ENGINE_OPTIONS_INIT;

  self->workshop = sf_workshop_new (options != NULL ? options : &usual);
  self->worker = g_thread_new ("sfumato-engine", work, g_async_queue_ref (self->jobs));
  return self;
}

static void
queue_job (SfEngine *self, Job *job, GCancellable *cancellable, gpointer tag,
           GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, tag);
  /* The worker says itself how a cancelled job ended, after the device has stopped. */
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, job, (GDestroyNotify)job_free);
  g_async_queue_push (self->jobs, task);
}

void
sf_engine_load_model_async (SfEngine *self, const char *path, GCancellable *cancellable,
                            SfProgressFunc progress, gpointer progress_data,
                            GAsyncReadyCallback callback, gpointer user_data)
{
  Job *job = g_new0 (Job, 1);

  job->kind = JOB_LOAD;
  job->path = g_strdup (path);
  job->sink
      = sf_progress_sink_new (g_main_context_get_thread_default (), FALSE, progress, progress_data);
  queue_job (self, job, cancellable, sf_engine_load_model_async, callback, user_data);
}

SfModelInfo *
sf_engine_load_model_finish (SfEngine *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

SfModelInfo *
sf_engine_get_model (SfEngine *self)
{
  return sf_workshop_get_model (self->workshop);
}

char *
sf_engine_get_notice (SfEngine *self)
{
  return sf_workshop_get_notice (self->workshop);
}

void
sf_engine_generate_async (SfEngine *self, const SfRequest *request, GCancellable *cancellable,
                          SfProgressFunc progress, gpointer progress_data,
                          GAsyncReadyCallback callback, gpointer user_data)
{
  Job *job = g_new0 (Job, 1);

  job->kind = JOB_GENERATE;
  job->request = sf_request_copy (request);
  job->sink = sf_progress_sink_new (g_main_context_get_thread_default (), request->every_preview,
                                    progress, progress_data);
  queue_job (self, job, cancellable, sf_engine_generate_async, callback, user_data);
}

GPtrArray *
sf_engine_generate_finish (SfEngine *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

guint
sf_engine_count_tokens (SfEngine *self, const char *text, guint *n_places)
{
  return sf_workshop_count_tokens (self->workshop, text, n_places);
}
