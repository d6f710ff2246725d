/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fake-engine.h"

#include "image/parameters.h"
#include "text/words.h"

#define N_STEPS_IF_ZERO 4
#define PREVIEW_PART 8

struct _SfEngine
{
  GObject parent;

  /* Owned */
  SfModelInfo *model;
};

G_DEFINE_FINAL_TYPE (SfEngine, sf_engine, G_TYPE_OBJECT)

/* The tests' side; the lock is for the painting thread. */
static struct
{
  GMutex lock;
  GCond changed;
  gboolean hold;
  gboolean deaf;
  guint n_running; /* jobs in their threads */
  guint n_passes;  /* steps that go on although they are held */
  gboolean limited;
  const char *notice;
  const char *words;
  guint n_requests;

  /* Owned */
  GError *error;
  SfRequest *request;
} fake;

void
fake_engine_hold (gboolean hold)
{
  g_mutex_lock (&fake.lock);
  fake.hold = hold;
  g_cond_broadcast (&fake.changed);
  g_mutex_unlock (&fake.lock);
}

void
fake_engine_step (void)
{
  g_mutex_lock (&fake.lock);
  fake.n_passes++;
  g_cond_broadcast (&fake.changed);
  g_mutex_unlock (&fake.lock);
}

void
fake_engine_release (void)
{
  fake_engine_hold (FALSE);
}

void
fake_engine_set_deaf (gboolean deaf)
{
  g_mutex_lock (&fake.lock);
  fake.deaf = deaf;
  g_mutex_unlock (&fake.lock);
}

guint
fake_engine_n_running (void)
{
  g_mutex_lock (&fake.lock);
  guint n = fake.n_running;
  g_mutex_unlock (&fake.lock);
  return n;
}

static void
count_running (int difference)
{
  g_mutex_lock (&fake.lock);
  fake.n_running += difference;
  g_mutex_unlock (&fake.lock);
}

void
fake_engine_fail_with (GError *error)
{
  g_clear_error (&fake.error);
  fake.error = error;
}

void
fake_engine_set_limited (gboolean limited)
{
  fake.limited = limited;
}

void
fake_engine_set_notice (const char *notice)
{
  fake.notice = notice;
}

void
fake_engine_set_words (const char *words)
{
  fake.words = words;
}

SfRequest *
fake_engine_last_request (void)
{
  return fake.request != NULL ? sf_request_copy (fake.request) : NULL;
}

guint
fake_engine_n_requests (void)
{
  return fake.n_requests;
}

void
fake_engine_reset (void)
{
  fake_engine_release ();
  fake_engine_fail_with (NULL);
  fake_engine_set_deaf (FALSE);
  fake.limited = FALSE;
  fake.words = NULL;
  fake.notice = NULL;
  fake.n_passes = 0;
  fake.n_requests = 0;
  g_clear_pointer (&fake.request, sf_request_free);
}

/* --- What a job tells its caller, in the caller's context ----------------------------------------
 */

typedef struct
{
  SfProgress progress;
  SfProgressFunc func;
  gpointer data;
} News;

static void
news_free (gpointer data)
{
  News *news = data;

  g_clear_pointer (&news->progress.preview, sf_image_unref);
  g_clear_pointer (&news->progress.result, sf_result_unref);
  g_free (news);
}

static gboolean
deliver (gpointer data)
{
  News *news = data;

  news->func (&news->progress, news->data);
  return G_SOURCE_REMOVE;
}

typedef struct
{
  SfProgressFunc func;
  gpointer data;
  GMainContext *context;

  /* Owned */
  SfRequest *request;
  GError *error;
  char *path;
} Job;

static void
job_free (gpointer data)
{
  Job *job = data;

  g_clear_pointer (&job->request, sf_request_free);
  g_clear_error (&job->error);
  g_main_context_unref (job->context);
  g_free (job->path);
  g_free (job);
}

static Job *
job_new (SfProgressFunc func, gpointer data)
{
  Job *job = g_new0 (Job, 1);

  job->func = func;
  job->data = data;
  job->context = g_main_context_ref_thread_default ();
  job->error = g_steal_pointer (&fake.error);
  return job;
}

static void
tell (Job *job, SfProgress progress)
{
  News *news = g_new0 (News, 1);

  news->progress = progress;
  news->func = job->func;
  news->data = job->data;
  /* Not g_main_context_invoke(), which calls here and now while nobody iterates the context. */
  g_autoptr (GSource) source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, deliver, news, news_free);
  g_source_attach (source, job->context);
}

/* --- Painting
 * ------------------------------------------------------------------------------------- */

/* Bands that are 64 pixels wide at first and smooth in the end. */
static SfImage *
paint (guint width, guint height, guint step, guint n_steps, gint64 seed)
{
  SfImage *image = sf_image_new (width, height, 3);
  guint band = MAX (1, (width / 2) >> MIN (step * 8 / MAX (n_steps, 1), 16));

  for (guint y = 0; y < height; y++)
    for (guint x = 0; x < width; x++)
      {
        guint8 *pixel = sf_image_row (image, y) + 3 * x;
        pixel[0] = 255 * (x / band * band) / width;
        pixel[1] = 255 * (y / band * band) / height;
        pixel[2] = seed * 40;
      }
  return image;
}

static char *
describe (const SfRequest *request, gint64 seed)
{
  g_autoptr (SfParameters) parameters = sf_parameters_new ();

  sf_parameters_set (&parameters->prompt, request->prompt);
  if (request->negative_prompt != NULL)
    sf_parameters_set (&parameters->negative, request->negative_prompt);
  sf_parameters_set (&parameters->sampler, request->sampler);
  sf_parameters_set (&parameters->schedule, request->schedule);
  sf_parameters_set (&parameters->rng, request->rng == SF_NOISE_CPU ? "CPU" : "GPU");
  parameters->steps = request->steps;
  parameters->cfg = request->cfg;
  parameters->width = request->width;
  parameters->height = request->height;
  parameters->seed = seed;
  parameters->cache_interval = request->cache_interval;
  parameters->token_merging = request->token_merging;
  return sf_parameters_build (parameters);
}

static SfResult *
finish (const SfRequest *request, guint index)
{
  SfResult *result = g_new0 (SfResult, 1);

  g_atomic_ref_count_init (&result->ref_count);
  result->seed = MAX (request->seed, 7) + index;
  result->index = index;
  result->seconds = 1;
  result->image = paint (request->width, request->height, 8, 8, result->seed);
  result->parameters = describe (request, result->seed);
  return result;
}

static void
wake (GCancellable *cancellable, gpointer data)
{
  g_mutex_lock (&fake.lock);
  g_cond_broadcast (&fake.changed);
  g_mutex_unlock (&fake.lock);
}

static gboolean
wait_for_step (GCancellable *cancellable, GError **error)
{
  gulong id = g_cancellable_connect (cancellable, G_CALLBACK (wake), NULL, NULL);

  g_mutex_lock (&fake.lock);
  while (fake.hold && fake.n_passes == 0
         && (fake.deaf || !g_cancellable_is_cancelled (cancellable)))
    g_cond_wait (&fake.changed, &fake.lock);
  if (fake.n_passes > 0)
    fake.n_passes--;
  g_mutex_unlock (&fake.lock);
  g_cancellable_disconnect (cancellable, id);
  return !g_cancellable_set_error_if_cancelled (cancellable, error);
}

static SfResult *
paint_one (Job *job, guint index, GCancellable *cancellable, GError **error)
{
  const SfRequest *request = job->request;

  for (guint step = 1; step <= request->steps; step++)
    {
      SfProgress progress = {
        .phase = SF_PHASE_DENOISING,
        .index = index,
        .n_images = request->batch,
        .step = step,
        .n_steps = request->steps,
        .fraction = (index + step / (double)request->steps) / request->batch,
        .seconds_left = request->steps - step,
        .preview = paint (request->width / PREVIEW_PART, request->height / PREVIEW_PART, step,
                          request->steps, request->seed),
      };
      tell (job, progress);
      g_usleep (2000);
      if (!wait_for_step (cancellable, error))
        return NULL;
    }
  SfResult *result = finish (request, index);
  tell (job, (SfProgress){ .phase = SF_PHASE_DECODING,
                           .index = index,
                           .n_images = request->batch,
                           .step = request->steps,
                           .n_steps = request->steps,
                           .fraction = (index + 1.0) / request->batch,
                           .result = sf_result_ref (result) });
  return result;
}

static void
paint_all (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Job *job = data;
  g_autoptr (GPtrArray) results = g_ptr_array_new_with_free_func ((GDestroyNotify)sf_result_unref);
  GError *error = g_steal_pointer (&job->error);

  count_running (1);
  for (guint i = 0; error == NULL && i < job->request->batch; i++)
    {
      SfResult *result = paint_one (job, i, cancellable, &error);
      if (result != NULL)
        g_ptr_array_add (results, result);
    }
  count_running (-1);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, g_steal_pointer (&results), (GDestroyNotify)g_ptr_array_unref);
}

void
sf_engine_generate_async (SfEngine *self, const SfRequest *request, GCancellable *cancellable,
                          SfProgressFunc progress, gpointer progress_data,
                          GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  Job *job = job_new (progress, progress_data);

  fake.n_requests++;
  g_clear_pointer (&fake.request, sf_request_free);
  fake.request = sf_request_copy (request);
  job->request = sf_request_copy (request);
  if (job->request->steps == 0)
    job->request->steps = N_STEPS_IF_ZERO;
  g_task_set_task_data (task, job, job_free);
  g_task_run_in_thread (task, paint_all);
}

GPtrArray *
sf_engine_generate_finish (SfEngine *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- Models
 * --------------------------------------------------------------------------------------- */

static SfModelInfo *
make_model (const char *path)
{
  SfModelInfo *info = g_new0 (SfModelInfo, 1);

  g_atomic_ref_count_init (&info->ref_count);
  info->path = g_strdup (path);
  info->name = g_filename_display_basename (path);
  info->family = g_strdup ("Stable Diffusion 1.x");
  info->dtype = g_strdup ("F16");
  info->native_size = 128;
  info->size_multiple = 8;
  info->limited = fake.limited;
  info->default_steps = 4;
  info->default_cfg = 6;
  info->default_sampler = g_strdup ("Euler a");
  info->sample_prompts = g_strsplit ("a red boat|a green hill", "|", -1);
  if (fake.words != NULL)
    {
      info->words = sf_words_new ();
      sf_words_add (info->words, fake.words);
    }
  return info;
}

static void
open_model (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Job *job = data;
  GError *error = g_steal_pointer (&job->error);

  tell (job, (SfProgress){ .phase = SF_PHASE_LOADING, .seconds_left = -1, .fraction = 0.5 });
  if (error == NULL)
    wait_for_step (cancellable, &error);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, make_model (job->path), (GDestroyNotify)sf_model_info_unref);
}

void
sf_engine_load_model_async (SfEngine *self, const char *path, GCancellable *cancellable,
                            SfProgressFunc progress, gpointer progress_data,
                            GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  Job *job = job_new (progress, progress_data);

  job->path = g_strdup (path);
  g_task_set_task_data (task, job, job_free);
  g_task_run_in_thread (task, open_model);
}

SfModelInfo *
sf_engine_load_model_finish (SfEngine *self, GAsyncResult *result, GError **error)
{
  SfModelInfo *info = g_task_propagate_pointer (G_TASK (result), error);

  if (info != NULL)
    {
      g_clear_pointer (&self->model, sf_model_info_unref);
      self->model = sf_model_info_ref (info);
    }
  return info;
}

SfModelInfo *
sf_engine_get_model (SfEngine *self)
{
  return self->model != NULL ? sf_model_info_ref (self->model) : NULL;
}

char *
sf_engine_get_notice (SfEngine *self)
{
  return g_strdup (fake.notice);
}

/* A word is a token. */
guint
sf_engine_count_tokens (SfEngine *self, const char *text, guint *n_places)
{
  g_auto (GStrv) words = g_strsplit (text, " ", -1);

  *n_places = 75;
  return self->model != NULL && *text != '\0' ? g_strv_length (words) : 0;
}

SfEngine *
sf_engine_new (const SfEngineOptions *options)
{
  return g_object_new (SF_TYPE_ENGINE, NULL);
}

char *
sf_bundled_model_path (void)
{
  return g_strdup ("bundled");
}

void
sf_environment_prepare (void)
{
}

static void
sf_engine_finalize (GObject *object)
{
  g_clear_pointer (&SF_ENGINE (object)->model, sf_model_info_unref);
  G_OBJECT_CLASS (sf_engine_parent_class)->finalize (object);
}

static void
sf_engine_class_init (SfEngineClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sf_engine_finalize;
}

static void
sf_engine_init (SfEngine *self)
{
}
