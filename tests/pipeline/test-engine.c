/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The engine as window and command line use it: pictures, batches, previews, progress. */

#include "client.h"

#include <string.h>

static void
assert_differ (const SfImage *a, const SfImage *b)
{
  g_assert_false (sf_image_equal (a, b));
}

static const SfResult *
nth (GPtrArray *results, guint i)
{
  return g_ptr_array_index (results, i);
}

static void
test_small (void)
{
  g_autoptr (Client) client = client_new_loaded ();
  g_autoptr (SfRequest) request = client_request ("a red car");

  request->steps = 2;
  request->width = request->height = 64;
  g_autoptr (SfImage) first = client_picture (client, request);
  g_autoptr (SfImage) second = client_picture (client, request);
  g_assert_cmpuint (first->width, ==, 64);
  g_assert_cmpuint (first->height, ==, 64);
  g_assert_true (sf_image_equal (first, second));
}

static void
test_model (void)
{
  g_autoptr (Client) client = client_new (NULL, 0);
  g_autofree char *path = client_model_path ();
  guint n_places;

  g_assert_null (sf_engine_get_model (client->engine));
  g_assert_cmpuint (sf_engine_count_tokens (client->engine, "a red car", NULL), ==, 0);
  g_assert_true (client_load (client, path));
  g_assert_cmpfloat (client->fraction, >, 0.9);
  g_autoptr (SfModelInfo) info = sf_engine_get_model (client->engine);
  g_assert_true (info == client->info);
  g_assert_cmpstr (info->name, ==, "plain");
  g_assert_cmpstr (info->dtype, ==, "F32");
  g_assert_cmpuint (info->native_size, ==, 32);
  g_assert_cmpuint (info->size_multiple, ==, 8);
  g_assert_cmpuint (sf_engine_count_tokens (client->engine, "a red car", &n_places), >, 2);
  g_assert_cmpuint (n_places, ==, 14);
}

/* --- What a picture depends on ---------------------------------------------------------------- */

static void
test_same_again (void)
{
  g_autoptr (Client) client = client_new_loaded ();
  g_autoptr (Client) other = client_new_loaded ();
  g_autoptr (SfRequest) request = client_request ("a red car");
  g_autoptr (SfImage) first = client_picture (client, request);
  g_autoptr (SfImage) second = client_picture (client, request);
  g_autoptr (SfImage) elsewhere = client_picture (other, request);

  g_assert_true (sf_image_equal (first, second));
  g_assert_true (sf_image_equal (first, elsewhere));
  request->seed++;
  g_autoptr (SfImage) third = client_picture (client, request);
  assert_differ (first, third);
  request->seed--;
  request->rng = SF_NOISE_CPU;
  g_autoptr (SfImage) fourth = client_picture (client, request);
  assert_differ (first, fourth);
}

static void
test_words (void)
{
  g_autoptr (Client) client = client_new_loaded ();
  g_autoptr (SfRequest) request = client_request ("a red car");
  g_autoptr (SfImage) plain = client_picture (client, request);

  request->negative_prompt = g_strdup ("bad");
  g_autoptr (SfImage) negative = client_picture (client, request);
  assert_differ (plain, negative);
  request->cfg = 1;
  g_autoptr (SfImage) unguided = client_picture (client, request);
  g_clear_pointer (&request->negative_prompt, g_free);
  g_autoptr (SfImage) without = client_picture (client, request);
  g_assert_true (sf_image_equal (unguided, without));
  assert_differ (plain, without);
}

/* Longer than one chunk: on either side, then on both. */
static void
test_long_words (void)
{
  const char *longer = "a red car, a red car, a red car, a red car, a red car, a blue boat at sea";
  g_autoptr (Client) client = client_new_loaded ();
  g_autoptr (SfRequest) request = client_request ("a red car");
  guint n_places, n = sf_engine_count_tokens (client->engine, longer, &n_places);
  g_autoptr (SfImage) one = client_picture (client, request);

  g_assert_cmpuint (n, >, n_places);
  request->negative_prompt = g_strdup (longer);
  g_autoptr (SfImage) two = client_picture (client, request);
  g_free (g_steal_pointer (&request->prompt));
  request->prompt = g_strdup (longer);
  g_clear_pointer (&request->negative_prompt, g_free);
  g_autoptr (SfImage) three = client_picture (client, request);
  g_autoptr (SfImage) again = client_picture (client, request);
  assert_differ (one, two);
  assert_differ (one, three);
  assert_differ (two, three);
  g_assert_true (sf_image_equal (three, again));
}

/* The graphs of one shape make room for those of another and back. */
static void
test_sizes (void)
{
  g_autoptr (Client) client = client_new_loaded ();
  g_autoptr (SfRequest) request = client_request ("a red car");
  g_autoptr (SfImage) own = client_picture (client, request);

  g_assert_cmpuint (own->width, ==, 32);
  g_assert_cmpuint (own->height, ==, 32);
  request->width = 96;
  request->height = 64;
  g_autoptr (SfImage) wide = client_picture (client, request);
  g_assert_cmpuint (wide->width, ==, 96);
  g_assert_cmpuint (wide->height, ==, 64);
  request->width = request->height = 0;
  g_autoptr (SfImage) back = client_picture (client, request);
  g_assert_true (sf_image_equal (own, back));
}

static void
test_samplers (void)
{
  g_autoptr (Client) client = client_new_loaded ();

  for (const char *const *name = sf_samplers_list (); *name != NULL; name++)
    for (const char *const *schedule = sf_schedules_list (); *schedule != NULL; schedule++)
      {
        g_autoptr (SfRequest) request = client_request ("a red car");
        /* The first is “Automatic”, which all can have. */
        if (schedule != sf_schedules_list () && !sf_samplers_take_schedule (*name))
          break;
        request->sampler = g_strdup (*name);
        request->schedule = g_strdup (*schedule);
        g_autoptr (SfImage) first = client_picture (client, request);
        g_autoptr (SfImage) second = client_picture (client, request);
        g_assert_true (sf_image_equal (first, second));
        g_assert_nonnull (strstr (nth (client->results, 0)->parameters, *name));
      }
}

/* --- Batches and progress --------------------------------------------------------------------- */

static void
test_batch (void)
{
  g_autoptr (Client) client = client_new_loaded ();
  g_autoptr (SfRequest) request = client_request ("a red car");

  request->sampler[0] = 'e';
  request->batch = 3;
  g_assert_true (client_paint (client, request));
  g_autoptr (GPtrArray) results = g_ptr_array_ref (client->results);
  g_assert_cmpuint (results->len, ==, 3);
  g_assert_cmpuint (client->delivered->len, ==, 3);
  request->batch = 1;
  for (guint i = 0; i < 3; i++)
    {
      const SfResult *result = nth (results, i);
      g_assert_true (i > 0 || nth (client->delivered, i) == result);
      g_assert_cmpuint (result->index, ==, i);
      g_assert_cmpint (result->seed, ==, 7 + i);
      request->seed = 7 + i;
      g_autoptr (SfImage) alone = client_picture (client, request);
      g_assert_true (sf_image_equal (alone, result->image));
      g_assert_cmpstr (nth (client->results, 0)->parameters, ==, result->parameters);
    }
}

static void
test_drawn_seed (void)
{
  g_autoptr (Client) client = client_new_loaded ();
  g_autoptr (SfRequest) request = client_request ("a red car");

  request->seed = -1;
  g_autoptr (SfImage) drawn = client_picture (client, request);
  request->seed = nth (client->results, 0)->seed;
  g_assert_cmpint (request->seed, >=, 0);
  g_autoptr (SfImage) again = client_picture (client, request);
  g_assert_true (sf_image_equal (drawn, again));
}

/* Every preview and every picture, however slow the caller is. */
static void
check_progress (GMainContext *context)
{
  g_autoptr (Client) client = client_new (context, 0);
  g_autoptr (SfRequest) request = client_request ("a red car");
  g_autofree char *path = client_model_path ();

  g_assert_true (client_load (client, path));
  request->batch = 2;
  request->steps = 5;
  request->every_preview = TRUE;
  client_ask (client, request);
  client_oversleep (client);
  client_wait (client);
  g_assert_no_error (client->error);
  g_assert_cmpuint (client->previews->len, ==, 10);
  g_assert_cmpuint (client->delivered->len, ==, 2);
  for (guint i = 0; i < 2; i++)
    g_assert_true (nth (client->delivered, i) == nth (client->results, i));
  for (guint i = 0; i < 10; i++)
    g_assert_cmpuint (g_array_index (client->steps, guint, i), ==, i % 5 + 1);
  const SfImage *preview = g_ptr_array_index (client->previews, 0);
  g_assert_cmpuint (preview->width, ==, 8);
  g_assert_cmpuint (preview->height, ==, 8);
  g_assert_cmpfloat (client->fraction, >, 1 - 1e-9);
}

static void
test_progress (void)
{
  check_progress (NULL);
}

static void
test_own_context (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();

  check_progress (context);
}

/* A slow caller is told the latest, and still every picture. */
static void
test_slow_caller (void)
{
  g_autoptr (Client) client = client_new_loaded ();
  g_autoptr (SfRequest) request = client_request ("a red car");

  request->batch = 3;
  client_ask (client, request);
  client_oversleep (client);
  client_wait (client);
  g_assert_no_error (client->error);
  g_assert_cmpuint (client->delivered->len, ==, 3);
  g_assert_cmpuint (client->n_calls, ==, 3);
  g_assert_cmpfloat (client->fraction, >, 1 - 1e-9);
  request->previews = FALSE;
  g_assert_true (client_paint (client, request));
  g_assert_cmpuint (client->previews->len, ==, 0);
}

int
main (int argc, char **argv)
{
  const char *which = argc > 1 ? argv[1] : "";

  g_test_init (&argc, &argv, NULL);
  if (strcmp (which, "--large") != 0)
    g_test_add_func ("/engine/small", test_small);
  if (strcmp (which, "--small") != 0)
    {
      g_test_add_func ("/engine/model", test_model);
      g_test_add_func ("/engine/same-again", test_same_again);
      g_test_add_func ("/engine/words", test_words);
      g_test_add_func ("/engine/long-words", test_long_words);
      g_test_add_func ("/engine/sizes", test_sizes);
      g_test_add_func ("/engine/samplers", test_samplers);
      g_test_add_func ("/engine/batch", test_batch);
      g_test_add_func ("/engine/drawn-seed", test_drawn_seed);
      g_test_add_func ("/engine/progress", test_progress);
      g_test_add_func ("/engine/own-context", test_own_context);
      g_test_add_func ("/engine/slow-caller", test_slow_caller);
    }
  return g_test_run ();
}
