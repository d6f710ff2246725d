/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Which words of a text are not in a set. */

#include "text/words.h"

static const struct
{
  const char *text;
  const char *unknown; /* the words, with a bar between them */
} cases[] = {
  { "", "" },
  { " \n\t", "" },
  { "a red boat", "" },
  { "A Red BOAT!", "" },
  { "a red dragon", "dragon" },
  { "dragon, boat;wizard.", "dragon|wizard" },
  { "dragon Dragon", "dragon|Dragon" },
  /* signs, weights and numbers are no words */
  { "(boat:1.2), [dragon:0.5] ((red)) 12 boat3s", "dragon|s" },
  { "red-orange_boat/boat+boat", "orange" },
  { "☃ 船 5² Ⅷ ¾", "船" },
  /* the tokenizer's own cut: the ending is a word, the quotation mark is not */
  { "boat's BOAT'S we'll don't \"boat\"", "we|don" },
  { "'dragon'", "ragon" },
  /* either normal form, and capitals that become two characters */
  { "gro\u0308\u00dfe Gr\u00d6\u00dfe gro\u00dfe", "gro\u00dfe" },
  { "\u0130stanbul", "" },
  { "x\u0302", "x\u0302" },
};

static char *
join (const char *text, const GArray *spans)
{
  GString *words = g_string_new (NULL);
  for (guint i = 0; i < spans->len; i++)
    {
      SfTextSpan span = g_array_index (spans, SfTextSpan, i);
      g_string_append_printf (words, "%s%.*s", i > 0 ? "|" : "", (int)(span.end - span.start),
                              text + span.start);
    }
  return g_string_free (words, FALSE);
}

static void
test_unknown (void)
{
  g_autoptr (GHashTable) words = sf_words_new ();
  sf_words_add (words, "a red Boat, größe");
  sf_words_add (words, "i\u0307stanbul");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GArray) spans = sf_words_find_unknown (words, cases[i].text);
      g_autofree char *found = join (cases[i].text, spans);
      g_assert_cmpstr (found, ==, cases[i].unknown);
    }
}

static void
test_add (void)
{
  g_autoptr (GHashTable) words = sf_words_new ();
  sf_words_add (words, "hot-air balloon, 3 Balloons");
  g_assert_cmpuint (g_hash_table_size (words), ==, 4);
  g_assert_true (g_hash_table_contains (words, "air"));
  g_assert_true (g_hash_table_contains (words, "balloons"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/text/words/unknown", test_unknown);
  g_test_add_func ("/text/words/add", test_add);
  return g_test_run ();
}
