/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/sf-test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/convert.h"

static SfDevice *devices[SF_FAMILY_STORAGE + 1];
static GPtrArray *opened; /* all of them, with a reference, for their messages */

static gboolean
wants_validation (void)
{
  return g_getenv ("SF_TEST_VALIDATE") != NULL;
}

/* Newer versions of the layer look at what shaders read and write only when they are told to. */
static void
prepare_validation (void)
{
  g_setenv ("VK_LAYER_SYNCVAL_SHADER_ACCESSES_HEURISTIC", "true", FALSE);
}

gboolean
sf_test_can_validate (void)
{
  SfDeviceOptions options = SF_DEVICE_OPTIONS_INIT;

  prepare_validation ();
  options.flags = SF_DEVICE_VALIDATE;
  g_autoptr (SfDevice) device = sf_device_open (&options, NULL);
  return device != NULL;
}

static SfDevice *
open_as_told (SfDeviceOptions options)
{
  const char *index = g_getenv ("SF_TEST_DEVICE");
  g_autoptr (GError) error = NULL;

  options.index = index != NULL ? atoi (index) : -1;
  if (wants_validation ())
    {
      prepare_validation ();
      options.flags |= SF_DEVICE_VALIDATE;
    }
  SfDevice *device = sf_device_open (&options, &error);
  if (device == NULL)
    g_error ("no device: %s", error->message);
  if (opened == NULL)
    opened = g_ptr_array_new_with_free_func ((GDestroyNotify)sf_device_unref);
  g_ptr_array_add (opened, sf_device_ref (device));
  return device;
}

/* Lanes store for each other where they can: the form with more to get wrong. */
static SfDevice *
open_device (SfDeviceOptions options)
{
  options.paired_stores = TRUE;
  return open_as_told (options);
}

SfDevice *
sf_test_device_apart (SfFamily family)
{
  SfDeviceOptions options = SF_DEVICE_OPTIONS_INIT;

  options.family = family;
  return open_as_told (options);
}

SfDevice *
sf_test_device_open (SfFamily family, double max_gflop)
{
  SfDeviceOptions options = SF_DEVICE_OPTIONS_INIT;

  options.family = family;
  options.max_gflop = max_gflop;
  return open_device (options);
}

SfDevice *
sf_test_device_narrow (SfFamily family, guint64 max_range)
{
  SfDeviceOptions options = SF_DEVICE_OPTIONS_INIT;

  options.family = family;
  options.max_range = max_range;
  return open_device (options);
}

SfDevice *
sf_test_device_tile (guint number)
{
  const SfTileLimits limits
      = sf_caps_tile_limits (sf_device_caps (sf_test_device (SF_FAMILY_STORAGE)));
  SfDeviceOptions options = SF_DEVICE_OPTIONS_INIT;

  if (!sf_tile_fits (sf_tile_get (number), &limits))
    return NULL;
  options.family = SF_FAMILY_STORAGE;
  for (guint i = 0; i < SF_TILE_USES; i++)
    options.tiles.plain[i] = number;
  return open_device (options);
}

SfDevice *
sf_test_device_matrix (guint number)
{
  const SfCaps *caps = sf_device_caps (sf_test_device (SF_FAMILY_STORAGE));
  const SfTileLimits limits = sf_caps_tile_limits (caps);
  SfDeviceOptions options = SF_DEVICE_OPTIONS_INIT;

  if (!sf_matrix_tile_fits (sf_matrix_tile_get (number), &limits, &caps->matrix, FALSE))
    return NULL;
  options.family = SF_FAMILY_STORAGE;
  for (guint i = 0; i < SF_TILE_USES; i++)
    options.tiles.matrix[i] = number;
  return open_device (options);
}

SfDevice *
sf_test_device_matrix_or_skip (void)
{
  SfDevice *device = sf_test_device_matrix (0);

  if (device == NULL)
    g_test_skip ("the device has no matrix units");
  return device;
}

SfDevice *
sf_test_device_tall (void)
{
  SfDeviceOptions options = SF_DEVICE_OPTIONS_INIT;

  options.family = SF_FAMILY_TEXEL;
  options.tile_loads = 4;
  return open_device (options);
}

SfDevice *
sf_test_device_winograd (SfFamily family)
{
  SfDeviceOptions options = SF_DEVICE_OPTIONS_INIT;

  options.family = family;
  options.winograd_channels = 8;
  return open_device (options);
}

gboolean
sf_test_small (int argc, char **argv)
{
  return argc < 2 || strcmp (argv[1], "--small") == 0;
}

gboolean
sf_test_large (int argc, char **argv)
{
  return argc < 2 || strcmp (argv[1], "--large") == 0;
}

SfDevice *
sf_test_device (SfFamily family)
{
  if (devices[family] == NULL)
    devices[family] = sf_test_device_open (family, 0);
  return devices[family];
}

static char *
family_path (const char *path, SfFamily family)
{
  return g_strconcat (path, family == SF_FAMILY_TEXEL ? "/texel" : "/storage", NULL);
}

void
sf_test_add_families (const char *path, GTestDataFunc test)
{
  for (SfFamily family = SF_FAMILY_TEXEL; family <= SF_FAMILY_STORAGE; family++)
    {
      g_autofree char *full = family_path (path, family);
      g_test_add_data_func (full, GUINT_TO_POINTER (family), test);
    }
}

typedef struct
{
  SfFamily family;
  const guint8 *cases;
  guint n;
  gsize size;
  SfTestCheck check;
} Cases;

static void
check_cases (gconstpointer data)
{
  const Cases *self = data;

  for (guint i = 0; i < self->n; i++)
    self->check (self->cases + i * self->size, self->family);
}

void
sf_test_add_cases (const char *path, gconstpointer cases, guint n, gsize size, SfTestCheck check)
{
  for (SfFamily family = SF_FAMILY_TEXEL; family <= SF_FAMILY_STORAGE; family++)
    {
      const Cases data = { family, cases, n, size, check };
      g_autofree char *full = family_path (path, family);
      g_test_add_data_func_full (full, g_memdup2 (&data, sizeof data), check_cases, g_free);
    }
}

/* Prints what the validation layer had to say. */
static gboolean
is_silent (SfDevice *device)
{
  const char *last;
  guint n = sf_device_validation_messages (device, &last);

  if (n > 0)
    g_printerr ("%u messages of the validation layer; the last: %s\n", n, last);
  return n == 0;
}

int
sf_test_run (void)
{
  if (wants_validation () && !sf_test_can_validate ())
    {
      g_print ("1..0 # SKIP the validation layer is not installed\n");
      return 0;
    }
  int status = g_test_run ();
  for (guint i = 0; opened != NULL && i < opened->len; i++)
    if (!is_silent (g_ptr_array_index (opened, i)))
      status = 1;
  for (guint i = 0; i < G_N_ELEMENTS (devices); i++)
    g_clear_pointer (&devices[i], sf_device_unref);
  g_clear_pointer (&opened, g_ptr_array_unref);
  return status;
}

float *
sf_test_random (gsize n, guint seed, float scale)
{
  float *values = g_new (float, n);
  guint32 state = seed * 2654435761u + 12345;

  for (gsize i = 0; i < n; i++)
    {
      state = state * 1664525u + 1013904223u;
      values[i] = ((gint32)(state >> 8) / 8388608.0f - 1.0f) * scale;
    }
  return values;
}

void
sf_test_round_to_halves (float *values, gsize n)
{
  for (gsize i = 0; i < n; i++)
    values[i] = sf_float_from_half (sf_half_from_float (values[i]));
}

SfTensor *
sf_test_input (SfGraph *graph, guint n, guint h, guint w, guint c)
{
  return sf_graph_tensor (graph, SF_TENSOR_HOST, n, h, w, c);
}

void
sf_test_fill (SfTensor *tensor, const float *values)
{
  g_autoptr (GError) error = NULL;

  sf_tensor_write (tensor, values, &error);
  g_assert_no_error (error);
}

SfTensor *
sf_test_shift (SfGraph *graph, guint n, guint c)
{
  return sf_test_input (graph, n, 1, 1, SF_TEST_SHIFT_FIRST + c);
}

void
sf_test_fill_shift (SfTensor *shift, const float *values)
{
  guint c = shift->c - SF_TEST_SHIFT_FIRST;
  g_autofree float *all = sf_test_random ((gsize)shift->n * shift->c, 6, 100);

  for (guint i = 0; i < shift->n; i++)
    memcpy (all + i * shift->c + SF_TEST_SHIFT_FIRST, values + i * c, c * sizeof *values);
  sf_test_fill (shift, all);
}

void
sf_test_prepare (SfGraph *graph)
{
  g_autoptr (GError) error = NULL;

  sf_graph_prepare (graph, &error);
  g_assert_no_error (error);
}

void
sf_test_go (SfGraph *graph)
{
  g_autoptr (GError) error = NULL;

  sf_graph_run (graph, NULL, &error);
  g_assert_no_error (error);
}

static void
check_padding (SfTensor *tensor)
{
  g_autofree float *all = g_malloc (tensor->size);
  g_autoptr (GError) error = NULL;

  sf_buffer_read (tensor->range.buffer, tensor->range.offset, all, tensor->size, &error);
  g_assert_no_error (error);
  for (gsize row = 0; row < sf_tensor_rows (tensor); row++)
    for (guint c = tensor->c; c < tensor->pitch; c++)
      if (all[row * tensor->pitch + c] != 0)
        g_error ("padding channel %u of row %" G_GSIZE_FORMAT " is %g, not zero", c, row,
                 all[row * tensor->pitch + c]);
}

float *
sf_test_read (SfTensor *tensor)
{
  float *values = g_new (float, (gsize)sf_tensor_rows (tensor) * tensor->c);
  g_autoptr (GError) error = NULL;

  check_padding (tensor);
  sf_tensor_read (tensor, values, &error);
  g_assert_no_error (error);
  return values;
}

void
sf_test_compare (const char *name, const float *got, const float *want, gsize n, double tol)
{
  double worst = 0, largest = 0;
  gsize at = 0;

  for (gsize i = 0; i < n; i++)
    {
      double error = fabs ((double)got[i] - want[i]);
      if (!(error <= worst)) /* a NaN too */
        worst = error, at = i;
      largest = MAX (largest, fabs (want[i]));
    }
  g_test_message ("%s: error %.2e of %.3g", name, worst, largest);
  if (!(worst <= tol * largest))
    g_error ("%s: element %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT " is %g, should be %g "
             "(error %.2e of %.3g, tolerance %.0e)",
             name, at, n, got[at], want[at], worst, largest, tol);
}
