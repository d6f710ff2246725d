/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/model-hash.h"

#include <fcntl.h>
#include <gcrypt.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "base/cache.h"

#define FILE_NAME "hashes.ini"
#define HASH_DIGITS 10
#define PIECE (1u << 20)

/* How soon one who waits notices that nobody wants the digits any more. */
#define POLL_USEC 50000

struct _SfModelHash
{
  /* Owned */
  char *path;
  GThread *thread;

  /* Owned, under the lock */
  GMutex lock;
  GCond changed;
  char *digits;
  gboolean ended;

  gint stop; /* atomic */
};

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
print_digits (gcry_md_hd_t sha256)
{
  const guchar *digest = gcry_md_read (sha256, GCRY_MD_SHA256);
  GString *digits = g_string_new (NULL);

  for (guint i = 0; i < HASH_DIGITS / 2; i++)
    g_string_append_printf (digits, "%02x", digest[i]);
  return g_string_free (digits, FALSE);
}

/* By a library that uses the processor's instructions for it, which GChecksum does not. */
static char *
hash_file (SfModelHash *self)
{
  g_autofree guchar *piece = g_malloc (PIECE);
  gcry_md_hd_t sha256 = NULL;
  gssize n = -1;

  int fd = g_open (self->path, O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0)
    return NULL;
  gcry_check_version (NULL); /* which starts the library */
  if (gcry_md_open (&sha256, GCRY_MD_SHA256, 0) == 0)
    while (!g_atomic_int_get (&self->stop) && (n = read (fd, piece, PIECE)) > 0)
      gcry_md_write (sha256, piece, n);
  char *digits = n == 0 ? print_digits (sha256) : NULL;
  gcry_md_close (sha256);
  close (fd);
  return digits;
}

static char *
find_digits (SfModelHash *self)
{
  g_autofree char *file = sf_cache_find (FILE_NAME);
  g_autofree char *key = cache_key (self->path);
  g_autoptr (GKeyFile) cache = g_key_file_new ();

  if (key == NULL)
    return NULL;
  g_key_file_load_from_file (cache, file, G_KEY_FILE_NONE, NULL);
  char *digits = g_key_file_get_string (cache, "sha256", key, NULL);
  if (digits != NULL || (digits = hash_file (self)) == NULL)
    return digits;
  g_key_file_set_string (cache, "sha256", key, digits);
  g_autofree char *place = sf_cache_place (FILE_NAME);
  g_key_file_save_to_file (cache, place, NULL);
  return digits;
}

static gpointer
run (gpointer data)
{
  SfModelHash *self = data;
  char *digits = find_digits (self);

  g_mutex_lock (&self->lock);
  self->digits = digits;
  self->ended = TRUE;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
  return NULL;
}

SfModelHash *
sf_model_hash_new (const char *path)
{
  SfModelHash *self = g_new0 (SfModelHash, 1);

  self->path = g_strdup (path);
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->thread = g_thread_new ("sfumato-hash", run, self);
  return self;
}

void
sf_model_hash_free (SfModelHash *self)
{
  g_atomic_int_set (&self->stop, TRUE);
  g_thread_join (self->thread);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  g_free (self->digits);
  g_free (self->path);
  g_free (self);
}

const char *
sf_model_hash_get (SfModelHash *self, GCancellable *cancellable)
{
  g_mutex_lock (&self->lock);
  while (!self->ended && !g_cancellable_is_cancelled (cancellable))
    g_cond_wait_until (&self->changed, &self->lock, g_get_monotonic_time () + POLL_USEC);
  const char *digits = self->digits;
  g_mutex_unlock (&self->lock);
  return digits;
}
