/* SPDX-License-Identifier: GPL-3.0-or-later */

/* AutoencoderTiny's decoder against diffusers, and files that are none. */

#include <string.h>

#include "base/error.h"
#include "files/safetensors.h"
#include "models/tiny-decoder.h"
#include "support/sf-test.h"

static char *
fixture (const char *name)
{
  return g_test_build_filename (G_TEST_DIST, "..", "fixtures", name, NULL);
}

/* One of the fixture's tensors, [1, h, w, c]. (transfer full) */
static float *
values_of (const char *name, gint64 *dims)
{
  g_autofree char *path = fixture ("tiny-decoded.safetensors");
  g_autoptr (GError) error = NULL;
  g_autoptr (SfSafetensors) file = sf_safetensors_open (path, &error);

  g_assert_no_error (error);
  const SfTensorInfo *info = sf_safetensors_lookup (file, name);
  float *values = g_malloc (info->size);
  sf_safetensors_read (file, info, values, &error);
  g_assert_no_error (error);
  memcpy (dims, info->dims, 4 * sizeof *dims);
  return values;
}

static void
test_decode (gconstpointer family)
{
  SfDevice *device = sf_test_device (GPOINTER_TO_UINT (family));
  g_autofree char *path = fixture ("tiny");
  gint64 in[4], out[4];
  g_autofree float *z = values_of ("z", in);
  g_autofree float *want = values_of ("picture", out);
  g_autoptr (GError) error = NULL;
  g_autoptr (SfTinyDecoder) tiny = sf_tiny_decoder_load (device, path, in[3], &error);
  g_autoptr (SfGraph) graph = sf_graph_new (device, SF_GRAPH_DEFAULT);

  g_assert_no_error (error);
  g_assert_cmpstr (sf_tiny_decoder_name (tiny), ==, "tiny");
  SfTensor *input = sf_test_input (graph, in[0], in[1], in[2], in[3]);
  SfTensor *picture = sf_tiny_decoder_build (tiny, graph, input);
  sf_graph_keep (graph, picture);
  g_assert_cmpuint (picture->h, ==, in[1] * SF_TINY_DECODER_FACTOR);
  sf_test_prepare (graph);
  sf_tiny_decoder_squash (z, in[1] * in[2] * in[3]);
  sf_test_fill (input, z);
  sf_test_go (graph);
  g_autofree float *got = sf_test_read (picture);
  sf_test_compare ("picture", got, want, out[1] * out[2] * out[3], 1e-4);
}

static void
assert_refused (const char *name, guint latent_channels, const char *says)
{
  g_autofree char *path = fixture (name);
  g_autoptr (GError) error = NULL;

  g_assert_null (
      sf_tiny_decoder_load (sf_test_device (SF_FAMILY_AUTO), path, latent_channels, &error));
  g_assert_error (error, SF_ERROR, SF_ERROR_MODEL);
  if (strstr (error->message, says) == NULL)
    g_error ("“%s” does not say “%s”", error->message, says);
}

static void
test_refused (void)
{
  assert_refused ("plain/vae", 4, "is no tiny decoder");
  assert_refused ("plain", 4, "is no tiny decoder");
  assert_refused ("tiny", 16, "[12, 4, 3, 3], expected is [12, 16, 3, 3]");
  assert_refused ("tokenizer", 4, "holds no model");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  sf_test_add_families ("/models/tiny-decoder/decode", test_decode);
  g_test_add_func ("/models/tiny-decoder/refused", test_refused);
  return sf_test_run ();
}
