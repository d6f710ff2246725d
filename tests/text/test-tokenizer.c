/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Token ids against those of transformers' CLIPTokenizer (tests/reference/export_tokenizer.py). */
#include "text/tokenizer.h"

#include <json-glib/json-glib.h>
#include <string.h>

static JsonParser *
load_fixture (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path
      = g_test_build_filename (G_TEST_DIST, "..", "fixtures", "tokenizer.json", NULL);
  JsonParser *parser = json_parser_new_immutable ();
  json_parser_load_from_file (parser, path, &error);
  g_assert_no_error (error);
  return parser;
}

static char *
ids_to_string (const guint32 *ids, guint n)
{
  GString *string = g_string_new (NULL);
  for (guint i = 0; i < n; i++)
    g_string_append_printf (string, " %u", ids[i]);
  return g_string_free (string, FALSE);
}

static char *
expected_ids (JsonObject *item)
{
  JsonArray *array = json_object_get_array_member (item, "ids");
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (guint32));
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      guint32 id = (guint32)json_array_get_int_element (array, i);
      g_array_append_val (ids, id);
    }
  return ids_to_string ((guint32 *)ids->data, ids->len);
}

static void
compare_all (const SfTokenizer *tokenizer, const char *vocabulary, guint at_least)
{
  g_autoptr (JsonParser) parser = load_fixture ();
  JsonObject *root = json_node_get_object (json_parser_get_root (parser));
  JsonArray *items = json_object_get_array_member (root, vocabulary);
  guint n = json_array_get_length (items);
  g_assert_cmpuint (n, >=, at_least);
  for (guint i = 0; i < n; i++)
    {
      JsonObject *item = json_array_get_object_element (items, i);
      const char *text = json_object_get_string_member (item, "text");
      g_autoptr (GArray) ids = sf_tokenizer_encode (tokenizer, text, -1);
      g_autofree char *expected = expected_ids (item);
      g_autofree char *found = ids_to_string ((guint32 *)ids->data, ids->len);
      if (strcmp (found, expected) != 0)
        {
          g_test_message ("“%s”: expected%s, found%s", text, expected, found);
          g_test_fail ();
        }
    }
}

static SfTokenizer *
clip (void)
{
  g_autoptr (GError) error = NULL;
  SfTokenizer *tokenizer = sf_tokenizer_new_clip (&error);
  g_assert_no_error (error);
  return tokenizer;
}

static void
test_clip (void)
{
  g_autoptr (SfTokenizer) tokenizer = clip ();
  g_assert_cmpuint (sf_tokenizer_get_vocab_size (tokenizer), ==, 49408);
  g_assert_cmpuint (sf_tokenizer_get_bos (tokenizer), ==, 49406);
  g_assert_cmpuint (sf_tokenizer_get_eos (tokenizer), ==, 49407);
  g_assert_cmpuint (sf_tokenizer_get_comma (tokenizer), ==, 267);
  compare_all (tokenizer, "clip", 200);
}

static void
test_folder (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder
      = g_test_build_filename (G_TEST_DIST, "..", "fixtures", "tokenizer", NULL);
  g_autoptr (SfTokenizer) tokenizer = sf_tokenizer_new_from_folder (folder, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (sf_tokenizer_get_bos (tokenizer), ==, 4);
  g_assert_cmpuint (sf_tokenizer_get_eos (tokenizer), ==, 1);
  compare_all (tokenizer, "small", 15);
}

static void
assert_ids (const SfTokenizer *tokenizer, const char *text, gssize length, const char *expected)
{
  g_autoptr (GArray) ids = sf_tokenizer_encode (tokenizer, text, length);
  g_autofree char *found = ids_to_string ((guint32 *)ids->data, ids->len);
  g_assert_cmpstr (found, ==, expected);
}

/* U+FFFD is token 39802 at the end of a word, 47356 within. */
static void
test_invalid_text (void)
{
  g_autoptr (SfTokenizer) tokenizer = clip ();
  assert_ids (tokenizer, "a \xff b", -1, " 320 39802 321");
  assert_ids (tokenizer, "a\0b", 3, " 320 39802 321");
  assert_ids (tokenizer, "a \xf0\x9f\x90", -1, " 320 47356 47356 39802");
  assert_ids (tokenizer, "a b", 1, " 320");
  assert_ids (tokenizer, "\0", 1, " 39802");
  assert_ids (tokenizer, "", 0, "");
}

/* A word without an end: the time must not grow with the square of its length. */
static void
test_endless_word (void)
{
  g_autoptr (SfTokenizer) tokenizer = clip ();
  g_autofree char *text = g_strnfill (1 << 20, 'x');
  g_autoptr (GArray) ids = sf_tokenizer_encode (tokenizer, text, -1);
  g_assert_cmpuint (ids->len, >, 1 << 15);
  g_assert_cmpuint (ids->len, <, 1 << 20);
}

static gpointer
encode_many (gpointer tokenizer)
{
  for (guint i = 0; i < 200; i++)
    assert_ids (tokenizer, "a photo of a cat", -1, " 320 1125 539 320 2368");
  return NULL;
}

static void
test_threads (void)
{
  g_autoptr (SfTokenizer) tokenizer = clip ();
  GThread *threads[4];
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("encode", encode_many, tokenizer);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/text/tokenizer/clip", test_clip);
  g_test_add_func ("/text/tokenizer/folder", test_folder);
  g_test_add_func ("/text/tokenizer/invalid-text", test_invalid_text);
  g_test_add_func ("/text/tokenizer/endless-word", test_endless_word);
  g_test_add_func ("/text/tokenizer/threads", test_threads);
  return g_test_run ();
}
