/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "image/png.h"

#include "base/error.h"
#include "image/png-private.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <setjmp.h>
#include <string.h>

typedef struct
{
  /* Owned */
  GByteArray *out;
  char *text;
  char *message;
  png_structp png;
  png_infop info;

  /* Borrowed */
  const SfImage *image;

  gboolean text_is_latin1;
} Writer;

static void
writer_free (Writer *self)
{
  png_destroy_write_struct (&self->png, &self->info);
  g_clear_pointer (&self->out, g_byte_array_unref);
  g_free (self->text);
  g_free (self->message);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Writer, writer_free)

static void
on_write (png_structp png, png_bytep data, size_t length)
{
  Writer *self = png_get_io_ptr (png);
  if (length > G_MAXUINT - self->out->len)
    png_error (png, "the file would be too large");
  g_byte_array_append (self->out, data, length);
}

static void
on_flush (png_structp png)
{
}

/* Latin-1 as the tEXt chunk wants it: printable characters and newlines only. Returns: NULL when
 * the text has others. */
static char *
to_latin1 (const char *utf8)
{
  g_autoptr (GString) latin1 = g_string_new (NULL);
  for (const char *p = utf8; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      if ((c < 0x20 && c != '\n') || (c >= 0x7f && c < 0xa0) || c > 0xff)
        return NULL;
      g_string_append_c (latin1, (char)c);
    }
  return g_string_free (g_steal_pointer (&latin1), FALSE);
}

static void
writer_set_text (Writer *self, const char *parameters)
{
  if (parameters == NULL)
    return;
  g_autofree char *valid = g_utf8_make_valid (parameters, -1);
  self->text = to_latin1 (valid);
  self->text_is_latin1 = self->text != NULL;
  if (self->text == NULL)
    self->text = g_steal_pointer (&valid);
}

static void
put_text (Writer *self)
{
  char keyword[] = "parameters";
  char empty[] = "";
  png_text text = {
    .compression = self->text_is_latin1 ? PNG_TEXT_COMPRESSION_NONE : PNG_ITXT_COMPRESSION_NONE,
    .key = keyword,
    .text = self->text,
    .lang = empty,
    .lang_key = empty,
  };
  png_set_text (self->png, self->info, &text, 1);
}

/* libpng leaves this function by longjmp: nothing it needs afterwards lives in a local. */
static gboolean
writer_run (Writer *self)
{
  const SfImage *image = self->image;

  if (setjmp (png_jmpbuf (self->png)))
    return FALSE;

  png_set_write_fn (self->png, self, on_write, on_flush);
  png_set_IHDR (self->png, self->info, image->width, image->height, 8,
                image->channels == 4 ? PNG_COLOR_TYPE_RGBA : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
                PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  if (self->text != NULL)
    put_text (self);
  png_write_info (self->png, self->info);
  for (guint y = 0; y < image->height; y++)
    png_write_row (self->png, sf_image_row (image, y));
  png_write_end (self->png, NULL);
  return TRUE;
}

GBytes *
sf_image_encode_png (const SfImage *image, const char *parameters, GError **error)
{
  g_autoptr (Writer) self = g_new0 (Writer, 1);
  self->image = image;
  self->out = g_byte_array_new ();
  writer_set_text (self, parameters);
  self->png = png_create_write_struct (PNG_LIBPNG_VER_STRING, &self->message, sf_png_on_error,
                                       sf_png_on_warning);
  self->info = self->png != NULL ? png_create_info_struct (self->png) : NULL;

  if (self->info == NULL || !writer_run (self))
    {
      g_set_error (error, SF_ERROR, SF_ERROR_IMAGE, "The picture cannot be written as PNG: %s.",
                   self->message != NULL ? self->message : "not enough memory");
      return NULL;
    }
  return g_byte_array_free_to_bytes (g_steal_pointer (&self->out));
}

static const char *
reason_of (const GError *error)
{
  switch (error->code)
    {
    case G_FILE_ERROR_NOENT:
    case G_FILE_ERROR_NOTDIR:
      return "there is no such folder; choose one that exists";
    case G_FILE_ERROR_ACCES:
    case G_FILE_ERROR_PERM:
      return "the folder may not be written to; choose another folder";
    case G_FILE_ERROR_ROFS:
      return "the disk is read-only; choose another folder";
    case G_FILE_ERROR_NOSPC:
      return "the disk is full; free some space or choose another folder";
    case G_FILE_ERROR_NAMETOOLONG:
      return "the name is too long; choose a shorter one";
    default:
      /* A used up quota has no code of GLib's, only the system's words. */
      return strstr (error->message, g_strerror (EDQUOT)) != NULL
                 ? "your share of the disk is full; free some space or choose another folder"
                 : error->message;
    }
}

/* Replacing a folder, a pipe or a device by a file is never what somebody meant. */
static gboolean
may_be_replaced (const char *path, GError **error)
{
  if (!g_file_test (path, G_FILE_TEST_EXISTS) || g_file_test (path, G_FILE_TEST_IS_REGULAR))
    return TRUE;
  g_autofree char *shown = g_filename_display_name (path);
  g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_ISDIR,
               "The picture cannot be saved as “%s”, which is not a file; choose another name.",
               shown);
  return FALSE;
}

gboolean
sf_image_save_png (const SfImage *image, const char *path, const char *parameters, GError **error)
{
  g_autoptr (GError) local = NULL;

  if (!may_be_replaced (path, error))
    return FALSE;
  g_autoptr (GBytes) bytes = sf_image_encode_png (image, parameters, error);
  if (bytes == NULL)
    return FALSE;

  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);
  /* CONSISTENT is a temporary file beside the old one, synced and renamed over it. */
  if (g_file_set_contents_full (path, data, size, G_FILE_SET_CONTENTS_CONSISTENT, 0666, &local))
    return TRUE;
  g_autofree char *shown = g_filename_display_name (path);
  g_set_error (error, local->domain, local->code, "The picture cannot be saved as “%s”: %s.", shown,
               reason_of (local));
  return FALSE;
}
