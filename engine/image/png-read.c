/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "image/png.h"

#include "base/error.h"
#include "image/png-private.h"

#include <glib/gstdio.h>
#include <setjmp.h>
#include <string.h>
#include <sys/stat.h>

/* One chunk, unpacked or not; a settings text is a few KiB, a ComfyUI graph some hundred. Also
 * bounds what a compressed text can swell to. */
#define MAX_CHUNK_BYTES (16u << 20)
/* Chunks beside the picture's own. */
#define MAX_CHUNKS 1000
/* A picture of the largest size, with 16 bits in each of four channels, hardly compressed. */
#define MAX_FILE_BYTES (1ll << 30)

typedef struct
{
  /* Owned */
  SfImage *image;
  png_bytep *rows;
  char *parameters;
  char *message;
  png_structp png;
  png_infop info;

  /* Borrowed */
  const guint8 *data;

  gsize size;
  gsize at;
} Reader;

static void
reader_free (Reader *self)
{
  png_destroy_read_struct (&self->png, &self->info, NULL);
  g_clear_pointer (&self->image, sf_image_unref);
  g_free (self->rows);
  g_free (self->parameters);
  g_free (self->message);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Reader, reader_free)

static void
on_read (png_structp png, png_bytep out, size_t length)
{
  Reader *self = png_get_io_ptr (png);
  if (length > self->size - self->at)
    png_error (png, "it ends too early");
  memcpy (out, self->data + self->at, length);
  self->at += length;
}

static char *
from_latin1 (const char *text, gsize length)
{
  GString *utf8 = g_string_sized_new (length);
  for (gsize i = 0; i < length && text[i] != '\0'; i++)
    g_string_append_unichar (utf8, (guint8)text[i]);
  return g_string_free (utf8, FALSE);
}

/* Some programs put UTF-8 into tEXt against the standard. A text that is valid UTF-8 with bytes
 * above ASCII is hardly ever meant as Latin-1. */
static char *
text_to_utf8 (const png_text *text)
{
  gboolean international = text->compression == PNG_ITXT_COMPRESSION_NONE
                           || text->compression == PNG_ITXT_COMPRESSION_zTXt;
  gsize length = international ? text->itxt_length : text->text_length;

  if (text->text == NULL)
    return g_strdup ("");
  if (international || g_utf8_validate (text->text, length, NULL))
    {
      g_autofree char *copy = g_strndup (text->text, length);
      return g_utf8_make_valid (copy, -1);
    }
  return from_latin1 (text->text, length);
}

static void
take_parameters (Reader *self)
{
  png_textp texts = NULL;
  int n = png_get_text (self->png, self->info, &texts, NULL);

  for (int i = 0; i < n && self->parameters == NULL; i++)
    if (g_strcmp0 (texts[i].key, "parameters") == 0)
      self->parameters = text_to_utf8 (&texts[i]);
}

static void
start (Reader *self)
{
  png_set_read_fn (self->png, self, on_read);
  png_set_user_limits (self->png, SF_IMAGE_MAX_SIDE, SF_IMAGE_MAX_SIDE);
  png_set_chunk_malloc_max (self->png, MAX_CHUNK_BYTES);
  png_set_chunk_cache_max (self->png, MAX_CHUNKS);
  png_set_crc_action (self->png, PNG_CRC_ERROR_QUIT, PNG_CRC_WARN_DISCARD);
  png_read_info (self->png, self->info);
  take_parameters (self);
}

static void
ask_for_rgba8 (Reader *self)
{
  png_set_expand (self->png);
  png_set_scale_16 (self->png);
  png_set_gray_to_rgb (self->png);
  png_set_add_alpha (self->png, 0xff, PNG_FILLER_AFTER);
  png_set_interlace_handling (self->png);
  png_read_update_info (self->png, self->info);
}

static void
read_pixels (Reader *self)
{
  ask_for_rgba8 (self);
  self->image = sf_image_new (png_get_image_width (self->png, self->info),
                              png_get_image_height (self->png, self->info), 4);
  if (self->image == NULL)
    png_error (self->png, "it is too large");
  if (png_get_rowbytes (self->png, self->info) != self->image->stride)
    png_error (self->png, "its pixels have an unknown form");

  self->rows = g_new (png_bytep, self->image->height);
  for (guint y = 0; y < self->image->height; y++)
    self->rows[y] = sf_image_row (self->image, y);
  png_read_image (self->png, self->rows);
}

/* libpng leaves these two functions by longjmp: nothing they need afterwards lives in a local. */
static gboolean
reader_read_all (Reader *self)
{
  if (setjmp (png_jmpbuf (self->png)))
    return FALSE;
  start (self);
  read_pixels (self);
  png_read_end (self->png, self->info);
  if (self->parameters == NULL)
    take_parameters (self);
  return TRUE;
}

static gboolean
reader_read_start (Reader *self)
{
  if (setjmp (png_jmpbuf (self->png)))
    return FALSE;
  start (self);
  return TRUE;
}

static Reader *
reader_new (GBytes *bytes)
{
  Reader *self = g_new0 (Reader, 1);
  self->data = g_bytes_get_data (bytes, &self->size);
  self->png = png_create_read_struct (PNG_LIBPNG_VER_STRING, &self->message, sf_png_on_error,
                                      sf_png_on_warning);
  self->info = self->png != NULL ? png_create_info_struct (self->png) : NULL;
  return self;
}

static void
set_error (GError **error, const Reader *self)
{
  if (self->size < 8 || png_sig_cmp (self->data, 0, 8) != 0)
    g_set_error_literal (error, SF_ERROR, SF_ERROR_IMAGE,
                         "This is not a PNG picture; choose a file that a program saved as PNG.");
  else
    g_set_error (error, SF_ERROR, SF_ERROR_IMAGE, "The PNG picture cannot be read: %s.",
                 self->message != NULL ? self->message : "not enough memory");
}

SfImage *
sf_image_decode_png (GBytes *bytes, char **parameters, GError **error)
{
  g_autoptr (Reader) self = reader_new (bytes);

  if (parameters != NULL)
    *parameters = NULL;
  if (self->info == NULL || !reader_read_all (self))
    {
      set_error (error, self);
      return NULL;
    }
  if (parameters != NULL)
    *parameters = g_steal_pointer (&self->parameters);
  return g_steal_pointer (&self->image);
}

char *
sf_png_decode_parameters (GBytes *bytes, GError **error)
{
  g_autoptr (Reader) self = reader_new (bytes);
  char *late = NULL;

  if (self->info == NULL || !reader_read_start (self))
    {
      set_error (error, self);
      return NULL;
    }
  if (self->parameters != NULL)
    return g_steal_pointer (&self->parameters);

  /* A few programs write the text after the pixels. */
  g_autoptr (SfImage) image = sf_image_decode_png (bytes, &late, error);
  return late;
}

/* A pipe would hang, a device or a film fill the memory. */
static gboolean
may_be_read (const char *path, GError **error)
{
  GStatBuf info;

  if (g_stat (path, &info) != 0 || (S_ISREG (info.st_mode) && info.st_size <= MAX_FILE_BYTES))
    return TRUE;
  g_autofree char *shown = g_filename_display_name (path);
  g_set_error (error, SF_ERROR, SF_ERROR_IMAGE, "“%s” is not a picture file%s.", shown,
               S_ISREG (info.st_mode) ? " of a size that can be opened" : "");
  return FALSE;
}

static GBytes *
read_file (const char *path, GError **error)
{
  g_autoptr (GError) local = NULL;
  char *data;
  gsize size;

  if (!may_be_read (path, error))
    return NULL;
  if (g_file_get_contents (path, &data, &size, &local))
    return g_bytes_new_take (data, size);
  g_set_error (error, local->domain, local->code, "The picture cannot be opened: %s.",
               local->message);
  return NULL;
}

SfImage *
sf_image_load_png (const char *path, char **parameters, GError **error)
{
  if (parameters != NULL)
    *parameters = NULL;
  g_autoptr (GBytes) bytes = read_file (path, error);
  return bytes != NULL ? sf_image_decode_png (bytes, parameters, error) : NULL;
}

char *
sf_png_read_parameters (const char *path, GError **error)
{
  g_autoptr (GBytes) bytes = read_file (path, error);
  return bytes != NULL ? sf_png_decode_parameters (bytes, error) : NULL;
}
