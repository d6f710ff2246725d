/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <unistd.h>

#include "pipeline/model-hash.h"

typedef struct
{
  /* Owned */
  char *folder, *file;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  self->folder = g_dir_make_tmp ("sfumato-test-XXXXXX", &error);
  g_assert_no_error (error);
  self->file = g_build_filename (self->folder, "abc.safetensors", NULL);
  g_file_set_contents (self->file, "abc", 3, &error);
  g_assert_no_error (error);
  g_setenv ("XDG_CACHE_HOME", self->folder, TRUE);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_autofree char *cache = g_build_filename (self->folder, "sfumato", NULL);
  g_autofree char *list = g_build_filename (cache, "hashes.ini", NULL);

  g_remove (list);
  g_rmdir (cache);
  g_remove (self->file);
  g_rmdir (self->folder);
  g_free (self->file);
  g_free (self->folder);
}

/* FIPS 180-2's example of SHA-256; the second time from the cache. */
static void
test_known (Fixture *self, gconstpointer data)
{
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (SfModelHash) hash = sf_model_hash_new (self->file);
      g_assert_cmpstr (sf_model_hash_get (hash, NULL), ==, "ba7816bf8f");
    }
}

/* A file with other contents is another file, though its name is the same. */
static void
test_replaced (Fixture *self, gconstpointer data)
{
  g_autoptr (SfModelHash) before = sf_model_hash_new (self->file);
  g_assert_cmpstr (sf_model_hash_get (before, NULL), ==, "ba7816bf8f");

  g_assert_true (g_file_set_contents (self->file, "", 0, NULL));
  g_autoptr (SfModelHash) after = sf_model_hash_new (self->file);
  g_assert_cmpstr (sf_model_hash_get (after, NULL), ==, "e3b0c44298");
}

static void
test_folder (Fixture *self, gconstpointer data)
{
  g_autoptr (SfModelHash) hash = sf_model_hash_new (self->folder);

  g_assert_null (sf_model_hash_get (hash, NULL));
}

/* Who no longer wants the picture does not wait for the hash of its model. */
static void
test_cancelled (Fixture *self, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autofree char *big = g_build_filename (self->folder, "big", NULL);

  /* A hole of a terabyte: hours of hashing, and no room on the disk. */
  g_assert_true (g_file_set_contents (big, "", 0, NULL));
  g_assert_cmpint (truncate (big, 1ll << 40), ==, 0);
  g_autoptr (SfModelHash) hash = sf_model_hash_new (big);
  g_cancellable_cancel (cancellable);
  g_assert_null (sf_model_hash_get (hash, cancellable));
  g_remove (big);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/pipeline/model-hash/known", Fixture, NULL, set_up, test_known, tear_down);
  g_test_add ("/pipeline/model-hash/replaced", Fixture, NULL, set_up, test_replaced, tear_down);
  g_test_add ("/pipeline/model-hash/folder", Fixture, NULL, set_up, test_folder, tear_down);
  g_test_add ("/pipeline/model-hash/cancelled", Fixture, NULL, set_up, test_cancelled, tear_down);
  return g_test_run ();
}
