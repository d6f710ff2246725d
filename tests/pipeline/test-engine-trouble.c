/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What can go wrong: each gives one sentence, and the engine goes on. */

#include "client.h"

#include <string.h>

#include "../files/fixture.h"

/* A U-Net and nothing else. */
static const char unet_alone[]
    = "{\"model.diffusion_model.input_blocks.0.0.weight\":"
      "{\"dtype\":\"F16\",\"shape\":[2,4,1,1],\"data_offsets\":[0,16]},"
      "\"model.diffusion_model.out.2.weight\":"
      "{\"dtype\":\"F16\",\"shape\":[4,2,1,1],\"data_offsets\":[16,32]},"
      "\"model.diffusion_model.input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight\":"
      "{\"dtype\":\"F32\",\"shape\":[1,768],\"data_offsets\":[32,3104]}}";

/* Of another family, as large as the small model. */
static const char other_family[]
    = "{\"model.diffusion_model.input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight\":"
      "{\"dtype\":\"F16\",\"shape\":[1024,1024],\"data_offsets\":[0,2097152]}}";

/* --- Models ----------------------------------------------------------------------------------- */

static void
test_no_model (void)
{
  g_autoptr (Client) client = client_new (NULL, 0);
  g_autoptr (SfRequest) request = client_request ("a red car");

  g_assert_false (client_paint (client, request));
  g_assert_error (client->error, SF_ERROR, SF_ERROR_MODEL);
}

static void
assert_load_fails (Client *client, const char *path, SfModelInfo *before)
{
  g_assert_false (client_load (client, path));
  g_autoptr (SfModelInfo) info = sf_engine_get_model (client->engine);
  g_assert_true (info == before);
}

static void
test_failing_load (Fixture *fixture, const void *data)
{
  const char *page = fixture_write (fixture, "page.safetensors", "<!DOCTYPE html>", 15);
  const char *half = fixture_write_safetensors (fixture, "half.safetensors", unet_alone, 3104);
  g_autofree char *nowhere = g_build_filename (fixture->folder, "nowhere.safetensors", NULL);
  g_autoptr (Client) client = client_new_loaded ();
  g_autoptr (SfModelInfo) info = sf_engine_get_model (client->engine);
  g_autoptr (SfRequest) request = client_request ("a red car");
  g_autoptr (SfImage) first = client_picture (client, request);

  assert_load_fails (client, page, info);
  g_assert_error (client->error, SF_ERROR, SF_ERROR_MODEL);
  assert_load_fails (client, half, info);
  g_assert_error (client->error, SF_ERROR, SF_ERROR_MODEL);
  assert_load_fails (client, fixture->folder, info);
  assert_load_fails (client, nowhere, info);
  g_autoptr (SfImage) second = client_picture (client, request);
  g_assert_true (sf_image_equal (first, second));
}

/* The open model makes room for another, which is then not loaded: it comes back with the next
 * picture. */
static void
test_no_room_for_two (void)
{
  g_autofree char *path = client_model_path ();
  g_autoptr (Client) client = client_new (NULL, 2400000);
  g_autoptr (SfRequest) request = client_request ("a red car");

  g_assert_true (client_load (client, path));
  g_autoptr (SfImage) first = client_picture (client, request);
  g_assert_cmpuint (sf_engine_count_tokens (client->engine, "a red car", NULL), >, 0);
  g_cancellable_cancel (client->cancellable);
  g_assert_false (client_load (client, path));
  g_assert_cmpuint (sf_engine_count_tokens (client->engine, "a red car", NULL), ==, 0);
  g_cancellable_reset (client->cancellable);
  g_autoptr (SfImage) second = client_picture (client, request);
  g_assert_true (sf_image_equal (first, second));
}

/* What can't be used anyway needs no room. */
static void
test_no_room_for_nothing (Fixture *fixture, const void *data)
{
  const char *other = fixture_write_safetensors (fixture, "xl.safetensors", other_family, 2097152);
  g_autofree char *path = client_model_path ();
  g_autoptr (Client) client = client_new (NULL, 2400000);

  g_assert_true (client_load (client, path));
  g_autoptr (SfModelInfo) info = sf_engine_get_model (client->engine);
  assert_load_fails (client, other, info);
  g_assert_error (client->error, SF_ERROR, SF_ERROR_MODEL);
  g_assert_cmpuint (sf_engine_count_tokens (client->engine, "a red car", NULL), >, 0);
}

static void
test_cancelled_load (void)
{
  g_autoptr (Client) client = client_new (NULL, 0);
  g_autofree char *path = client_model_path ();

  g_cancellable_cancel (client->cancellable);
  assert_load_fails (client, path, NULL);
  g_assert_error (client->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_cancellable_reset (client->cancellable);
  g_assert_true (client_load (client, path));
}

/* --- Requests --------------------------------------------------------------------------------- */

static void
test_bad_request (void)
{
  g_autoptr (Client) client = client_new_loaded ();
  g_autoptr (SfRequest) request = client_request ("a red car");

  request->width = 65;
  g_assert_false (client_paint (client, request));
  g_assert_error (client->error, SF_ERROR, SF_ERROR_ARGUMENT);
  request->width = 64;
  request->steps = 1001;
  g_assert_false (client_paint (client, request));
  g_assert_error (client->error, SF_ERROR, SF_ERROR_ARGUMENT);
  request->steps = 1;
  g_assert_true (client_paint (client, request));
}

/* An empty prompt is none: the model draws what it likes. */
static void
test_empty_prompt (void)
{
  g_autoptr (Client) client = client_new_loaded ();
  g_autoptr (SfRequest) empty = client_request ("");
  g_autoptr (SfRequest) none = client_request (NULL);
  g_autoptr (SfImage) first = client_picture (client, empty);
  g_autoptr (SfImage) second = client_picture (client, none);

  g_assert_true (sf_image_equal (first, second));
}

/* --- Cancelling ------------------------------------------------------------------------------- */

static void
test_cancel (void)
{
  g_autoptr (Client) client = client_new_loaded ();
  g_autoptr (SfRequest) request = client_request ("a red car");
  g_autoptr (SfImage) before = client_picture (client, request);

  request->steps = 1000;
  client->cancel_at = 2;
  g_assert_false (client_paint (client, request));
  g_assert_error (client->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (client->step, <, 1000);
  g_assert_cmpfloat (client->fraction, <, 1);
  g_cancellable_reset (client->cancellable);
  client->cancel_at = 0;
  request->steps = 3;
  g_autoptr (SfImage) after = client_picture (client, request);
  g_assert_true (sf_image_equal (before, after));
}

/* The first picture is whole when the second is cancelled. */
static void
test_cancel_batch (void)
{
  g_autoptr (Client) client = client_new_loaded ();
  g_autoptr (SfRequest) request = client_request ("a red car");
  g_autoptr (SfImage) alone = client_picture (client, request);

  request->batch = 64;
  client_ask (client, request);
  while (client->delivered->len == 0)
    g_main_context_iteration (NULL, TRUE);
  g_cancellable_cancel (client->cancellable);
  client_wait (client);
  g_assert_error (client->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (client->delivered->len, <, 64);
  const SfResult *first = g_ptr_array_index (client->delivered, 0);
  g_assert_true (sf_image_equal (first->image, alone));
}

static void
test_cancelled_before (void)
{
  g_autoptr (Client) client = client_new_loaded ();
  g_autoptr (SfRequest) request = client_request ("a red car");

  g_cancellable_cancel (client->cancellable);
  g_assert_false (client_paint (client, request));
  g_assert_error (client->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (client->n_calls, ==, 0);
}

/* --- Memory ----------------------------------------------------------------------------------- */

static void
test_no_room_for_weights (void)
{
  g_autoptr (Client) client = client_new (NULL, 1000);
  g_autofree char *path = client_model_path ();

  assert_load_fails (client, path, NULL);
  g_assert_error (client->error, SF_ERROR, SF_ERROR_MEMORY);
}

#define CARS "a red car, a red car, a red car, a red car, a red car, a red car, a red car, "

static void
test_no_room_for_picture (void)
{
  g_autoptr (Client) client = client_new (NULL, 60000000);
  g_autoptr (SfRequest) request = client_request ("a red car");
  g_autoptr (SfRequest) long_one = client_request (CARS CARS CARS CARS);
  g_autofree char *path = client_model_path ();

  g_assert_true (client_load (client, path));
  g_autoptr (SfImage) before = client_picture (client, request);
  request->width = request->height = 1024;
  g_assert_false (client_paint (client, request));
  g_assert_error (client->error, SF_ERROR, SF_ERROR_MEMORY);
  g_assert_null (strstr (client->error->message, "prompt"));
  long_one->width = long_one->height = 1024;
  g_assert_false (client_paint (client, long_one));
  g_assert_nonnull (strstr (client->error->message, "a smaller size or a shorter prompt."));
  request->width = request->height = 0;
  g_autoptr (SfImage) after = client_picture (client, request);
  g_assert_true (sf_image_equal (before, after));
}

/* --- Lives ------------------------------------------------------------------------------------ */

/* A job keeps its engine until it has answered, and no longer: the answer's thread then ends the
 * worker, which must not be at work still when a program ends. */
static void
test_dropped (void)
{
  g_autoptr (Client) client = client_new_loaded ();
  g_autoptr (SfRequest) request = client_request ("a red car");
  gpointer engine = client->engine;

  g_object_add_weak_pointer (engine, &engine);
  client_ask (client, request);
  g_clear_object (&client->engine);
  client_wait (client);
  g_assert_no_error (client->error);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_null (engine);
}

/* Neither a model nor a job: starting and stopping. */
static void
test_idle (void)
{
  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (Client) client = client_new (NULL, 0);
    }
}

static void
test_two_engines (void)
{
  g_autoptr (Client) a = client_new (NULL, 0);
  g_autoptr (Client) b = client_new (NULL, 0);
  g_autoptr (SfRequest) request = client_request ("a red car");
  g_autofree char *path = client_model_path ();

  client_ask_load (a, path);
  client_ask_load (b, path);
  client_wait (a);
  client_wait (b);
  client_ask (a, request);
  client_ask (b, request);
  client_wait (a);
  client_wait (b);
  g_assert_no_error (a->error);
  g_assert_no_error (b->error);
  const SfResult *x = g_ptr_array_index (a->results, 0), *y = g_ptr_array_index (b->results, 0);
  g_assert_true (sf_image_equal (x->image, y->image));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine-trouble/no-model", test_no_model);
  g_test_add ("/engine-trouble/failing-load", Fixture, NULL, fixture_set_up, test_failing_load,
              fixture_tear_down);
  g_test_add_func ("/engine-trouble/no-room-for-two", test_no_room_for_two);
  g_test_add ("/engine-trouble/no-room-for-nothing", Fixture, NULL, fixture_set_up,
              test_no_room_for_nothing, fixture_tear_down);
  g_test_add_func ("/engine-trouble/cancelled-load", test_cancelled_load);
  g_test_add_func ("/engine-trouble/bad-request", test_bad_request);
  g_test_add_func ("/engine-trouble/empty-prompt", test_empty_prompt);
  g_test_add_func ("/engine-trouble/cancel", test_cancel);
  g_test_add_func ("/engine-trouble/cancel-batch", test_cancel_batch);
  g_test_add_func ("/engine-trouble/cancelled-before", test_cancelled_before);
  g_test_add_func ("/engine-trouble/no-room-for-weights", test_no_room_for_weights);
  g_test_add_func ("/engine-trouble/no-room-for-picture", test_no_room_for_picture);
  g_test_add_func ("/engine-trouble/dropped", test_dropped);
  g_test_add_func ("/engine-trouble/idle", test_idle);
  g_test_add_func ("/engine-trouble/two-engines", test_two_engines);
  return g_test_run ();
}
