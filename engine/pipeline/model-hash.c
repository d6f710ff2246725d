/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/model-hash.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

#define HASH_DIGITS 10
#define PIECE (1u << 20)

struct _SfModelHash
{
  /* Owned */
  char *path;
  GThread *thread; /* NULL once it was joined */
  char *digits;

  gint stop; /* atomic */
};

static char *
cache_path (void)
{
  return g_build_filename (g_get_user_cache_dir (), "sfumato", "hashes.ini", NULL);
}

/* A file is the same while its path, size and time are. */
static char *
cache_key (const char *path)
{
  GStatBuf info;

  if (g_stat (path, &info) != 0 || !S_ISREG (info.st_mode))
    return NULL;
  g_autofree char *text = g_strdup_printf ("%s %" G_GINT64_FORMAT " %" G_GINT64_FORMAT, path,
                                           (gint64)info.st_size, (gint64)info.st_mtime);
  return g_compute_checksum_for_string (G_CHECKSUM_SHA1, text, -1);
}

static char *
hash_file (SfModelHash *self)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree guchar *piece = g_malloc (PIECE);
  gssize n = -1;

  int fd = g_open (self->path, O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0)
    return NULL;
  while (!g_atomic_int_get (&self->stop) && (n = read (fd, piece, PIECE)) > 0)
    g_checksum_update (checksum, piece, n);
  close (fd);
  return n == 0 ? g_strndup (g_checksum_get_string (checksum), HASH_DIGITS) : NULL;
}

static gpointer
run (gpointer data)
{
  SfModelHash *self = data;
  g_autofree char *file = cache_path ();
  g_autofree char *key = cache_key (self->path);
  g_autoptr (GKeyFile) cache = g_key_file_new ();

  if (key == NULL)
    return NULL;
  g_key_file_load_from_file (cache, file, G_KEY_FILE_NONE, NULL);
  self->digits = g_key_file_get_string (cache, "sha256", key, NULL);
  if (self->digits != NULL || (self->digits = hash_file (self)) == NULL)
    return NULL;
  g_autofree char *folder = g_path_get_dirname (file);
  g_mkdir_with_parents (folder, 0755);
  g_key_file_set_string (cache, "sha256", key, self->digits);
  g_key_file_save_to_file (cache, file, NULL);
  return NULL;
}

SfModelHash *
sf_model_hash_new (const char *path)
{
  SfModelHash *self = g_new0 (SfModelHash, 1);

  self->path = g_strdup (path);
  self->thread = g_thread_new ("sfumato-hash", run, self);
  return self;
}

void
sf_model_hash_free (SfModelHash *self)
{
  g_atomic_int_set (&self->stop, TRUE);
  sf_model_hash_get (self);
  g_free (self->digits);
  g_free (self->path);
  g_free (self);
}

const char *
sf_model_hash_get (SfModelHash *self)
{
  if (self->thread != NULL)
    g_thread_join (g_steal_pointer (&self->thread));
  return self->digits;
}
