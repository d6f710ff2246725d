/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/cache.h"

#include <glib/gstdio.h>

/* In a process that has such folders. */
static void
check (const char *cache, const char *runtime, const char *expected)
{
  g_autofree char *want = g_build_filename (expected, "sfumato", "a.ini", NULL);

  if (g_test_subprocess ())
    {
      g_autofree char *path = NULL;
      g_setenv ("XDG_CACHE_HOME", cache, TRUE);
      g_setenv ("XDG_RUNTIME_DIR", runtime, TRUE);
      path = sf_cache_path ("a.ini");
      g_assert_cmpstr (path, ==, want);
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
}

static void
test_usual (void)
{
  g_autofree char *cache = g_build_filename (g_get_tmp_dir (), "sfumato-test-cache", NULL);
  g_autofree char *made = g_build_filename (cache, "sfumato", NULL);

  check (cache, "/dev/null", cache);
  if (g_test_subprocess ())
    return;
  g_assert_true (g_file_test (made, G_FILE_TEST_IS_DIR));
  g_rmdir (made);
  g_rmdir (cache);
}

/* Not even root can make a folder there. */
static void
test_unwritable (void)
{
  g_autofree char *runtime = g_build_filename (g_get_tmp_dir (), "sfumato-test-runtime", NULL);
  g_autofree char *made = g_build_filename (runtime, "sfumato", NULL);

  check ("/dev/null", runtime, runtime);
  if (g_test_subprocess ())
    return;
  g_assert_true (g_file_test (made, G_FILE_TEST_IS_DIR));
  g_rmdir (made);
  g_rmdir (runtime);
}

static void
test_neither (void)
{
  check ("/dev/null", "/dev/null", "/dev/null");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/cache/usual", test_usual);
  g_test_add_func ("/base/cache/unwritable", test_unwritable);
  g_test_add_func ("/base/cache/neither", test_neither);
  return g_test_run ();
}
