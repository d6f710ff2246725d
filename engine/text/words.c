/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "text/words.h"

#include <string.h>

typedef enum
{
  KIND_SPACE,
  KIND_LETTER,
  KIND_NUMBER,
  KIND_OTHER,
} Kind;

gboolean
sf_word_is_space (gunichar c)
{
  return g_unichar_isspace (c) || c == 0x0b || c == 0x85;
}

static Kind
kind_of (gunichar c)
{
  if (sf_word_is_space (c))
    return KIND_SPACE;
  switch (g_unichar_type (c))
    {
    case G_UNICODE_LOWERCASE_LETTER:
    case G_UNICODE_MODIFIER_LETTER:
    case G_UNICODE_OTHER_LETTER:
    case G_UNICODE_TITLECASE_LETTER:
    case G_UNICODE_UPPERCASE_LETTER:
      return KIND_LETTER;
    case G_UNICODE_DECIMAL_NUMBER:
    case G_UNICODE_LETTER_NUMBER:
    case G_UNICODE_OTHER_NUMBER:
      return KIND_NUMBER;
    default:
      return KIND_OTHER;
    }
}

/* The length of an English contraction that stands at p in either case, or 0. */
static gsize
contraction_length (const char *p)
{
  static const char *const endings[] = { "'s", "'t", "'re", "'ve", "'m", "'ll", "'d" };
  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    if (g_ascii_strncasecmp (p, endings[i], strlen (endings[i])) == 0)
      return strlen (endings[i]);
  return 0;
}

gsize
sf_word_length (const char *p)
{
  gsize contraction = contraction_length (p);
  if (contraction > 0)
    return contraction;
  Kind kind = kind_of (g_utf8_get_char (p));
  const char *end = g_utf8_next_char (p);
  if (kind != KIND_NUMBER)
    while (*end != '\0' && kind_of (g_utf8_get_char (end)) == kind)
      end = g_utf8_next_char (end);
  return (gsize)(end - p);
}

/* Capitals that are not letters, the Roman numerals and the circled ones, are no capitals to
 * g_unichar_tolower(). */
static gunichar
lower_case_char (gunichar c)
{
  if (c >= 0x2160 && c <= 0x216f)
    return c + 0x10;
  if (c >= 0x24b6 && c <= 0x24cf)
    return c + 0x1a;
  return g_unichar_tolower (c);
}

char *
sf_word_lower (const char *text)
{
  GString *lower = g_string_sized_new (strlen (text));
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      if (c == 0x130)
        g_string_append (lower, "i\u0307");
      else
        g_string_append_unichar (lower, lower_case_char (c));
    }
  return g_string_free (lower, FALSE);
}

/* --- Sets of words ---------------------------------------------------------------------------- */

/* The length of the word of letters that starts at p, or 0 where another kind of word does. A mark
 * that stands apart from its letter belongs to it: the tokenizer puts them together first. */
static gsize
letters_length (const char *p)
{
  const char *end = p;
  if (contraction_length (p) > 0)
    return 0;
  while (*end != '\0'
         && (kind_of (g_utf8_get_char (end)) == KIND_LETTER
             || (end > p && g_unichar_ismark (g_utf8_get_char (end)))))
    end = g_utf8_next_char (end);
  return (gsize)(end - p);
}

/* Moves @p to the next word of letters and gives its length, or 0 at the end. */
static gsize
next_word (const char **p)
{
  gsize length;
  while (**p != '\0')
    if (sf_word_is_space (g_utf8_get_char (*p)))
      *p = g_utf8_next_char (*p);
    else if ((length = letters_length (*p)) > 0)
      return length;
    else
      *p += sf_word_length (*p);
  return 0;
}

static char *
spell (const char *p, gsize length)
{
  g_autofree char *composed = g_utf8_normalize (p, (gssize)length, G_NORMALIZE_DEFAULT_COMPOSE);
  return sf_word_lower (composed);
}

GHashTable *
sf_words_new (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

void
sf_words_add (GHashTable *self, const char *text)
{
  gsize length;
  for (const char *p = text; (length = next_word (&p)) > 0; p += length)
    g_hash_table_add (self, spell (p, length));
}

GArray *
sf_words_find_unknown (GHashTable *self, const char *text)
{
  GArray *spans = g_array_new (FALSE, FALSE, sizeof (SfTextSpan));
  gsize length;
  for (const char *p = text; (length = next_word (&p)) > 0; p += length)
    {
      g_autofree char *word = spell (p, length);
      const SfTextSpan span = { p - text, p - text + length };
      if (!g_hash_table_contains (self, word))
        g_array_append_val (spans, span);
    }
  return spans;
}
