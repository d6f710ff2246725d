/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "text/tokenizer.h"

#include "base/error.h"
#include "text/bpe.h"
#include "text/vocabulary.h"
#include "text/words.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

#define BOS "<|startoftext|>"
#define EOS "<|endoftext|>"

/* The files of published models have 1 MB and 0.5 MB. */
#define MAX_FILE_SIZE (16 << 20)

struct _SfTokenizer
{
  /* Owned */
  SfVocabulary *vocabulary;

  guint32 bos;
  guint32 eos;
  guint32 comma;
};

/* Takes the vocabulary, which may be NULL with error set. */
static SfTokenizer *
tokenizer_new (SfVocabulary *taken, const char *name, GError **error)
{
  g_autoptr (SfVocabulary) vocabulary = taken;
  g_autofree SfTokenizer *self = g_new0 (SfTokenizer, 1);
  if (vocabulary == NULL)
    return NULL;
  if (!sf_vocabulary_find (vocabulary, BOS, &self->bos)
      || !sf_vocabulary_find (vocabulary, EOS, &self->eos))
    {
      g_set_error (
          error, SF_ERROR, SF_ERROR_MODEL,
          "The vocabulary in %s has no %s and %s, so it is not one of a CLIP text encoder.", name,
          BOS, EOS);
      return NULL;
    }
  if (!sf_vocabulary_find (vocabulary, ",</w>", &self->comma))
    self->comma = self->eos;
  self->vocabulary = g_steal_pointer (&vocabulary);
  return g_steal_pointer (&self);
}

SfTokenizer *
sf_tokenizer_new_clip (GError **error)
{
  g_autoptr (GBytes) merges = g_resources_lookup_data ("/sfumato/tokenizer/merges.txt",
                                                       G_RESOURCE_LOOKUP_FLAGS_NONE, error);
  if (merges == NULL)
    return NULL;
  return tokenizer_new (sf_vocabulary_new_clip (merges, error), "the program's own data", error);
}

SfTokenizer *
sf_tokenizer_new_from_data (GBytes *vocab, GBytes *merges, const char *name, GError **error)
{
  return tokenizer_new (sf_vocabulary_new_from_data (vocab, merges, name, error), name, error);
}

/* @name: the folder's, to be shown. */
static GBytes *
load_file (const char *folder, const char *file, const char *name, GError **error)
{
  g_autofree char *path = g_build_filename (folder, file, NULL);
  g_autoptr (GError) local = NULL;
  GStatBuf info;
  char *data;
  gsize size;
  /* Looked at first: reading a pipe or a device would never end. */
  if (g_stat (path, &info) == 0 && (!S_ISREG (info.st_mode) || info.st_size > MAX_FILE_SIZE))
    {
      g_set_error (error, SF_ERROR, SF_ERROR_MODEL,
                   "%s in %s is not a file of at most 16 MiB; get the tokenizer folder again.",
                   file, name);
      return NULL;
    }
  if (g_file_get_contents (path, &data, &size, &local))
    return g_bytes_new_take (data, size);
  g_set_error (error, local->domain, local->code, "The tokenizer cannot be read: %s.",
               local->message);
  return NULL;
}

SfTokenizer *
sf_tokenizer_new_from_folder (const char *folder, GError **error)
{
  g_autofree char *name = g_filename_display_name (folder);
  g_autoptr (GBytes) vocab = load_file (folder, "vocab.json", name, error);
  g_autoptr (GBytes) merges = vocab ? load_file (folder, "merges.txt", name, error) : NULL;
  return merges ? sf_tokenizer_new_from_data (vocab, merges, name, error) : NULL;
}

void
sf_tokenizer_free (SfTokenizer *self)
{
  if (self == NULL)
    return;
  sf_vocabulary_free (self->vocabulary);
  g_free (self);
}

static gsize
append_word (const SfTokenizer *self, const char *p, gsize length, GArray *ids)
{
  sf_bpe_encode (self->vocabulary, p, length, self->eos, ids);
  return length;
}

/* A special token written in capitals is one no more when it gets here, but CLIPTokenizer still
 * cuts it out before it cuts it up: three words, apart from the punctuation around it. */
static gsize
append_special_spelling (const SfTokenizer *self, const char *p, GArray *ids)
{
  gsize length = g_str_has_prefix (p, BOS) ? strlen (BOS) : strlen (EOS);
  append_word (self, p, 2, ids);
  append_word (self, p + 2, length - 4, ids);
  append_word (self, p + length - 2, 2, ids);
  return length;
}

/* text: valid UTF-8 without special tokens. */
static void
encode_plain (const SfTokenizer *self, const char *text, gsize length, GArray *ids)
{
  g_autofree char *composed = g_utf8_normalize (text, (gssize)length, G_NORMALIZE_DEFAULT_COMPOSE);
  g_autofree char *lower = sf_word_lower (composed);
  const char *p = lower;
  while (*p != '\0')
    if (sf_word_is_space (g_utf8_get_char (p)))
      p = g_utf8_next_char (p);
    else if (g_str_has_prefix (p, BOS) || g_str_has_prefix (p, EOS))
      p += append_special_spelling (self, p, ids);
    else
      p += append_word (self, p, sf_word_length (p), ids);
}

/* The first special token in text, or NULL. */
static const char *
find_special (const char *text)
{
  for (const char *p = strstr (text, "<|"); p != NULL; p = strstr (p + 1, "<|"))
    if (g_str_has_prefix (p, BOS) || g_str_has_prefix (p, EOS))
      return p;
  return NULL;
}

GArray *
sf_tokenizer_encode (const SfTokenizer *self, const char *text, gssize length)
{
  GArray *ids = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autofree char *valid = g_utf8_make_valid (text, length);
  const char *p = valid, *special;
  while ((special = find_special (p)) != NULL)
    {
      gboolean is_bos = g_str_has_prefix (special, BOS);
      encode_plain (self, p, (gsize)(special - p), ids);
      g_array_append_val (ids, *(is_bos ? &self->bos : &self->eos));
      p = special + strlen (is_bos ? BOS : EOS);
    }
  encode_plain (self, p, strlen (p), ids);
  return ids;
}

guint32
sf_tokenizer_get_bos (const SfTokenizer *self)
{
  return self->bos;
}

guint32
sf_tokenizer_get_eos (const SfTokenizer *self)
{
  return self->eos;
}

guint32
sf_tokenizer_get_comma (const SfTokenizer *self)
{
  return self->comma;
}

guint32
sf_tokenizer_get_vocab_size (const SfTokenizer *self)
{
  return sf_vocabulary_get_size (self->vocabulary);
}
