/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include <vulkan/vulkan.h>

#include "ops/ops.h"
#include "support/sf-test.h"

/* That the validation layer sees what it is there for: mistakes planted on purpose, on devices of
 * their own, and nothing where there is none. */

static SfDevice *
open_watched (SfFamily family)
{
  SfDeviceOptions options = SF_DEVICE_OPTIONS_INIT;
  g_autoptr (GError) error = NULL;

  options.family = family;
  options.flags = SF_DEVICE_VALIDATE;
  SfDevice *device = sf_device_open (&options, &error);
  g_assert_no_error (error);
  return device;
}

static guint
count (SfDevice *device)
{
  const char *last;
  guint n = sf_device_validation_messages (device, &last);

  g_test_message ("%u messages; the last: %s", n, n > 0 ? last : "none");
  return n;
}

/* Two nodes, the second one reads what the first one wrote. */
static void
run_pair (SfDevice *device, SfGraphFlags flags)
{
  g_autoptr (SfGraph) graph = sf_graph_new (device, flags);
  SfTensor *x = sf_test_input (graph, 1, 16, 16, 8);

  sf_graph_keep (graph, sf_affine (graph, sf_affine (graph, x, 2, 1), 3, 1));
  sf_test_prepare (graph);
  sf_test_go (graph);
}

static void
test_silent (gconstpointer family)
{
  g_autoptr (SfDevice) device = open_watched (GPOINTER_TO_UINT (family));

  run_pair (device, SF_GRAPH_DEFAULT);
  run_pair (device, SF_GRAPH_POISON);
  g_assert_cmpuint (count (device), ==, 0);
}

/* That of Ubuntu 24.04 does not see such a mistake; older and newer ones do. */
static gboolean
layer_is_blind (void)
{
  VkLayerProperties layers[64];
  guint32 n = G_N_ELEMENTS (layers);

  if (vkEnumerateInstanceLayerProperties (&n, layers) < 0)
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (strcmp (layers[i].layerName, "VK_LAYER_KHRONOS_validation") == 0)
      return layers[i].specVersion == VK_MAKE_API_VERSION (0, 1, 3, 275);
  return FALSE;
}

static void
test_missing_barrier (gconstpointer family)
{
  if (layer_is_blind ())
    {
      g_test_skip ("this version of the validation layer does not see it");
      return;
    }
  g_autoptr (SfDevice) device = open_watched (GPOINTER_TO_UINT (family));

  run_pair (device, SF_GRAPH_NO_BARRIERS);
  g_assert_cmpuint (count (device), >, 0);
}

/* Binds twice what the buffer has. Recorded, never run. */
static void
test_out_of_range (gconstpointer family)
{
  g_autoptr (SfDevice) device = open_watched (GPOINTER_TO_UINT (family));
  g_autoptr (GError) error = NULL;
  g_autoptr (SfBuffer) buffer = sf_buffer_new (device, 4096, SF_MEMORY_DEVICE, &error);
  g_autoptr (SfRecorder) recorder = sf_recorder_new (device);
  SfKernelSpec spec = { "copy", 1, 1, 12, 1, { 8 } };
  SfKernel *kernel = sf_kernel_get (device, &spec, &error);
  const SfRange ranges[] = { { buffer, 0, 4096 }, { buffer, 0, 8192 } };
  const guint groups[3] = { 1, 1, 1 };
  const gint32 push[3] = { 0, 0, 0 };

  g_assert_no_error (error);
  g_assert_cmpuint (count (device), ==, 0);
  sf_recorder_dispatch (recorder, kernel, ranges, push, groups, 0, &error);
  g_assert_no_error (error);
  sf_recorder_finish (recorder, &error);
  g_assert_cmpuint (count (device), >, 0);
}

static void
skip (void)
{
  g_test_skip ("the validation layer is not installed");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (sf_test_can_validate ())
    {
      sf_test_add_families ("/gpu/validation/silent", test_silent);
      sf_test_add_families ("/gpu/validation/missing-barrier", test_missing_barrier);
      sf_test_add_families ("/gpu/validation/out-of-range", test_out_of_range);
    }
  else
    g_test_add_func ("/gpu/validation", skip);
  return sf_test_run ();
}
