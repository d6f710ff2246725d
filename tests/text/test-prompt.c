/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Chunks of a prompt. The words used are one token each. */
#include "text/prompt.h"

#define BOS 49406
#define EOS 49407
#define CAT 2368
#define DOG 1929
#define COMMA 267
#define TWO_COMMAS 8844

typedef struct
{
  /* Owned */
  SfTokenizer *tokenizer;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  fixture->tokenizer = sf_tokenizer_new_clip (&error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  sf_tokenizer_free (fixture->tokenizer);
}

/* n tokens: cats, with a comma at each of the places listed (ends at -1). */
static char *
cats (guint n, const int *commas)
{
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < n; i++)
    {
      gboolean comma = *commas == (int)i;
      g_string_append (text, comma ? " ," : " cat");
      commas += comma;
    }
  return g_string_free (text, FALSE);
}

/* BOS, tokens, EOS, padding to the end. */
static void
assert_chunk (const SfPrompt *prompt, guint chunk, guint n_tokens, gint32 pad)
{
  guint places = prompt->n_places / prompt->n_chunks;
  const gint32 *ids = prompt->ids + chunk * places;
  g_assert_cmpint (ids[0], ==, BOS);
  for (guint i = 1; i <= n_tokens; i++)
    g_assert_true (ids[i] == CAT || ids[i] == DOG || ids[i] == COMMA);
  g_assert_cmpint (ids[n_tokens + 1], ==, EOS);
  for (guint i = n_tokens + 2; i < places; i++)
    g_assert_cmpint (ids[i], ==, pad);
}

/* sizes: the tokens of each chunk (ends at 0). */
static void
assert_sizes (Fixture *fixture, guint n, const int *commas, const guint *sizes)
{
  g_autofree char *text = cats (n, commas);
  g_autoptr (SfPrompt) prompt = sf_prompt_chunks (fixture->tokenizer, text, 77, EOS);
  g_assert_cmpuint (prompt->n_tokens, ==, n);
  g_assert_cmpuint (sf_prompt_count_tokens (fixture->tokenizer, text), ==, n);
  guint chunks = 0;
  for (; sizes[chunks] != 0; chunks++)
    {
      g_assert_cmpuint (chunks, <, prompt->n_chunks);
      assert_chunk (prompt, chunks, sizes[chunks], EOS);
    }
  g_assert_cmpuint (prompt->n_chunks, ==, chunks);
  g_assert_cmpuint (prompt->n_places, ==, chunks * 77);
}

#define COMMAS(...) ((const int[]){ __VA_ARGS__, -1 })
#define NO_COMMAS ((const int[]){ -1 })
#define SIZES(...) ((const guint[]){ __VA_ARGS__, 0 })

static void
test_empty (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SfPrompt) prompt = sf_prompt_chunks (fixture->tokenizer, "", 77, EOS);
  g_assert_cmpuint (prompt->n_chunks, ==, 1);
  g_assert_cmpuint (prompt->n_places, ==, 77);
  g_assert_cmpuint (prompt->n_tokens, ==, 0);
  assert_chunk (prompt, 0, 0, EOS);
}

static void
test_ids (Fixture *fixture, gconstpointer data)
{
  static const gint32 expected[] = { BOS, 320, 1125, 539, 320, 2368, EOS, 0, 0, 0 };
  g_autoptr (SfPrompt) prompt = sf_prompt_chunks (fixture->tokenizer, "a photo of a cat", 10, 0);
  g_assert_cmpuint (prompt->n_tokens, ==, 5);
  g_assert_cmpmem (prompt->ids, prompt->n_places * 4, expected, sizeof expected);
}

static void
test_lengths (Fixture *fixture, gconstpointer data)
{
  assert_sizes (fixture, 1, NO_COMMAS, SIZES (1));
  assert_sizes (fixture, 74, NO_COMMAS, SIZES (74));
  assert_sizes (fixture, 75, NO_COMMAS, SIZES (75));
  assert_sizes (fixture, 76, NO_COMMAS, SIZES (75, 1));
  assert_sizes (fixture, 150, NO_COMMAS, SIZES (75, 75));
  assert_sizes (fixture, 400, NO_COMMAS, SIZES (75, 75, 75, 75, 75, 25));
}

static void
test_commas (Fixture *fixture, gconstpointer data)
{
  /* The last of several counts. */
  assert_sizes (fixture, 80, COMMAS (10, 60, 70), SIZES (71, 9));
  /* The twentieth token from the end is reached, the one before it is not. */
  assert_sizes (fixture, 80, COMMAS (55), SIZES (56, 24));
  assert_sizes (fixture, 80, COMMAS (54), SIZES (75, 5));
  /* As the last of the chunk, and as the first token that does not fit. */
  assert_sizes (fixture, 80, COMMAS (74), SIZES (75, 5));
  assert_sizes (fixture, 80, COMMAS (60, 75), SIZES (75, 5));
  /* A text that fits is left alone. */
  assert_sizes (fixture, 75, COMMAS (60), SIZES (75));
  /* What moved fills the next chunk first. */
  assert_sizes (fixture, 160, COMMAS (60), SIZES (61, 75, 24));
  assert_sizes (fixture, 160, COMMAS (60, 130), SIZES (61, 70, 29));
}

/* What moves to the next chunk is neither lost nor doubled. */
static void
test_moved (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SfPrompt) prompt
      = sf_prompt_chunks (fixture->tokenizer, "cat, cat cat dog dog", 7, EOS);
  static const gint32 expected[]
      = { BOS, CAT, COMMA, EOS, EOS, EOS, EOS, BOS, CAT, CAT, DOG, DOG, EOS, EOS };
  g_assert_cmpmem (prompt->ids, prompt->n_places * 4, expected, sizeof expected);
}

static void
test_smallest (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SfPrompt) prompt = sf_prompt_chunks (fixture->tokenizer, ",cat,,dog", 3, 0);
  static const gint32 expected[]
      = { BOS, COMMA, EOS, BOS, CAT, EOS, BOS, TWO_COMMAS, EOS, BOS, DOG, EOS };
  g_assert_cmpmem (prompt->ids, prompt->n_places * 4, expected, sizeof expected);
}

static void
test_pad (Fixture *fixture, gconstpointer data)
{
  g_autoptr (SfPrompt) prompt = sf_prompt_chunks (fixture->tokenizer, "cat", 77, 0);
  sf_prompt_pad (prompt, 3);
  g_assert_cmpuint (prompt->n_chunks, ==, 3);
  g_assert_cmpuint (prompt->n_places, ==, 231);
  g_assert_cmpuint (prompt->n_tokens, ==, 1);
  assert_chunk (prompt, 0, 1, 0);
  assert_chunk (prompt, 1, 0, 0);
  assert_chunk (prompt, 2, 0, 0);
  sf_prompt_pad (prompt, 2);
  g_assert_cmpuint (prompt->n_chunks, ==, 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/text/prompt/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("empty", test_empty);
  ADD ("ids", test_ids);
  ADD ("lengths", test_lengths);
  ADD ("commas", test_commas);
  ADD ("moved", test_moved);
  ADD ("smallest", test_smallest);
  ADD ("pad", test_pad);
  return g_test_run ();
}
