/* SPDX-License-Identifier: GPL-3.0-or-later */

/* An engine that draws nothing but stripes, so that the command line is tested without a GPU. It
 * has the parts of sfumato.h that app/cli uses. What goes wrong is said by SFUMATO_FAKE: no-device,
 * memory, slow (only a cancel ends it), words (few are known), escapes (the model's name speaks to
 * the terminal), notice (of a card). */

#include "sfumato.h"

#include <string.h>

#include "text/words.h"

struct _SfEngine
{
  GObject parent;
  gboolean lost; /* since a prompt that said so */

  /* Owned */
  SfModelInfo *model;
};

G_DEFINE_FINAL_TYPE (SfEngine, sf_engine, G_TYPE_OBJECT)

static gboolean
fake_is (const char *what)
{
  return g_strcmp0 (g_getenv ("SFUMATO_FAKE"), what) == 0;
}

void
sf_environment_prepare (void)
{
}

GPtrArray *
sf_devices_list (GError **error)
{
  if (fake_is ("no-device"))
    {
      g_set_error_literal (error, SF_ERROR, SF_ERROR_DEVICE, "There is no Vulkan device.");
      return NULL;
    }
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify)sf_device_info_free);
  SfDeviceInfo *info = g_new0 (SfDeviceInfo, 1);
  info->name = g_strdup ("Striped device");
  info->driver = g_strdup ("fake 1.0");
  info->memory = 8000000000;
  info->software = TRUE;
  info->features = g_strsplit ("stripes,colours", ",", -1);
  g_ptr_array_add (list, info);
  return list;
}

gboolean
sf_probe_run (int device, char **report, GError **error)
{
  if (device > 0)
    g_set_error (error, SF_ERROR, SF_ERROR_DEVICE, "There is no device %d.", device);
  else
    *report = g_strdup ("stripes: good\n");
  return device <= 0;
}

/* Tells the options back. */
gboolean
sf_bench_run (const SfBenchOptions *options, SfBenchFunc func, gpointer user_data, GError **error)
{
  g_autofree char *shape = g_strdup_printf (
      "size %u, steps %u, parts %u%s%s%s%s", options->size, options->steps, options->parts,
      options->profile ? ", profile" : "", options->quick ? ", quick" : "",
      options->match != NULL ? ", match " : "", options->match != NULL ? options->match : "");
  if (fake_is ("memory"))
    {
      g_set_error_literal (error, SF_ERROR, SF_ERROR_MEMORY, "There is no memory for it.");
      return FALSE;
    }
  func (&(SfBenchRow){ "floor", "matmul", shape, 1, 0.5, 100, 1e9, 0 }, user_data);
  func (&(SfBenchRow){ "floor", "copy", shape, 1, 0.1, 0, 1e9, 0.5 }, user_data);
  if (fake_is ("late"))
    {
      g_set_error_literal (error, SF_ERROR, SF_ERROR_MEMORY, "There is no memory for the rest.");
      return FALSE;
    }
  func (&(SfBenchRow){ "memory", "weights", "all", 1, 0, 0, 1 << 20, 0 }, user_data);
  func (&(SfBenchRow){ "unet", "U-Net evaluation", "64²", 1, 0.5, 100, 1e9, 0.5 }, user_data);
  func (&(SfBenchRow){ "unet-kinds", "conv2d", "", 9, 0.2, 40, 1e9, 0.5 }, user_data);
  return TRUE;
}

char *
sf_model_describe (const char *path, GError **error)
{
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_set_error_literal (error, SF_ERROR, SF_ERROR_MODEL, "There is no such model.");
      return NULL;
    }
  return g_strdup ("Family: stripes");
}

char *
sf_bundled_model_path (void)
{
  return g_strdup (".");
}

SfRequest *
sf_request_new (void)
{
  SfRequest *self = g_new0 (SfRequest, 1);
  self->batch = 1;
  self->seed = -1;
  return self;
}

SfRequest *
sf_request_copy (const SfRequest *request)
{
  SfRequest *self = g_memdup2 (request, sizeof *request);
  self->prompt = g_strdup (request->prompt);
  self->negative_prompt = g_strdup (request->negative_prompt);
  self->sampler = g_strdup (request->sampler);
  self->schedule = g_strdup (request->schedule);
  self->tiny_decoder = g_strdup (request->tiny_decoder);
  return self;
}

void
sf_request_free (SfRequest *request)
{
  g_free (request->prompt);
  g_free (request->negative_prompt);
  g_free (request->sampler);
  g_free (request->schedule);
  g_free (request->tiny_decoder);
  g_free (request);
}

gboolean
sf_request_validate (const SfRequest *request, GError **error)
{
  if (request->width % 8 == 0 && request->height % 8 == 0)
    return TRUE;
  g_set_error_literal (error, SF_ERROR, SF_ERROR_ARGUMENT, "Sizes are multiples of 8.");
  return FALSE;
}

const char *const *
sf_samplers_list (void)
{
  static const char *const names[] = { "Stripes", "Stripes a", NULL };
  return names;
}

const char *const *
sf_schedules_list (void)
{
  static const char *const names[] = { "Automatic", "Even", NULL };
  return names;
}

static void
sf_engine_finalize (GObject *object)
{
  SfEngine *self = SF_ENGINE (object);
  g_clear_pointer (&self->model, sf_model_info_unref);
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

SfEngine *
sf_engine_new (const SfEngineOptions *options)
{
  return g_object_new (SF_TYPE_ENGINE, NULL);
}

void
sf_engine_load_model_async (SfEngine *self, const char *path, GCancellable *cancellable,
                            SfProgressFunc progress, gpointer progress_data,
                            GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  SfProgress state = { .phase = SF_PHASE_LOADING, .n_images = 1, .seconds_left = -1 };
  progress (&state, progress_data);
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_task_return_new_error (task, SF_ERROR, SF_ERROR_MODEL, "There is no model “%s”.", path);
      return;
    }
  SfModelInfo *info = g_new0 (SfModelInfo, 1);
  g_atomic_ref_count_init (&info->ref_count);
  info->name = g_strdup (fake_is ("escapes") ? "\033[31mStr\ni\177pes\302\2332J" : "Stripes");
  info->family = g_strdup ("striped");
  info->limited = TRUE;
  if (fake_is ("words"))
    {
      info->words = sf_words_new ();
      sf_words_add (info->words, "a red boat");
    }
  self->model = sf_model_info_ref (info);
  g_task_return_pointer (task, info, (GDestroyNotify)sf_model_info_unref);
}

SfModelInfo *
sf_engine_get_model (SfEngine *self)
{
  return self->model != NULL ? sf_model_info_ref (self->model) : NULL;
}

char *
sf_engine_get_notice (SfEngine *self)
{
  return fake_is ("notice") ? g_strdup ("A card is not used, but stripes.") : NULL;
}

SfModelInfo *
sf_engine_load_model_finish (SfEngine *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static SfImage *
stripes (guint width, guint height, gint64 seed)
{
  SfImage *image = sf_image_new (width, height, 3);
  for (guint y = 0; y < height; y++)
    memset (sf_image_row (image, y), (y + seed) * 16, image->stride);
  return image;
}

static SfResult *
make_result (const SfRequest *request, guint index)
{
  SfResult *result = g_new0 (SfResult, 1);
  g_atomic_ref_count_init (&result->ref_count);
  result->index = index;
  result->seed = request->seed + index;
  result->image = stripes (request->width != 0 ? request->width : 64,
                           request->height != 0 ? request->height : 64, result->seed);
  result->parameters = g_strdup_printf (
      "%s\nNegative prompt: %s\nSteps: %u, Sampler: %s, Schedule type: %s, CFG scale: %g, RNG: %s",
      request->prompt, request->negative_prompt, request->steps, request->sampler,
      request->schedule, request->cfg, request->rng == SF_NOISE_CPU ? "CPU" : "GPU");
  return result;
}

static void
make_picture (const SfRequest *request, guint index, SfProgressFunc progress, gpointer data,
              GPtrArray *results)
{
  SfProgress state = { .phase = SF_PHASE_DENOISING, .index = index, .n_images = request->batch };
  state.n_steps = request->steps != 0 ? request->steps : 4;
  for (state.step = 1; state.step <= state.n_steps; state.step++)
    {
      g_autoptr (SfImage) preview = request->previews ? stripes (8, 8, state.step) : NULL;
      state.preview = preview;
      progress (&state, data);
    }
  state.step = state.n_steps;
  state.preview = NULL;
  state.result = make_result (request, index);
  g_ptr_array_add (results, state.result);
  progress (&state, data);
}

static void
on_cancelled (GCancellable *cancellable, gpointer data)
{
  g_autoptr (GTask) task = data;
  g_task_return_error_if_cancelled (task);
}

void
sf_engine_generate_async (SfEngine *self, const SfRequest *request, GCancellable *cancellable,
                          SfProgressFunc progress, gpointer progress_data,
                          GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  if (fake_is ("memory"))
    {
      g_task_return_new_error (task, SF_ERROR, SF_ERROR_MEMORY, "The stripes do not fit.");
      return;
    }
  self->lost |= g_strcmp0 (request->prompt, "lost") == 0;
  if (self->lost)
    {
      g_task_return_new_error (task, SF_ERROR, SF_ERROR_DEVICE, "The stripes are lost.");
      return;
    }
  if (fake_is ("slow"))
    {
      SfProgress state = { .phase = SF_PHASE_DENOISING, .n_images = 1, .n_steps = 9 };
      progress (&state, progress_data);
      g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled), g_steal_pointer (&task), NULL);
      return;
    }
  g_autoptr (GPtrArray) results = g_ptr_array_new_with_free_func ((GDestroyNotify)sf_result_unref);
  for (guint i = 0; i < request->batch && !g_cancellable_is_cancelled (cancellable); i++)
    make_picture (request, i, progress, progress_data, results);
  g_task_return_pointer (task, g_steal_pointer (&results), (GDestroyNotify)g_ptr_array_unref);
}

GPtrArray *
sf_engine_generate_finish (SfEngine *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
