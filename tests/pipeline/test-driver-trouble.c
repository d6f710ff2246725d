/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Drivers that fail once: a sentence, and the next picture is as if nothing had been. */

#include <glib/gstdio.h>
#include <string.h>

#include "client.h"
#include "gpu/device.h"
#include "ops/weight.h"
#include "support/fake-driver.h"

/* Large enough that work is more than weights and can be cut. */
static SfRequest *
large_request (void)
{
  SfRequest *request = client_request ("a red car");

  request->width = request->height = 256;
  request->steps = 1;
  return request;
}

static void
test_lost (void)
{
  g_autoptr (Client) client = client_new_loaded ();
  g_autoptr (SfRequest) request = client_request ("a red car");
  g_autoptr (SfImage) first = client_picture (client, request);

  sf_fake_driver.loses_device = TRUE;
  g_assert_false (client_paint (client, request));
  g_assert_error (client->error, SF_ERROR, SF_ERROR_DEVICE);
  g_autoptr (SfImage) second = client_picture (client, request);
  g_assert_true (sf_image_equal (first, second));
  g_assert_cmpuint (sf_engine_count_tokens (client->engine, "a red car", NULL), >, 0);
}

static void
test_failing_compiler (void)
{
  g_autoptr (Client) client = client_new_loaded ();
  g_autoptr (SfRequest) request = client_request ("a red car");

  sf_fake_driver.failing_pipelines = G_MAXUINT;
  g_assert_false (client_paint (client, request));
  g_assert_error (client->error, SF_ERROR, SF_ERROR_DEVICE);
  sf_fake_driver.failing_pipelines = 0;
  g_autoptr (SfImage) picture = client_picture (client, request);
}

/* The file of pipelines, or NULL; not what a process left that was killed while it wrote one. */
static char *
find_cache (void)
{
  g_autofree char *folder = g_build_filename (g_get_user_cache_dir (), "sfumato", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_prefix (name, "pipelines-") && strchr (name, '.') == NULL)
      return g_build_filename (folder, name, NULL);
  return NULL;
}

static void
test_refused_cache (void)
{
  g_autoptr (SfRequest) request = client_request ("a red car");
  GStatBuf info;

  {
    g_autoptr (Client) client = client_new_loaded ();
    g_autoptr (SfImage) picture = client_picture (client, request);
  }
  g_autofree char *cache = find_cache ();
  g_assert_nonnull (cache);
  g_assert_true (g_file_set_contents (cache, "x", 1, NULL));
  sf_fake_driver.refuses_cache = TRUE;
  {
    g_autoptr (Client) client = client_new_loaded ();
    g_autoptr (SfImage) picture = client_picture (client, request);
  }
  sf_fake_driver.refuses_cache = FALSE;
  g_assert_cmpint (g_stat (cache, &info), ==, 0);
  g_assert_cmpint (info.st_size, >, 1);
}

/* The driver has less to give than there is memory: found out when it is asked for. */
static void
test_little_memory (void)
{
  g_autoptr (SfRequest) request = large_request ();
  g_autoptr (Client) client = client_new_loaded ();
  g_autoptr (SfImage) first = client_picture (client, request);
  guint64 peak = sf_fake_driver_peak ();

  g_clear_pointer (&client, client_free);
  sf_fake_driver.memory = peak / 10 * 9;
  client = client_new_loaded ();
  g_autoptr (SfImage) second = client_picture (client, request);
  g_assert_true (sf_image_equal (first, second));
  g_assert_cmpuint (sf_fake_driver_n_refused (), >, 0);

  /* And so little that nothing helps. */
  g_clear_pointer (&client, client_free);
  sf_fake_driver.memory = 0;
  client = client_new_loaded ();
  sf_fake_driver.memory = sf_fake_driver_given () + (1 << 20);
  g_assert_false (client_paint (client, request));
  g_assert_error (client->error, SF_ERROR, SF_ERROR_MEMORY);
  sf_fake_driver.memory = 0;
}

/* What the host does not see goes there and back through what it does. */
static void
test_hidden_memory (void)
{
  g_autoptr (SfRequest) request = client_request ("a red car");
  g_autoptr (Client) client = client_new_loaded ();
  g_autoptr (SfImage) first = client_picture (client, request);

  g_clear_pointer (&client, client_free);
  sf_fake_driver.hides_memory = TRUE;
  client = client_new_loaded ();
  g_autoptr (SfImage) second = client_picture (client, request);
  g_assert_true (sf_image_equal (first, second));
  g_clear_pointer (&client, client_free);
  sf_fake_driver.hides_memory = FALSE;
}

/* However large a tensor is. */
static void
test_hidden_weights (void)
{
  const guint rows[] = { 3, 3000, 5 }, c = 2048;
  SfDeviceOptions options = SF_DEVICE_OPTIONS_INIT;
  g_autofree float *values = g_new (float, 3000 * c);
  g_autofree float *got = g_new (float, 3000 * c);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 3000 * c; i++)
    values[i] = i;
  sf_fake_driver.hides_memory = TRUE;
  g_autoptr (SfDevice) device = sf_device_open (&options, &error);
  g_assert_no_error (error);
  g_autoptr (SfWeightStore) store = sf_weight_store_new (device);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const SfTensor *table
          = sf_weight_store_table (store, SF_DTYPE_F32, rows[i], c, sf_floats (values), &error);
      g_assert_no_error (error);
      g_assert_null (sf_buffer_data (table->range.buffer));
      sf_buffer_read (table->range.buffer, table->range.offset, got, table->size, &error);
      g_assert_no_error (error);
      g_assert_cmpmem (got, table->size, values, rows[i] * c * sizeof *values);
    }
  sf_fake_driver.hides_memory = FALSE;
}

/* What others hold is not planned with. */
static void
test_budget (void)
{
  SfDeviceOptions options = SF_DEVICE_OPTIONS_INIT;
  g_autoptr (GError) error = NULL;

  sf_fake_driver.budget = 123 << 20;
  g_autoptr (SfDevice) device = sf_device_open (&options, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (sf_device_memory_limit (device), ==, 123 << 20);
  g_assert_cmpuint (sf_device_caps (device)->memory, >, 123 << 20);
  sf_fake_driver.budget = 0;
}

/* What a broken Stop would wait for to no end. */
static gboolean
on_too_late (gpointer data)
{
  sf_fake_driver_release ();
  return G_SOURCE_CONTINUE;
}

/* Asks for the picture, and stops while its kernels are being compiled. */
static void
stop_compiling (Client *client, const SfRequest *request)
{
  guint rescue = g_timeout_add_seconds (30, on_too_late, NULL);

  sf_fake_driver.held_pipelines = sf_fake_driver_n_pipelines () + 3;
  client_ask (client, request);
  while (client->pending && sf_fake_driver_n_pipelines () <= sf_fake_driver.held_pipelines)
    g_main_context_iteration (client->context, FALSE);
  g_cancellable_cancel (client->cancellable);
  client_wait (client);
  g_assert_error (client->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (sf_fake_driver.held_pipelines, >, 0);
  g_source_remove (rescue);
}

/* Stop does not wait for a compiler that takes long, and the next picture begins where it was. */
static void
test_slow_compiler (void)
{
  g_autoptr (SfRequest) request = client_request ("a red car");
  g_autoptr (Client) client = client_new_loaded ();
  guint begun = sf_fake_driver_n_pipelines ();

  stop_compiling (client, request);
  sf_fake_driver_release ();
  g_cancellable_reset (client->cancellable);
  g_autoptr (SfImage) first = client_picture (client, request);
  guint between = sf_fake_driver_n_pipelines ();

  g_clear_pointer (&client, client_free);
  client = client_new_loaded ();
  g_autoptr (SfImage) second = client_picture (client, request);
  g_assert_true (sf_image_equal (first, second));
  g_assert_cmpuint (between - begun, ==, sf_fake_driver_n_pipelines () - between);
}

/* A device may be closed while kernels wait for being compiled. */
static void
test_close_while_compiling (void)
{
  g_autoptr (SfRequest) request = client_request ("a red car");
  g_autoptr (Client) client = client_new_loaded ();

  stop_compiling (client, request);
  sf_fake_driver_release ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/driver-trouble/lost", test_lost);
  g_test_add_func ("/driver-trouble/failing-compiler", test_failing_compiler);
  g_test_add_func ("/driver-trouble/refused-cache", test_refused_cache);
  g_test_add_func ("/driver-trouble/little-memory", test_little_memory);
  g_test_add_func ("/driver-trouble/hidden-memory", test_hidden_memory);
  g_test_add_func ("/driver-trouble/hidden-weights", test_hidden_weights);
  g_test_add_func ("/driver-trouble/budget", test_budget);
  g_test_add_func ("/driver-trouble/slow-compiler", test_slow_compiler);
  g_test_add_func ("/driver-trouble/close-while-compiling", test_close_while_compiling);
  return g_test_run ();
}
