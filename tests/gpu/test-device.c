/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <time.h>
#include <utime.h>

#include <glib/gstdio.h>

#include "base/error.h"
#include "gpu/kernel.h"
#include "support/sf-test.h"

static void
test_enumerate (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list = sf_device_enumerate (&error);

  g_assert_no_error (error);
  g_assert_cmpuint (list->len, >, 0);
  for (guint i = 0; i < list->len; i++)
    {
      const SfCaps *caps = g_ptr_array_index (list, i);
      g_test_message ("%s, %s, subgroup %u", caps->name, caps->driver, caps->subgroup_size);
      g_assert_cmpstr (caps->name, !=, "");
      g_assert_cmpint (caps->family, !=, SF_FAMILY_AUTO);
      g_assert_cmpuint (caps->subgroup_size, >=, 1);
      g_assert_cmpuint (caps->max_storage_range, >=, 128 << 20);
      g_assert_cmpuint (caps->max_allocation, >=, (1 << 30) - (64 << 10));
      g_assert_cmpuint (caps->max_allocation, <=, 1 << 30);
      g_assert_cmpuint (caps->offset_align % 256, ==, 0);
      g_assert_cmpuint (caps->memory, >, 0);
    }
}

/* A device that is not there: a sentence, not an abort. */
static void
test_no_such (void)
{
  SfDeviceOptions options = SF_DEVICE_OPTIONS_INIT;
  g_autoptr (GError) error = NULL;

  options.index = 99;
  g_assert_null (sf_device_open (&options, &error));
  g_assert_error (error, SF_ERROR, SF_ERROR_DEVICE);
  g_assert_true (g_str_has_suffix (error->message, "."));
}

static SfKernel *
copy_kernel (SfDevice *device, gint32 lanes)
{
  SfKernelSpec spec = { "copy", 1, 1, 12, 1, { lanes } };
  g_autoptr (GError) error = NULL;
  SfKernel *kernel = sf_kernel_get (device, &spec, &error);

  g_assert_no_error (error);
  return kernel;
}

/* One pipeline for each specialization, made once. */
static void
test_kernels (gconstpointer family)
{
  SfDevice *device = sf_test_device (GPOINTER_TO_UINT (family));
  SfKernel *kernel = copy_kernel (device, 8);

  g_assert_true (copy_kernel (device, 8) == kernel);
  g_assert_true (copy_kernel (device, 16) != kernel);
}

static void
test_no_kernel (void)
{
  SfKernelSpec spec = { .name = "no such shader", .n_reads = 1, .n_writes = 1 };
  g_autoptr (GError) error = NULL;

  g_assert_null (sf_kernel_get (sf_test_device (SF_FAMILY_AUTO), &spec, &error));
  g_assert_nonnull (error);
}

/* The path of the only file in the cache folder. */
static char *
cache_file (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name = dir != NULL ? g_dir_read_name (dir) : NULL;

  return name != NULL ? g_build_filename (folder, name, NULL) : NULL;
}

/* Written when the device is closed; a spoiled file is as good as none. */
static void
test_disk_cache (void)
{
  g_autofree char *folder = g_build_filename (g_get_user_cache_dir (), "sfumato", NULL);
  g_autoptr (GError) error = NULL;

  for (guint round = 0; round < 2; round++)
    {
      SfDevice *device = sf_test_device_open (SF_FAMILY_AUTO, 0);
      copy_kernel (device, 8);
      sf_kernel_cache_save (device);
      g_autofree char *path = cache_file (folder);
      g_assert_nonnull (path);
      g_file_set_contents (path, "not a cache of any driver", -1, &error);
      g_assert_no_error (error);
      sf_device_unref (device);
    }
}

/* What a killed process was writing long ago goes; what another is writing now stays. */
static void
test_leftovers (void)
{
  g_autofree char *folder = g_build_filename (g_get_user_cache_dir (), "sfumato", NULL);
  g_autoptr (GError) error = NULL;
  SfDevice *device = sf_test_device_open (SF_FAMILY_AUTO, 0);

  sf_kernel_cache_save (device);
  g_autofree char *path = cache_file (folder);
  g_autofree char *old = g_strconcat (path, ".OLD123", NULL);
  g_autofree char *fresh = g_strconcat (path, ".NEW123", NULL);
  const struct utimbuf yesterday = { time (NULL) - 86400, time (NULL) - 86400 };
  g_file_set_contents (old, "", 0, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_utime (old, (struct utimbuf *)&yesterday), ==, 0);
  g_file_set_contents (fresh, "", 0, &error);
  g_assert_no_error (error);
  sf_kernel_cache_save (device);
  g_assert_false (g_file_test (old, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (fresh, G_FILE_TEST_EXISTS));
  g_unlink (fresh);
  sf_device_unref (device);
}

/* A cache folder for this test alone. */
static char *
own_cache (void)
{
  g_autoptr (GError) error = NULL;
  char *path = g_dir_make_tmp ("sfumato-test-XXXXXX", &error);

  g_assert_no_error (error);
  g_setenv ("XDG_CACHE_HOME", path, TRUE);
  return path;
}

static void
remove_cache (const char *path)
{
  g_autofree char *folder = g_build_filename (path, "sfumato", NULL);
  char *file;

  while ((file = cache_file (folder)) != NULL)
    {
      g_unlink (file);
      g_free (file);
    }
  g_rmdir (folder);
  g_rmdir (path);
}

int
main (int argc, char **argv)
{
  g_autofree char *cache = own_cache ();

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gpu/device/enumerate", test_enumerate);
  g_test_add_func ("/gpu/device/no-such", test_no_such);
  sf_test_add_families ("/gpu/device/kernels", test_kernels);
  g_test_add_func ("/gpu/device/no-kernel", test_no_kernel);
  g_test_add_func ("/gpu/device/disk-cache", test_disk_cache);
  g_test_add_func ("/gpu/device/leftovers", test_leftovers);
  int status = sf_test_run ();
  remove_cache (cache);
  return status;
}
