/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/cache.h"

#include <glib/gstdio.h>

#include "support/remove-all.h"

/* Where nobody, not even root, can make a folder. */
#define NOWHERE "/dev/null"

/* In a process that has such folders: where a file is written and found. */
static void
expect (const char *cache, const char *runtime, const char *place, const char *found)
{
  g_setenv ("XDG_CACHE_HOME", cache, TRUE);
  g_setenv ("XDG_RUNTIME_DIR", runtime, TRUE);
  g_autofree char *want_place = g_build_filename (place, "sfumato", "a.ini", NULL);
  g_autofree char *want_found = g_build_filename (found, "sfumato", "a.ini", NULL);
  g_autofree char *got_place = sf_cache_place ("a.ini");
  g_autofree char *got_found = sf_cache_find ("a.ini");

  g_assert_cmpstr (got_place, ==, want_place);
  g_assert_cmpstr (got_found, ==, want_found);
}

/* GLib reads the variables once, so each case has a process; all but @test itself is the same in
 * it. Its folder is told in a variable. */
static void
run (void (*test) (const char *cache, const char *runtime))
{
  if (!g_test_subprocess ())
    {
      g_autofree char *made = g_dir_make_tmp ("sfumato-test-XXXXXX", NULL);
      g_setenv ("TEST_FOLDER", made, TRUE);
      g_test_trap_subprocess (NULL, 0, 0);
      g_test_trap_assert_passed ();
      remove_all (made);
      return;
    }
  g_autofree char *cache = g_build_filename (g_getenv ("TEST_FOLDER"), "cache", NULL);
  g_autofree char *runtime = g_build_filename (g_getenv ("TEST_FOLDER"), "runtime", NULL);
  test (cache, runtime);
}

/* The folder is there each time, whoever removes it. */
static void
usual (const char *cache, const char *runtime)
{
  g_autofree char *folder = g_build_filename (cache, "sfumato", NULL);

  for (guint i = 0; i < 2; i++)
    {
      expect (cache, runtime, cache, cache);
      g_assert_true (g_file_test (folder, G_FILE_TEST_IS_DIR));
      g_assert_cmpint (g_rmdir (folder), ==, 0);
    }
}

/* What nobody could write may still be read. */
static void
unwritable (const char *cache, const char *runtime)
{
  g_autofree char *file = g_build_filename (runtime, "sfumato", "a.ini", NULL);

  expect (NOWHERE, runtime, runtime, NOWHERE);
  g_assert_true (g_file_set_contents (file, "a", 1, NULL));
  expect (NOWHERE, runtime, runtime, runtime);
}

static void
neither (const char *cache, const char *runtime)
{
  expect (NOWHERE, NOWHERE, NOWHERE, NOWHERE);
}

static void
test_usual (void)
{
  run (usual);
}

static void
test_unwritable (void)
{
  run (unwritable);
}

static void
test_neither (void)
{
  run (neither);
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
