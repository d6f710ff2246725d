/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "text/vocabulary.h"

#include "base/error.h"
#include "text/vocab-json.h"

#include <string.h>

#define NO_TOKEN G_MAXUINT32
#define WORD_END "</w>"

typedef struct
{
  guint32 left, right;
  guint32 rank;
  guint32 id;
} Merge;

struct _SfVocabulary
{
  /* Owned */
  GStringChunk *strings;
  GHashTable *ids;    /* token (in strings) → number */
  GHashTable *merges; /* a set of Merge, equal by left and right */

  guint32 byte_ids[2][256]; /* [at the word's end][byte] */
  guint32 size;
};

static guint
merge_hash (gconstpointer key)
{
  const Merge *merge = key;
  return merge->left * 0x9e3779b1u ^ merge->right * 0x85ebca6bu;
}

static gboolean
merge_equal (gconstpointer a, gconstpointer b)
{
  const Merge *x = a, *y = b;
  return x->left == y->left && x->right == y->right;
}

static void
add_token (const char *token, guint32 id, gpointer user_data)
{
  SfVocabulary *self = user_data;
  char *kept = g_string_chunk_insert (self->strings, token);
  g_hash_table_replace (self->ids, kept, GUINT_TO_POINTER (id));
  self->size = MAX (self->size, id + 1);
}

static SfVocabulary *
vocabulary_new (void)
{
  SfVocabulary *self = g_new0 (SfVocabulary, 1);
  self->strings = g_string_chunk_new (1 << 16);
  self->ids = g_hash_table_new (g_str_hash, g_str_equal);
  self->merges = g_hash_table_new_full (merge_hash, merge_equal, g_free, NULL);
  return self;
}

void
sf_vocabulary_free (SfVocabulary *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->merges);
  g_hash_table_unref (self->ids);
  g_string_chunk_free (self->strings);
  g_free (self);
}

/* A byte that prints in Latin-1 is its own character (the soft hyphen 0xad does not print). */
static gboolean
byte_prints (guint byte)
{
  return (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte != 0xad);
}

/* Spells a byte in the alphabet: itself, or the next character from U+0100 on. */
static void
spell_byte (guint byte, const char *suffix, char out[16])
{
  gunichar c = byte;
  if (!byte_prints (byte))
    {
      c = 0x100;
      for (guint i = 0; i < byte; i++)
        c += !byte_prints (i);
    }
  int n = g_unichar_to_utf8 (c, out);
  g_strlcpy (out + n, suffix, 16 - (gsize)n);
}

static void
index_bytes (SfVocabulary *self)
{
  for (guint end = 0; end < 2; end++)
    for (guint byte = 0; byte < 256; byte++)
      {
        char token[16];
        spell_byte (byte, end ? WORD_END : "", token);
        if (!sf_vocabulary_find (self, token, &self->byte_ids[end][byte]))
          self->byte_ids[end][byte] = NO_TOKEN;
      }
}

/* CLIP numbers the bytes that print before those that do not. */
static void
add_bytes (SfVocabulary *self, const char *suffix)
{
  char token[16];
  for (guint prints = 2; prints-- > 0;)
    for (guint byte = 0; byte < 256; byte++)
      if (byte_prints (byte) == prints)
        {
          spell_byte (byte, suffix, token);
          add_token (token, self->size, self);
        }
}

static void
add_merge (SfVocabulary *self, guint32 left, guint32 right, guint32 rank, guint32 id)
{
  Merge *merge = g_new (Merge, 1);
  *merge = (Merge){ left, right, rank, id };
  g_hash_table_replace (self->merges, merge, merge);
}

/* Adds the merge that a line such as "th e</w>" names. grow: its result is a new token. */
static gboolean
read_merge (SfVocabulary *self, char *line, guint32 rank, gboolean grow)
{
  guint32 left_id, right_id, id;
  char *right = strchr (line, ' ');
  if (right == NULL)
    return FALSE;
  *right++ = '\0';
  g_autofree char *whole = g_strconcat (line, right, NULL);
  if (!sf_vocabulary_find (self, line, &left_id) || !sf_vocabulary_find (self, right, &right_id))
    return FALSE;
  if (grow)
    add_token (whole, self->size, self);
  if (!sf_vocabulary_find (self, whole, &id))
    return FALSE;
  add_merge (self, left_id, right_id, rank, id);
  return TRUE;
}

static gboolean
read_merges (SfVocabulary *self, GBytes *merges, gboolean grow, const char *name, GError **error)
{
  gsize size;
  const char *data = g_bytes_get_data (merges, &size);
  const char *end = data + size;
  g_autoptr (GString) line = g_string_new (NULL);
  guint32 rank = 0;
  for (guint number = 1; data < end; number++)
    {
      const char *stop = memchr (data, '\n', (gsize)(end - data));
      stop = stop ? stop : end;
      gsize length = (gsize)(stop - data);
      length -= length > 0 && data[length - 1] == '\r';
      g_string_truncate (line, 0);
      g_string_append_len (line, data, (gssize)length);
      data = stop + (stop < end);
      if (line->len == 0 || g_str_has_prefix (line->str, "#version"))
        continue;
      if (!read_merge (self, line->str, rank++, grow))
        {
          g_set_error (
              error, SF_ERROR, SF_ERROR_MODEL,
              "Line %u of merges.txt in %s is not a merge of two tokens of the vocabulary; "
              "get the tokenizer folder again.",
              number, name);
          return FALSE;
        }
    }
  return TRUE;
}

/* With a length, g_utf8_validate() takes a NUL for a fault too: what follows may use C strings. */
static gboolean
check_text (GBytes *bytes, const char *file, const char *name, GError **error)
{
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);
  if (size > 0 && g_utf8_validate (data, (gssize)size, NULL))
    return TRUE;
  g_set_error (error, SF_ERROR, SF_ERROR_MODEL, "%s in %s is %s; get the tokenizer folder again.",
               file, name, size ? "not a text file" : "empty");
  return FALSE;
}

static gboolean
read_vocab (SfVocabulary *self, GBytes *vocab, const char *name, GError **error)
{
  gsize size, offset;
  const char *data = g_bytes_get_data (vocab, &size);
  if (sf_vocab_json_parse (data, size, add_token, self, &offset))
    return TRUE;
  g_set_error (error, SF_ERROR, SF_ERROR_MODEL,
               "vocab.json in %s is not a list of tokens and their numbers (byte %" G_GSIZE_FORMAT
               "); get the tokenizer folder again.",
               name, offset);
  return FALSE;
}

SfVocabulary *
sf_vocabulary_new_clip (GBytes *merges, GError **error)
{
  static const char name[] = "the program's own data";
  g_autoptr (SfVocabulary) self = vocabulary_new ();
  add_bytes (self, "");
  add_bytes (self, WORD_END);
  if (!check_text (merges, "merges.txt", name, error)
      || !read_merges (self, merges, TRUE, name, error))
    return NULL;
  add_token ("<|startoftext|>", self->size, self);
  add_token ("<|endoftext|>", self->size, self);
  index_bytes (self);
  return g_steal_pointer (&self);
}

SfVocabulary *
sf_vocabulary_new_from_data (GBytes *vocab, GBytes *merges, const char *name, GError **error)
{
  g_autoptr (SfVocabulary) self = vocabulary_new ();
  if (!check_text (vocab, "vocab.json", name, error) || !read_vocab (self, vocab, name, error)
      || !check_text (merges, "merges.txt", name, error)
      || !read_merges (self, merges, FALSE, name, error))
    return NULL;
  index_bytes (self);
  return g_steal_pointer (&self);
}

guint32
sf_vocabulary_get_size (const SfVocabulary *self)
{
  return self->size;
}

gboolean
sf_vocabulary_find (const SfVocabulary *self, const char *token, guint32 *id)
{
  gpointer value;
  if (!g_hash_table_lookup_extended (self->ids, token, NULL, &value))
    return FALSE;
  *id = GPOINTER_TO_UINT (value);
  return TRUE;
}

gboolean
sf_vocabulary_find_byte (const SfVocabulary *self, guint8 byte, gboolean word_end, guint32 *id)
{
  *id = self->byte_ids[word_end != FALSE][byte];
  return *id != NO_TOKEN;
}

gboolean
sf_vocabulary_find_merge (const SfVocabulary *self, guint32 left, guint32 right, guint32 *rank,
                          guint32 *id)
{
  Merge key = { .left = left, .right = right };
  const Merge *merge = g_hash_table_lookup (self->merges, &key);
  if (merge == NULL)
    return FALSE;
  *rank = merge->rank;
  *id = merge->id;
  return TRUE;
}
