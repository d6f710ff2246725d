/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "files/safetensors.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "files/foreign.h"
#include "files/safetensors-header.h"

/* The limit of the reference implementation. */
#define MAX_HEADER_BYTES (100 * 1000 * 1000)

/* Kernels return short counts from about 2 GiB on. */
#define MAX_READ_BYTES (1 << 30)

struct _SfSafetensors
{
  /* Owned */
  char *path;
  char *name;
  int fd;
  SfHeader *header;

  /* What the file was like at opening. */
  gint64 file_size;
  struct timespec changed;
};

guint64
sf_tensor_info_n_elements (const SfTensorInfo *info)
{
  guint64 n = 1;

  for (guint i = 0; i < info->n_dims; i++)
    n *= info->dims[i];
  return n;
}

static SfSafetensors *
safetensors_new (const char *path)
{
  SfSafetensors *self = g_new0 (SfSafetensors, 1);

  self->path = g_strdup (path);
  self->name = g_filename_display_basename (path);
  self->fd = -1;
  return self;
}

void
sf_safetensors_free (SfSafetensors *self)
{
  if (!self)
    return;
  if (self->fd >= 0)
    close (self->fd);
  g_clear_pointer (&self->header, sf_header_free);
  g_free (self->name);
  g_free (self->path);
  g_free (self);
}

SfSafetensors *
sf_safetensors_parse_header (const char *json, gsize len, guint64 data_size, const char *name,
                             GError **error)
{
  g_autoptr (SfSafetensors) self = safetensors_new (name);

  self->header = sf_header_parse (json, len, data_size, self->name, error);
  return self->header ? g_steal_pointer (&self) : NULL;
}

/* pread() until everything is there. At the end of the file: FALSE with errno 0. */
static gboolean
read_fully (int fd, void *dst, gsize n_bytes, guint64 offset)
{
  guint8 *at = dst;

  while (n_bytes > 0)
    {
      gssize n = pread (fd, at, MIN (n_bytes, MAX_READ_BYTES), offset);
      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        {
          errno = n == 0 ? 0 : errno;
          return FALSE;
        }
      at += n;
      offset += n;
      n_bytes -= n;
    }
  return TRUE;
}

static gboolean
fail_errno (SfSafetensors *self, const char *verb, int code, GError **error)
{
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (code), "Cannot %s “%s”: %s.", verb,
               self->name, code ? g_strerror (code) : "the file ends too early");
  return FALSE;
}

/* O_NONBLOCK: opening a named pipe must not wait for somebody to write into it. */
static gboolean
open_regular_file (SfSafetensors *self, GError **error)
{
  struct stat st;

  self->fd = g_open (self->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);
  if (self->fd < 0 || fstat (self->fd, &st) != 0)
    return fail_errno (self, "open", errno, error);
  if (!S_ISREG (st.st_mode))
    {
      g_set_error (error, SF_ERROR, SF_ERROR_MODEL, "“%s” is %s, not a safetensors file.",
                   self->name, S_ISDIR (st.st_mode) ? "a folder" : "a device");
      return FALSE;
    }
  self->file_size = st.st_size;
  self->changed = st.st_mtim;
  return TRUE;
}

static gboolean
refuse_foreign (SfSafetensors *self, const guint8 *head, gsize n, GError **error)
{
  const char *hint = sf_foreign_hint (head, n);

  if (n == 0)
    g_set_error (error, SF_ERROR, SF_ERROR_MODEL,
                 "“%s” is empty: copy or download the model again.", self->name);
  else
    g_set_error (error, SF_ERROR, SF_ERROR_MODEL, "“%s” is not a safetensors file%s%s.", self->name,
                 hint ? "; " : "", hint ? hint : "");
  return FALSE;
}

/* Finds the header's length, @len, from the first bytes. */
static gboolean
read_header_length (SfSafetensors *self, gsize *len, GError **error)
{
  guint8 head[SF_FOREIGN_HEAD] = { 0 };
  gsize n = MIN (self->file_size, SF_FOREIGN_HEAD);
  guint64 stored;

  if (!read_fully (self->fd, head, n, 0))
    return fail_errno (self, "read", errno, error);
  if (n < 8)
    return refuse_foreign (self, head, n, error);
  memcpy (&stored, head, 8);
  stored = GUINT64_FROM_LE (stored);
  if (stored > MAX_HEADER_BYTES || (n > 8 && head[8] != '{'))
    return refuse_foreign (self, head, n, error);
  if (stored > (guint64)self->file_size - 8)
    {
      g_set_error (error, SF_ERROR, SF_ERROR_MODEL,
                   "“%s” is cut short within its header: copy or download the model again.",
                   self->name);
      return FALSE;
    }
  *len = stored;
  return TRUE;
}

SfSafetensors *
sf_safetensors_open (const char *path, GError **error)
{
  g_autoptr (SfSafetensors) self = safetensors_new (path);
  g_autofree char *json = NULL;
  gsize len;

  if (!open_regular_file (self, error) || !read_header_length (self, &len, error))
    return NULL;
  json = g_try_malloc (MAX (len, 1));
  if (!json)
    {
      fail_errno (self, "read", ENOMEM, error);
      return NULL;
    }
  if (!read_fully (self->fd, json, len, 8))
    {
      fail_errno (self, "read", errno, error);
      return NULL;
    }
  self->header = sf_header_parse (json, len, self->file_size - 8 - len, self->name, error);
  return self->header ? g_steal_pointer (&self) : NULL;
}

guint
sf_safetensors_n_tensors (SfSafetensors *self)
{
  return self->header->tensors->len;
}

const SfTensorInfo *
sf_safetensors_nth (SfSafetensors *self, guint i)
{
  return &g_array_index (self->header->tensors, SfTensorInfo, i);
}

const SfTensorInfo *
sf_safetensors_lookup (SfSafetensors *self, const char *name)
{
  return sf_header_lookup (self->header, name);
}

static gboolean
check_unchanged (SfSafetensors *self, GError **error)
{
  struct stat st;

  if (fstat (self->fd, &st) != 0)
    return fail_errno (self, "read", errno, error);
  if (st.st_size == self->file_size && st.st_mtim.tv_sec == self->changed.tv_sec
      && st.st_mtim.tv_nsec == self->changed.tv_nsec)
    return TRUE;
  g_set_error (error, SF_ERROR, SF_ERROR_MODEL,
               "“%s” was changed while it was in use: open the model again.", self->name);
  return FALSE;
}

gboolean
sf_safetensors_read (SfSafetensors *self, const SfTensorInfo *info, void *dst, GError **error)
{
  if (self->fd < 0)
    {
      g_set_error (error, SF_ERROR, SF_ERROR_MODEL, "“%s” has nothing to read.", self->name);
      return FALSE;
    }
  if (!check_unchanged (self, error))
    return FALSE;
  if (!read_fully (self->fd, dst, info->size, info->offset))
    return errno == 0 ? check_unchanged (self, error) && fail_errno (self, "read", 0, error)
                      : fail_errno (self, "read", errno, error);
  return check_unchanged (self, error);
}
