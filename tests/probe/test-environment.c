/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probe/environment.h"

#include <glib/gstdio.h>
#include <string.h>

#include "probe/first.h"
#include "probe/verdict.h"
#include "sfumato.h"

#define WIDTH "LP_NATIVE_VECTOR_WIDTH"

static char *
verdict_file (void)
{
  return g_build_filename (g_get_user_cache_dir (), "sfumato", "probe.ini", NULL);
}

/* Whether the width can be chosen here at all; if so, no probe has looked yet. */
static gboolean
begin (void)
{
  g_autofree char *file = verdict_file ();

  g_unlink (file);
  g_unsetenv (WIDTH);
  if (sf_verdict_may_widen ())
    return TRUE;
  g_test_skip ("no software driver, or a processor without wide vectors");
  return FALSE;
}

/* As two devices: a card, and after it the software driver. */
static void
save (gboolean software, guint width)
{
  const SfCaps caps = { .name = "Some device", .driver = "Some driver", .software = software };
  const SfVerdict verdict = { .tile_loads = 2, .vector_width = width };
  g_autoptr (GError) error = NULL;

  sf_verdict_save (&caps, software, &verdict, &error);
  g_assert_no_error (error);
}

/* A first start: the probe's choice comes after the environment was prepared. */
static void
test_first_start (void)
{
  if (!begin ())
    return;
  sf_environment_prepare ();
  g_assert_true (sf_environment_is_undecided (1));
  g_assert_cmpstr (g_getenv (WIDTH), ==, "256");
  save (TRUE, 512);
  sf_environment_decide ();
  g_assert_false (sf_environment_is_undecided (1));
  g_assert_cmpstr (g_getenv (WIDTH), ==, "512");
}

static void
test_no_verdict (void)
{
  if (!begin ())
    return;
  sf_environment_prepare ();
  sf_environment_decide ();
  g_assert_false (sf_environment_is_undecided (1));
  g_assert_cmpstr (g_getenv (WIDTH), ==, "256");
}

static void
test_later_start (void)
{
  if (!begin ())
    return;
  save (TRUE, 512);
  sf_environment_prepare ();
  g_assert_false (sf_environment_is_undecided (1));
  g_assert_cmpstr (g_getenv (WIDTH), ==, "512");

  begin ();
  save (TRUE, 0);
  sf_environment_prepare ();
  g_assert_false (sf_environment_is_undecided (1));
  g_assert_null (g_getenv (WIDTH));
}

static void
test_user_chose (void)
{
  if (!begin ())
    return;
  g_setenv (WIDTH, "128", TRUE);
  sf_environment_prepare ();
  g_assert_false (sf_environment_is_undecided (1));
  g_assert_cmpstr (g_getenv (WIDTH), ==, "128");
}

/* Who draws with a graphics card does not wait at each start; who then draws without one does once.
 */
static void
test_graphics_card (void)
{
  if (!begin ())
    return;
  save (FALSE, 0);
  g_assert_cmpint (sf_verdict_vector_width (), ==, -1);
  sf_environment_prepare ();
  g_assert_false (sf_environment_is_undecided (0));
  g_assert_true (sf_environment_is_undecided (1));
  g_assert_cmpint (sf_verdict_of_card (0), ==, SF_CARD_RIGHT);
  g_assert_cmpint (sf_verdict_of_card (1), ==, SF_CARD_UNKNOWN);
  save (TRUE, 512);
  g_assert_cmpint (sf_verdict_vector_width (), ==, 512);
  save (FALSE, 0);
  g_assert_cmpint (sf_verdict_vector_width (), ==, 512);
}

static void
test_notice (void)
{
  SfCaps caps[] = { { .name = "Zero" }, { .name = "One" }, { .name = "Two" } };
  g_autoptr (GPtrArray) all = g_ptr_array_new ();

  for (guint i = 0; i < G_N_ELEMENTS (caps); i++)
    g_ptr_array_add (all, &caps[i]);
  g_autofree char *notice = sf_probe_notice (all, 0, 2);
  g_assert_true (g_str_has_prefix (notice, "Zero is not used"));
  g_assert_nonnull (strstr (notice, "made by Two."));
  g_assert_nonnull (strstr (notice, "--device=0"));
  g_assert_null (sf_probe_notice (all, 1, 1));
}

int
main (int argc, char **argv)
{
  g_autofree char *folder = g_dir_make_tmp ("sfumato-environment-XXXXXX", NULL);

  g_setenv ("XDG_CACHE_HOME", folder, TRUE);
  g_test_init (&argc, &argv, NULL);
  /* In this order: what was decided stays decided. */
  g_test_add_func ("/probe/environment/no-verdict", test_no_verdict);
  g_test_add_func ("/probe/environment/first-start", test_first_start);
  g_test_add_func ("/probe/environment/later-start", test_later_start);
  g_test_add_func ("/probe/environment/user-chose", test_user_chose);
  g_test_add_func ("/probe/environment/graphics-card", test_graphics_card);
  g_test_add_func ("/probe/notice", test_notice);
  int status = g_test_run ();

  g_autofree char *file = verdict_file ();
  g_autofree char *inner = g_path_get_dirname (file);
  g_unlink (file);
  g_rmdir (inner);
  g_rmdir (folder);
  return status;
}
