/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probe/network.h"
#include "probe/values.h"
#include "support/sf-test.h"

static void
print (const char *name, const float *values, guint n)
{
  g_autoptr (GString) text = g_string_new (name);

  for (guint i = 0; i < 20; i++)
    g_string_append_printf (text, " %.6gf,", values[i * n / 20]);
  g_test_message ("%s", text->str);
}

/* What the program knows of the networks is what both families make of them. Where a network
 * changes, the message has what there is to know of it then. */
static void
test_known (gconstpointer family)
{
  SfDevice *device = sf_test_device (GPOINTER_TO_UINT (family));
  g_autofree SfTrial *trial = g_new0 (SfTrial, 1);
  const guint half = SF_TRIAL_VALUES / 2;
  g_autoptr (GError) error = NULL;

  trial->right = TRUE;
  g_assert_true (sf_trial_network (device, TRUE, trial, &error));
  g_assert_no_error (error);
  print ("odd:", trial->values, half);
  print ("even:", trial->values + half, half);
  g_assert_true (trial->right);
}

/* Nothing is near what is zero everywhere, as the memory of a device that did nothing. */
static void
test_near (void)
{
  const float known[] = { 1, 2, -4 };
  const float near[] = { 1.01f, 2, -4 }, far[] = { 1.1f, 2, -4 }, zeros[] = { 0, 0, 0 };
  const float infinite[] = { 1, 2, -1 / 0.0f };

  g_assert_true (sf_trial_near (near, known, 3, 4e-3));
  g_assert_false (sf_trial_near (far, known, 3, 4e-3));
  g_assert_false (sf_trial_near (zeros, known, 3, 4e-3));
  g_assert_false (sf_trial_near (infinite, known, 3, 4e-3));
  g_assert_false (sf_trial_near (zeros, zeros, 3, 4e-3));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/probe/network/near", test_near);
  sf_test_add_families ("/probe/network/known", test_known);
  return sf_test_run ();
}
