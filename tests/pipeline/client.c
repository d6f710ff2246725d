/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client.h"

#include <stdlib.h>
#include <string.h>

Client *
client_new (GMainContext *context, guint64 memory_limit)
{
  const char *index = g_getenv ("SF_TEST_DEVICE");
  const SfEngineOptions options
      = { .device = index != NULL ? atoi (index) : -1, .memory_limit = memory_limit };
  Client *self = g_new0 (Client, 1);

  self->engine = sf_engine_new (&options);
  self->context = context != NULL ? g_main_context_ref (context) : NULL;
  self->cancellable = g_cancellable_new ();
  self->previews = g_ptr_array_new_with_free_func ((GDestroyNotify)sf_image_unref);
  self->steps = g_array_new (FALSE, FALSE, sizeof (guint));
  self->delivered = g_ptr_array_new_with_free_func ((GDestroyNotify)sf_result_unref);
  return self;
}

static void
forget (Client *self)
{
  g_ptr_array_set_size (self->previews, 0);
  g_array_set_size (self->steps, 0);
  g_ptr_array_set_size (self->delivered, 0);
  g_clear_pointer (&self->results, g_ptr_array_unref);
  g_clear_pointer (&self->info, sf_model_info_unref);
  g_clear_error (&self->error);
  self->fraction = 0;
  self->step = 0;
  self->n_calls = 0;
}

void
client_free (Client *self)
{
  forget (self);
  g_clear_object (&self->engine);
  g_clear_object (&self->cancellable);
  g_ptr_array_unref (self->previews);
  g_array_unref (self->steps);
  g_ptr_array_unref (self->delivered);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_free (self);
}

char *
client_model_path (void)
{
  return g_test_build_filename (G_TEST_DIST, "..", "fixtures", "plain", NULL);
}

Client *
client_new_loaded (void)
{
  g_autofree char *path = client_model_path ();
  Client *self = client_new (NULL, 0);

  if (!client_load (self, path))
    g_error ("%s", self->error->message);
  return self;
}

/* --- Progress --------------------------------------------------------------------------------- */

static void
on_progress (const SfProgress *progress, gpointer data)
{
  Client *self = data;
  GMainContext *context = self->context != NULL ? self->context : g_main_context_default ();

  g_assert_true (self->pending);
  g_assert_true (g_main_context_is_owner (context));
  /* A model that was lost with its device is loaded before all else. */
  if (self->phase == SF_PHASE_LOADING && progress->phase != SF_PHASE_LOADING)
    self->fraction = 0;
  self->phase = progress->phase;
  g_assert_cmpfloat (progress->fraction, >=, self->fraction);
  g_assert_cmpfloat (progress->fraction, <=, 1);
  g_assert_cmpuint (progress->step, <=, progress->n_steps);
  self->fraction = progress->fraction;
  self->step = progress->step;
  self->n_calls++;
  if (progress->preview != NULL)
    {
      g_ptr_array_add (self->previews, sf_image_ref (progress->preview));
      g_array_append_val (self->steps, progress->step);
    }
  if (progress->result != NULL)
    g_ptr_array_add (self->delivered, sf_result_ref (progress->result));
  if (self->cancel_at > 0 && progress->step >= self->cancel_at)
    g_cancellable_cancel (self->cancellable);
}

static void
on_loaded (GObject *source, GAsyncResult *result, gpointer data)
{
  Client *self = data;

  self->info = sf_engine_load_model_finish (SF_ENGINE (source), result, &self->error);
  g_assert_true ((self->info == NULL) == (self->error != NULL));
  self->pending = FALSE;
}

static void
on_painted (GObject *source, GAsyncResult *result, gpointer data)
{
  Client *self = data;

  self->results = sf_engine_generate_finish (SF_ENGINE (source), result, &self->error);
  g_assert_true ((self->results == NULL) == (self->error != NULL));
  self->pending = FALSE;
}

/* --- Asking ----------------------------------------------------------------------------------- */

static void
begin (Client *self)
{
  g_assert_false (self->pending);
  forget (self);
  self->pending = TRUE;
  if (self->context != NULL)
    g_main_context_push_thread_default (self->context);
}

static void
end (Client *self)
{
  if (self->context != NULL)
    g_main_context_pop_thread_default (self->context);
}

void
client_ask_load (Client *self, const char *path)
{
  begin (self);
  sf_engine_load_model_async (self->engine, path, self->cancellable, on_progress, self, on_loaded,
                              self);
  end (self);
}

void
client_ask (Client *self, const SfRequest *request)
{
  begin (self);
  sf_engine_generate_async (self->engine, request, self->cancellable, on_progress, self, on_painted,
                            self);
  end (self);
}

static void
assert_sentence (const GError *error)
{
  g_test_message ("%s", error->message);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_assert_true (g_str_has_suffix (error->message, "."));
  g_assert_null (strchr (error->message, '\n'));
}

void
client_wait (Client *self)
{
  while (self->pending)
    g_main_context_iteration (self->context, TRUE);
  if (self->error != NULL)
    assert_sentence (self->error);
}

gboolean
client_load (Client *self, const char *path)
{
  client_ask_load (self, path);
  client_wait (self);
  return self->error == NULL;
}

gboolean
client_paint (Client *self, const SfRequest *request)
{
  client_ask (self, request);
  client_wait (self);
  return self->error == NULL;
}

SfImage *
client_picture (Client *self, const SfRequest *request)
{
  if (!client_paint (self, request))
    g_error ("%s", self->error->message);
  g_assert_cmpuint (self->results->len, ==, request->batch);
  return sf_image_ref (((SfResult *)g_ptr_array_index (self->results, 0))->image);
}

SfRequest *
client_request (const char *prompt)
{
  SfRequest *request = sf_request_new ();

  request->prompt = g_strdup (prompt);
  request->steps = 3;
  request->cfg = 4;
  request->sampler = g_strdup ("Euler");
  request->seed = 7;
  return request;
}

/* Jobs run in the order they were asked for: when a later one is answered, on another main context,
 * the first is done. */
void
client_oversleep (Client *self)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (Client) later = client_new (context, 0);
  g_autoptr (SfRequest) request = client_request ("");

  g_set_object (&later->engine, self->engine);
  g_assert_true (client_paint (later, request));
  g_assert_true (self->pending);
  g_assert_cmpuint (self->n_calls, ==, 0);
}
