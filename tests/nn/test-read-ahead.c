/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/read-ahead.h"

static SfCheckpoint *
open_model (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "..", "fixtures", "plain", NULL);
  g_autoptr (GError) error = NULL;
  SfCheckpoint *checkpoint = sf_checkpoint_open (path, &error);

  g_assert_no_error (error);
  return checkpoint;
}

/* Every tensor, some of them twice. */
static GPtrArray *
list_all (SfCheckpoint *checkpoint)
{
  GPtrArray *order = g_ptr_array_new ();

  for (SfPart part = 0; part < SF_N_PARTS; part++)
    for (guint i = 0; i < sf_checkpoint_n_tensors (checkpoint, part); i++)
      for (guint n = 0; n < 1 + (i % 5 == 0); n++)
        g_ptr_array_add (order, (gpointer)sf_checkpoint_nth (checkpoint, part, i));
  return order;
}

/* However little waits: the values of each, in order. */
static void
test_values (void)
{
  static const gsize ahead[] = { 0, 400, 5000, 1 << 20, 64 << 20 };
  g_autoptr (SfCheckpoint) checkpoint = open_model ();
  g_autoptr (GPtrArray) order = list_all (checkpoint);

  for (guint i = 0; i < G_N_ELEMENTS (ahead); i++)
    {
      g_autoptr (SfReadAhead) reader = sf_read_ahead_new (checkpoint, order, ahead[i]);
      for (guint j = 0; j < order->len; j++)
        {
          const SfTensorInfo *info = g_ptr_array_index (order, j);
          g_autofree void *want = g_malloc (info->size);
          g_autoptr (GError) error = NULL;
          const void *got = sf_read_ahead_next (reader, info, &error);
          g_assert_no_error (error);
          g_assert_true (sf_checkpoint_read (checkpoint, info, want, &error));
          g_assert_cmpmem (got, info->size, want, info->size);
          g_assert_true ((gsize)got % 16 == 0);
        }
    }
}

/* Whoever loses interest need not read on: the thread ends, wherever it is. */
static void
test_stop (void)
{
  g_autoptr (SfCheckpoint) checkpoint = open_model ();
  g_autoptr (GPtrArray) order = list_all (checkpoint);
  g_autoptr (GError) error = NULL;

  for (guint n = 0; n < order->len; n += 7)
    {
      g_autoptr (SfReadAhead) reader = sf_read_ahead_new (checkpoint, order, 1000);
      for (guint i = 0; i < n; i++)
        g_assert_nonnull (sf_read_ahead_next (reader, order->pdata[i], &error));
    }
}

/* What cannot be read is an error when its turn comes, not before. */
static void
test_error (void)
{
  g_autoptr (SfCheckpoint) checkpoint = open_model ();
  g_autoptr (GPtrArray) order = list_all (checkpoint);
  SfTensorInfo bad = *(const SfTensorInfo *)order->pdata[3];
  g_autoptr (GError) error = NULL;

  bad.dtype = SF_DTYPE_INVALID;
  order->pdata[3] = &bad;
  g_autoptr (SfReadAhead) reader = sf_read_ahead_new (checkpoint, order, 1 << 20);
  for (guint i = 0; i < 3; i++)
    g_assert_nonnull (sf_read_ahead_next (reader, order->pdata[i], &error));
  g_assert_no_error (error);
  g_assert_null (sf_read_ahead_next (reader, &bad, &error));
  g_assert_nonnull (error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nn/read-ahead/values", test_values);
  g_test_add_func ("/nn/read-ahead/stop", test_stop);
  g_test_add_func ("/nn/read-ahead/error", test_error);
  return g_test_run ();
}
