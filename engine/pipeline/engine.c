/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sfumato.h"

#include <sys/resource.h>
#include <unistd.h>

#include "gpu/kernel.h"
#include "pipeline/model-hash.h"
#include "pipeline/painter.h"
#include "probe/first.h"
#include "pipeline/progress.h"
#include "text/prompt.h"

/* How much the worker, and with it the threads of a software driver that it starts, stands back
 * behind the window. */
#define WORKER_NICE 5

struct _SfEngine
{
  GObject parent_instance;

  /* Owned */
  GThread *worker;
  GAsyncQueue *jobs; /* of GTask */

  /* Owned, under the lock: read by any thread, set by the worker */
  GMutex lock;
  SfModelInfo *info;
  const SfTokenizer *tokenizer; /* the loaded model's */
  guint places;                 /* tokens that one chunk holds */
  char *notice;                 /* about the device, or NULL */

  /* Owned by the worker */
  SfDevice *device;
  SfPainter *painter;
  SfModelHash *hash;
  char *path; /* of the model that the next picture loads first, where there is no painter */

  SfEngineOptions options;
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

/* --- On the worker: loading ------------------------------------------------------------------- */

static void
on_probe (gpointer data)
{
  const SfProgress progress = { .phase = SF_PHASE_PROBING, .seconds_left = -1, .n_images = 1 };

  sf_progress_sink_post (data, &progress);
}

static gboolean
ensure_device (SfEngine *self, SfProgressSink *sink, GCancellable *cancellable, GError **error)
{
  char *notice;

  if (self->device != NULL)
    return TRUE;
  self->device
      = sf_probe_open_device (self->options.device, on_probe, sink, cancellable, &notice, error);
  g_mutex_lock (&self->lock);
  g_free (self->notice);
  self->notice = notice;
  g_mutex_unlock (&self->lock);
  return self->device != NULL;
}

static SfModelInfo *
info_new (const SfModel *model)
{
  SfModelInfo *info = g_new0 (SfModelInfo, 1);

  g_atomic_ref_count_init (&info->ref_count);
  info->path = g_strdup (model->path);
  info->name = g_strdup (model->name);
  info->family = g_strdup (model->family);
  info->dtype = g_strdup (model->dtype);
  info->n_parameters = model->n_parameters;
  info->native_size = model->native_size;
  info->size_multiple = model->size_multiple;
  info->limited = model->limited;
  info->default_steps = model->default_steps;
  info->default_cfg = model->default_cfg;
  info->default_sampler
      = g_strdup (model->default_sampler != NULL ? model->default_sampler : sf_samplers_list ()[0]);
  info->sample_prompts = g_strdupv (model->sample_prompts);
  info->words = model->words != NULL ? g_hash_table_ref (model->words) : NULL;
  return info;
}

/* Lets go of the model. If no other one takes its place, the next picture loads it again. */
static void
drop_model (SfEngine *self)
{
  g_mutex_lock (&self->lock);
  self->tokenizer = NULL;
  g_mutex_unlock (&self->lock);
  g_clear_pointer (&self->painter, sf_painter_free);
  g_clear_pointer (&self->hash, sf_model_hash_free);
}

/* Nothing works any more on a device that its driver gave up. The next job opens one anew. */
static void
drop_lost_device (SfEngine *self)
{
  if (self->device == NULL || !sf_device_is_lost (self->device))
    return;
  drop_model (self);
  g_clear_pointer (&self->device, sf_device_unref);
}

/* Puts another model in the place of the last. */
static void
adopt_model (SfEngine *self, SfModel *model, SfModelInfo *info)
{
  SfPainter *old = self->painter;

  self->painter = sf_painter_new (model, self->device, self->options.memory_limit);
  g_clear_pointer (&self->hash, sf_model_hash_free);
  self->hash = sf_model_hash_new (model->path);
  g_free (self->path);
  self->path = g_strdup (model->path);
  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->info, sf_model_info_unref);
  self->info = sf_model_info_ref (info);
  self->tokenizer = model->tokenizer;
  self->places = model->config.text.places - 2;
  g_mutex_unlock (&self->lock);
  g_clear_pointer (&old, sf_painter_free);
}

static void
on_loading (double fraction, gpointer data)
{
  const SfProgress progress
      = { .phase = SF_PHASE_LOADING, .fraction = fraction, .seconds_left = -1, .n_images = 1 };

  sf_progress_sink_post (data, &progress);
}

static gboolean
count_bytes (const char *path, guint64 *bytes, GError **error)
{
  g_autoptr (SfCheckpoint) checkpoint = sf_checkpoint_open (path, error);

  *bytes = 0;
  for (guint part = 0; checkpoint != NULL && part < SF_N_PARTS; part++)
    *bytes += 2 * sf_checkpoint_n_parameters (checkpoint, part);
  return checkpoint != NULL;
}

/* The open model stays until another has taken its place, where there is room for both. */
static gboolean
make_room (SfEngine *self, const char *path, GError **error)
{
  guint64 limit = self->options.memory_limit, bytes;

  if (!count_bytes (path, &bytes, error))
    return FALSE;
  if (limit == 0)
    limit = sf_device_memory_limit (self->device);
  if (limit == 0)
    return TRUE;
  if (self->painter != NULL && bytes + sf_device_allocated_bytes (self->device) > limit)
    sf_painter_drop_graphs (self->painter);
  if (self->painter != NULL && bytes + sf_device_allocated_bytes (self->device) > limit)
    drop_model (self);
  if (bytes + sf_device_allocated_bytes (self->device) <= limit)
    return TRUE;
  g_autofree char *name = g_path_get_basename (path), *shown = g_filename_display_name (name);
  g_autofree char *needs = g_format_size (bytes), *has = g_format_size (limit);
  g_set_error (error, SF_ERROR, SF_ERROR_MEMORY,
               "The weights of “%s” need %s of memory and there are only %s; close other programs, "
               "open a smaller model or raise the memory limit.",
               shown, needs, has);
  return FALSE;
}

static SfModelInfo *
load_model (SfEngine *self, const char *path, SfProgressSink *sink, GCancellable *cancellable,
            GError **error)
{
  SfModel *model = NULL;

  if (ensure_device (self, sink, cancellable, error) && make_room (self, path, error))
    model = sf_model_load (self->device, path, SF_MODEL_DEFAULT, cancellable, on_loading, sink,
                           error);
  if (model == NULL)
    return NULL;
  SfModelInfo *info = info_new (model);
  adopt_model (self, model, info);
  return info;
}

static void
run_load (SfEngine *self, GCancellable *cancellable, Job *job)
{
  SfModelInfo *info = load_model (self, job->path, job->sink, cancellable, &job->error);

  job->free_result = (GDestroyNotify)sf_model_info_unref;
  job->result = info;
  if (info == NULL)
    drop_lost_device (self);
}

/* --- On the worker: generating ---------------------------------------------------------------- */

static gboolean
ensure_painter (SfEngine *self, const Job *job, GCancellable *cancellable, GError **error)
{
  if (self->painter != NULL)
    return TRUE;
  if (self->path == NULL)
    {
      g_set_error (error, SF_ERROR, SF_ERROR_MODEL,
                   "No model is loaded; open a model file or folder first.");
      return FALSE;
    }
  g_autofree char *path = g_strdup (self->path);
  g_autoptr (SfModelInfo) info = load_model (self, path, job->sink, cancellable, error);
  return info != NULL;
}

static void
run_generate (SfEngine *self, GCancellable *cancellable, Job *job)
{
  job->free_result = (GDestroyNotify)g_ptr_array_unref;
  if (sf_request_validate (job->request, &job->error)
      && ensure_painter (self, job, cancellable, &job->error)
      && !g_cancellable_set_error_if_cancelled (cancellable, &job->error))
    job->result = sf_painter_paint (self->painter, job->request, self->hash, job->sink, cancellable,
                                    &job->error);
  if (job->result != NULL)
    sf_kernel_cache_save (self->device);
  else
    drop_lost_device (self);
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

static void
close_worker (SfEngine *self)
{
  drop_model (self);
  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->device, sf_device_unref);
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
      hand_over (task);
    }
}

/* --- The public side -------------------------------------------------------------------------- */

static void
sf_engine_init (SfEngine *self)
{
  self->jobs = g_async_queue_new_full (g_object_unref);
  g_mutex_init (&self->lock);
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
  close_worker (self);
  g_clear_pointer (&self->info, sf_model_info_unref);
  g_free (self->notice);
  g_mutex_clear (&self->lock);
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

  self->places = 75;
  self->options = options != NULL ? *options : (SfEngineOptions)SF_ENGINE_OPTIONS_INIT;
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
  g_mutex_lock (&self->lock);
  SfModelInfo *info = self->info != NULL ? sf_model_info_ref (self->info) : NULL;
  g_mutex_unlock (&self->lock);
  return info;
}

char *
sf_engine_get_notice (SfEngine *self)
{
  g_mutex_lock (&self->lock);
  char *notice = g_strdup (self->notice);
  g_mutex_unlock (&self->lock);
  return notice;
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
  guint n = 0;

  g_mutex_lock (&self->lock);
  if (self->tokenizer != NULL)
    n = sf_prompt_count_tokens (self->tokenizer, text);
  if (n_places != NULL)
    *n_places = self->places;
  g_mutex_unlock (&self->lock);
  return n;
}
