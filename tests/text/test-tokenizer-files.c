/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that are no tokenizer: one error with a sentence each, and nothing else happens. */
#include "base/error.h"
#include "text/tokenizer.h"

#include <glib/gstdio.h>
#include <string.h>

#define SPECIALS "\"<|startoftext|>\": 0, \"<|endoftext|>\": 1"
#define GOOD_VOCAB "{" SPECIALS ", \"a\": 2, \"b</w>\": 3, \"ab</w>\": 4}"
#define GOOD_MERGES "#version: 0.2\na b</w>\n"

static SfTokenizer *
from_text (const char *vocab, gssize vocab_size, const char *merges, gssize merges_size,
           GError **error)
{
  gsize n = vocab_size < 0 ? strlen (vocab) : (gsize)vocab_size;
  gsize m = merges_size < 0 ? strlen (merges) : (gsize)merges_size;
  g_autoptr (GBytes) vocab_bytes = g_bytes_new (vocab, n);
  g_autoptr (GBytes) merges_bytes = g_bytes_new (merges, m);
  return sf_tokenizer_new_from_data (vocab_bytes, merges_bytes, "FOLDER", error);
}

static void
assert_good (const char *vocab, const char *merges)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SfTokenizer) tokenizer = from_text (vocab, -1, merges, -1, &error);
  g_assert_no_error (error);
  g_autoptr (GArray) ids = sf_tokenizer_encode (tokenizer, "ab", -1);
  g_assert_cmpuint (ids->len, ==, 1);
  g_assert_cmpuint (g_array_index (ids, guint32, 0), ==, 4);
}

/* The message names the file at fault. */
static void
assert_bad_sized (const char *vocab, gssize vocab_size, const char *merges, gssize merges_size,
                  const char *at_fault)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SfTokenizer) tokenizer = from_text (vocab, vocab_size, merges, merges_size, &error);
  g_assert_null (tokenizer);
  g_assert_error (error, SF_ERROR, SF_ERROR_MODEL);
  g_assert_nonnull (strstr (error->message, at_fault));
  g_assert_nonnull (strstr (error->message, "FOLDER"));
  g_assert_true (g_str_has_suffix (error->message, "."));
  g_assert_null (strchr (error->message, '\n'));
}

static void
assert_bad_vocab (const char *vocab)
{
  assert_bad_sized (vocab, -1, GOOD_MERGES, -1, "vocab.json");
}

static void
assert_bad_merges (const char *merges)
{
  assert_bad_sized (GOOD_VOCAB, -1, merges, -1, "merges.txt");
}

static void
test_good (void)
{
  assert_good (GOOD_VOCAB, GOOD_MERGES);
  assert_good (GOOD_VOCAB, "a b</w>");
  assert_good (GOOD_VOCAB, "#version: 0.2\r\n\r\na b</w>\r\n");
  assert_good (" \n{ \"\\u0061\" : 2 , \"b\\u003c/w>\":3,\"ab<\\/w>\":4," SPECIALS "}\n\n",
               GOOD_MERGES);
  assert_good ("{" SPECIALS ", \"a\": 9, \"a\": 2, \"b</w>\": 3, \"ab</w>\": 4, "
               "\"\\ud800\\udc00\": 5, \"\\udbff\\udfff\": 5, "
               "\"\\\"\\\\\\b\\f\\n\\r\\t\": 16777215}",
               GOOD_MERGES);
}

static void
test_bad_vocab (void)
{
  static const char *const texts[] = {
    "",
    " ",
    "{",
    "[]",
    "null",
    "a",
    "{\"a\"",
    "{\"a\":",
    "{\"a\": }",
    "{\"a\": 1,}",
    "{\"a\": -1}",
    "{\"a\": 1.5}",
    "{\"a\": 16777216}",
    "{\"a\": 99999999999999999999}",
    "{\"a\": \"1\"}",
    "{\"a\": {}}",
    "{\"\": 1}",
    "{\"a: 1}",
    "{\"\\x\": 1}",
    "{\"\\",
    "{\"\\u12\": 1}",
    "{\"\\u0000\": 1}",
    "{\"\\ud83d\": 1}",
    "{\"\\ud83d\\u0041\": 1}",
    "{\"\\ud83d\\ue000\": 1}",
    "{\"\\udc31\": 1}",
    "{\"a\nb\": 1}",
    "{\"\xff\": 1}",
    "{" SPECIALS "} {",
  };
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    assert_bad_vocab (texts[i]);
  assert_bad_sized (GOOD_VOCAB "\0", sizeof GOOD_VOCAB, GOOD_MERGES, -1, "vocab.json");
}

/* Well-formed, but not CLIP's. */
static void
test_foreign_vocab (void)
{
  static const char tokens[] = "\"a\": 2, \"b</w>\": 3, \"ab</w>\": 4}";
  g_autofree char *no_specials = g_strconcat ("{", tokens, NULL);
  g_autofree char *no_eos = g_strconcat ("{\"<|startoftext|>\": 0, ", tokens, NULL);
  g_autofree char *no_bos = g_strconcat ("{\"<|endoftext|>\": 0, ", tokens, NULL);
  assert_bad_sized ("{}", -1, GOOD_MERGES, -1, "merges.txt");
  assert_bad_sized (no_specials, -1, GOOD_MERGES, -1, "CLIP");
  assert_bad_sized (no_eos, -1, GOOD_MERGES, -1, "CLIP");
  assert_bad_sized (no_bos, -1, GOOD_MERGES, -1, "CLIP");
}

/* Every beginning of a good file is a bad file. */
static void
test_truncated_vocab (void)
{
  for (gsize n = 0; n < strlen (GOOD_VOCAB); n++)
    assert_bad_sized (GOOD_VOCAB, (gssize)n, GOOD_MERGES, -1, "vocab.json");
}

static void
test_deep_vocab (void)
{
  g_autoptr (GString) deep = g_string_new (NULL);
  for (guint i = 0; i < 200000; i++)
    g_string_append (deep, "{\"a\":");
  assert_bad_vocab (deep->str);
}

static void
test_bad_merges (void)
{
  static const char *const texts[] = {
    "",    "a",       "a ",         " a",         "a b</w> c", "a  b</w>", "x b</w>",
    "a x", "b</w> a", "a b</w>\na", "a b</w>\n#", "a\tb</w>",  "\xff b",   "a b</w>\nb</w> ab</w>",
  };
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    assert_bad_merges (texts[i]);
  assert_bad_sized (GOOD_VOCAB, -1, "a b</w>\0", 8, "merges.txt");
}

static void
assert_bad_folder (const char *folder, GQuark domain, int code, const char *at_fault)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SfTokenizer) tokenizer = sf_tokenizer_new_from_folder (folder, &error);
  g_assert_null (tokenizer);
  g_assert_error (error, domain, code);
  g_assert_nonnull (strstr (error->message, at_fault));
  g_assert_true (g_str_has_suffix (error->message, "."));
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
}

static void
test_bad_folder (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *outer = g_dir_make_tmp ("sfumato-test-XXXXXX", &error);
  g_assert_no_error (error);
  g_autofree char *folder = g_build_filename (outer, "caf\xe9", NULL);
  g_autofree char *vocab = g_build_filename (folder, "vocab.json", NULL);
  g_autofree char *merges = g_build_filename (folder, "merges.txt", NULL);

  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  assert_bad_folder (folder, G_FILE_ERROR, G_FILE_ERROR_NOENT, "vocab.json");
  g_assert_true (g_file_set_contents (vocab, GOOD_VOCAB, -1, NULL));
  assert_bad_folder (folder, G_FILE_ERROR, G_FILE_ERROR_NOENT, "merges.txt");
  g_assert_cmpint (g_mkdir (merges, 0700), ==, 0);
  assert_bad_folder (folder, SF_ERROR, SF_ERROR_MODEL, "merges.txt");
  g_rmdir (merges);
  g_assert_true (g_file_set_contents (merges, "a", -1, NULL));
  assert_bad_folder (folder, SF_ERROR, SF_ERROR_MODEL, outer);

  g_unlink (vocab);
  g_unlink (merges);
  g_rmdir (folder);
  g_rmdir (outer);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/text/tokenizer-files/good", test_good);
  g_test_add_func ("/text/tokenizer-files/bad-vocab", test_bad_vocab);
  g_test_add_func ("/text/tokenizer-files/foreign-vocab", test_foreign_vocab);
  g_test_add_func ("/text/tokenizer-files/truncated-vocab", test_truncated_vocab);
  g_test_add_func ("/text/tokenizer-files/deep-vocab", test_deep_vocab);
  g_test_add_func ("/text/tokenizer-files/bad-merges", test_bad_merges);
  g_test_add_func ("/text/tokenizer-files/bad-folder", test_bad_folder);
  return g_test_run ();
}
