/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The sentence about words that a model does not know. */

#include "sfumato.h"

static const struct
{
  const char *text;
  const char *sentence;
} cases[] = {
  { "a red boat", NULL },
  { "", NULL },
  { "a Dragon", "This model does not know “Dragon”." },
  { "dragon a dragon DRAGON", "This model does not know “dragon”." },
  { "dragon, wizard", "This model does not know “dragon” and “wizard”." },
  { "b c d e f g h", "This model does not know “b”, “c”, “d”, “e”, “f”, “g” and “h”." },
  { "b c d e f g h i", "This model does not know “b”, “c”, “d”, “e”, “f”, “g” and 2 more." },
};

static void
test_sentence (void)
{
  g_autoptr (GHashTable) words = g_hash_table_new (g_str_hash, g_str_equal);
  const SfModelInfo info = { .words = words };

  g_hash_table_add (words, (gpointer) "a");
  g_hash_table_add (words, (gpointer) "red");
  g_hash_table_add (words, (gpointer) "boat");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *sentence = sf_model_info_name_unknown (&info, cases[i].text);
      g_assert_cmpstr (sentence, ==, cases[i].sentence);
    }
}

/* A real checkpoint says nothing of its words. */
static void
test_no_list (void)
{
  const SfModelInfo info = { 0 };
  g_autoptr (GArray) spans = sf_model_info_find_unknown (&info, "a dragon");

  g_assert_cmpuint (spans->len, ==, 0);
  g_assert_null (sf_model_info_name_unknown (&info, "a dragon"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pipeline/unknown/sentence", test_sentence);
  g_test_add_func ("/pipeline/unknown/no-list", test_no_list);
  return g_test_run ();
}
