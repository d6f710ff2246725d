/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "image/parameters.h"

#include <math.h>
#include <string.h>

static void
assert_same_double (double a, double b)
{
  g_assert_true (a == b || (isnan (a) && isnan (b)));
}

static void
assert_same_extras (GHashTable *a, GHashTable *b)
{
  GHashTableIter iter;
  gpointer key, value;

  g_assert_cmpuint (g_hash_table_size (a), ==, g_hash_table_size (b));
  g_hash_table_iter_init (&iter, a);
  while (g_hash_table_iter_next (&iter, &key, &value))
    g_assert_cmpstr (value, ==, g_hash_table_lookup (b, key));
}

static void
assert_same (const SfParameters *a, const SfParameters *b)
{
  g_assert_cmpstr (a->prompt, ==, b->prompt);
  g_assert_cmpstr (a->negative, ==, b->negative);
  g_assert_cmpuint (a->steps, ==, b->steps);
  g_assert_cmpstr (a->sampler, ==, b->sampler);
  g_assert_cmpstr (a->schedule, ==, b->schedule);
  assert_same_double (a->cfg, b->cfg);
  g_assert_cmpint (a->seed, ==, b->seed);
  g_assert_cmpuint (a->width, ==, b->width);
  g_assert_cmpuint (a->height, ==, b->height);
  g_assert_cmpstr (a->model_hash, ==, b->model_hash);
  g_assert_cmpstr (a->model, ==, b->model);
  assert_same_double (a->denoising, b->denoising);
  g_assert_cmpuint (a->clip_skip, ==, b->clip_skip);
  g_assert_cmpuint (a->cache_interval, ==, b->cache_interval);
  assert_same_double (a->token_merging, b->token_merging);
  g_assert_cmpstr (a->rng, ==, b->rng);
  g_assert_cmpstr (a->version, ==, b->version);
  assert_same_extras (a->extras, b->extras);
}

static void
add_extra (SfParameters *p, const char *key, const char *value)
{
  g_hash_table_insert (p->extras, g_strdup (key), g_strdup (value));
}

/* A picture with every setting away from its default. */
static SfParameters *
full_example (void)
{
  SfParameters *p = sf_parameters_new ();
  sf_parameters_set (&p->prompt, "a red boat, calm sea");
  sf_parameters_set (&p->negative, "blurry");
  p->steps = 25;
  sf_parameters_set (&p->sampler, "DPM++ 2M");
  sf_parameters_set (&p->schedule, "Karras");
  p->cfg = 6;
  p->seed = 777;
  p->width = 512;
  p->height = 768;
  sf_parameters_set (&p->model_hash, "6ce0161689");
  sf_parameters_set (&p->model, "name");
  p->denoising = 0.45;
  p->clip_skip = 2;
  p->cache_interval = 3;
  p->token_merging = 0.3;
  sf_parameters_set (&p->rng, "CPU");
  add_extra (p, "Lora hashes", "x: a1b2c3d4e5f6");
  sf_parameters_set (&p->version, "v1");
  return p;
}

static void
test_build (void)
{
  g_autoptr (SfParameters) p = full_example ();
  g_autofree char *text = sf_parameters_build (p);

  g_assert_cmpstr (text, ==,
                   "a red boat, calm sea\n"
                   "Negative prompt: blurry\n"
                   "Steps: 25, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 6, Seed: 777, "
                   "Size: 512x768, Model hash: 6ce0161689, Model: name, Denoising strength: 0.45, "
                   "Clip skip: 2, Cache interval: 3, Token merging ratio: 0.3, RNG: CPU, Lora "
                   "hashes: \"x: a1b2c3d4e5f6\", Version: v1");
}

static void
test_defaults_are_absent (void)
{
  g_autoptr (SfParameters) p = sf_parameters_new ();
  sf_parameters_set (&p->prompt, "a boat");
  sf_parameters_set (&p->sampler, "Euler a");
  p->steps = 20;
  p->cfg = 7.5;
  p->seed = 0;
  p->width = p->height = 64;
  g_autofree char *text = sf_parameters_build (p);

  g_assert_cmpstr (text, ==,
                   "a boat\nSteps: 20, Sampler: Euler a, CFG scale: 7.5, Seed: 0, Size: 64x64");
}

static void
test_read_absent (void)
{
  g_autoptr (SfParameters) p = sf_parameters_parse ("a boat");
  g_autoptr (SfParameters) expected = sf_parameters_new ();
  sf_parameters_set (&expected->prompt, "a boat");
  assert_same (p, expected);
}

static void
round_trip (const SfParameters *p)
{
  g_autofree char *text = sf_parameters_build (p);
  g_autoptr (SfParameters) again = sf_parameters_parse (text);
  assert_same (p, again);
}

static void
round_trip_with (const char *a, const char *b)
{
  g_autoptr (SfParameters) p = full_example ();
  if (!g_str_has_prefix (a, "Negative prompt:"))
    sf_parameters_set (&p->prompt, a);
  sf_parameters_set (&p->negative, b);
  if (*a != '\0')
    sf_parameters_set (&p->model, a);
  if (*b != '\0')
    sf_parameters_set (&p->version, b);
  round_trip (p);
}

static void
test_round_trip (void)
{
  static const char *const texts[] = {
    "",
    "a boat",
    "two\nlines",
    "ends with a newline\n",
    "\nstarts with one",
    "\n",
    "\n\n",
    "Steps: 5, Sampler: none",
    "climb\nSteps: 9 of stone\nand rest",
    "comma, colon: \"quotes\" \\",
    "žluťoučký kůň 🐎 日本",
    "Negative prompt: not on a line of its own? It is",
    "  spaces  ",
    "a, Negative prompt: inside a line",
    "tab\tand\rreturn",
    "<lora:x:0.5> (a:1.3) [b|c] AND d",
  };
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    for (guint j = 0; j < G_N_ELEMENTS (texts); j++)
      round_trip_with (texts[i], texts[j]);
}

static void
test_round_trip_numbers (void)
{
  static const double numbers[] = { 1, 7.5, 0.1, 1.0 / 3.0, 1e-30, 1e30, -2.5, 0 };
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_autoptr (SfParameters) p = full_example ();
      p->cfg = p->denoising = numbers[i];
      p->seed = G_MAXINT64 - i;
      round_trip (p);
    }
}

static void
test_old_sampler (void)
{
  static const char *const cases[][3] = {
    { "DPM++ 2M Karras", "DPM++ 2M", "Karras" },
    { "DPM++ 2M SDE Heun Exponential", "DPM++ 2M SDE Heun", "Exponential" },
    { "LMS Karras", "LMS", "Karras" },
    { "DPM2 a", "DPM2 a", "Automatic" },
    { "Karras", "Karras", "Automatic" },
  };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = g_strdup_printf ("x\nSteps: 20, Sampler: %s, Seed: 1", cases[i][0]);
      g_autoptr (SfParameters) p = sf_parameters_parse (text);
      g_assert_cmpstr (p->sampler, ==, cases[i][1]);
      g_assert_cmpstr (p->schedule, ==, cases[i][2]);
    }
}

/* Lines as other programs have written them over the years. */
static void
test_foreign (void)
{
  g_autoptr (SfParameters) p = sf_parameters_parse (
      "masterpiece, a lighthouse\n"
      "Negative prompt: lowres,\nbad hands\n"
      "Steps: 28, Sampler: Euler a, CFG scale: 11.0, Seed: 1337, Size: 832x1216, "
      "Model hash: abcdef0123, Model: any thing-v3, Lora hashes: \"a: 0011, b: 22\\\"33\", "
      "Hires upscale: 2, TI hashes: \"\\u0065asy: 1\", Version: v1.6.0\r\n"
      "Template: masterpiece");

  g_assert_cmpstr (p->prompt, ==, "masterpiece, a lighthouse");
  g_assert_cmpstr (p->negative, ==, "lowres,\nbad hands");
  g_assert_cmpuint (p->steps, ==, 28);
  g_assert_cmpfloat (p->cfg, ==, 11.0);
  g_assert_cmpint (p->seed, ==, 1337);
  g_assert_cmpuint (p->width, ==, 832);
  g_assert_cmpuint (p->height, ==, 1216);
  g_assert_cmpstr (p->model, ==, "any thing-v3");
  g_assert_cmpstr (g_hash_table_lookup (p->extras, "Lora hashes"), ==, "a: 0011, b: 22\"33");
  g_assert_cmpstr (g_hash_table_lookup (p->extras, "TI hashes"), ==, "easy: 1");
  g_assert_cmpstr (g_hash_table_lookup (p->extras, "Hires upscale"), ==, "2");
  g_assert_cmpstr (p->version, ==, "v1.6.0");
}

static void
test_nonsense (void)
{
  g_autoptr (SfParameters) p = sf_parameters_parse (
      "Steps: 99999999999999999999, Seed: -5, Size: 5x, CFG scale: nan, Clip skip: none, "
      ": x, ,,, \"Lora: \"unclosed, 3, Denoising strength: 1e999");

  g_assert_cmpstr (p->prompt, ==, "");
  g_assert_cmpuint (p->steps, ==, 0);
  g_assert_cmpint (p->seed, ==, -1);
  g_assert_cmpuint (p->width, ==, 0);
  g_assert_cmpuint (p->clip_skip, ==, 1);
  g_assert_true (isnan (p->cfg));
  g_assert_true (isnan (p->denoising));
  g_assert_cmpuint (g_hash_table_size (p->extras), ==, 0);
}

static void
test_extras (void)
{
  g_autoptr (SfParameters) p = full_example ();
  add_extra (p, "bad: key", "1");
  add_extra (p, "Seed", "2");
  add_extra (p, "Hires steps", "3");
  g_autofree char *text = sf_parameters_build (p);

  g_assert_null (strstr (text, "bad"));
  g_assert_null (strstr (text, "Seed: 2"));
  g_assert_nonnull (strstr (text, ", Hires steps: 3, Lora hashes: "));
}

static void
test_quote (void)
{
  static const char *const cases[][2] = {
    { "plain", "plain" },    { "a, b", "\"a, b\"" },       { "a: b", "\"a: b\"" },
    { "a\nb", "\"a\\nb\"" }, { "\"q\"", "\"\\\"q\\\"\"" }, { "back\\slash", "back\\slash" },
    { "\\,", "\"\\\\,\"" },  { "\001", "\"\\u0001\"" },    { " pad ", "\" pad \"" },
  };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *quoted = sf_parameters_quote (cases[i][0]);
      g_autofree char *plain = sf_parameters_unquote (quoted);
      g_assert_cmpstr (quoted, ==, cases[i][1]);
      g_assert_cmpstr (plain, ==, cases[i][0]);
    }
}

static void
test_unquote (void)
{
  static const char *const cases[][2] = {
    { "\"\\ud83d\\ude00\"", "😀" }, { "\"\\ud83d\"", "\"\\ud83d\"" },
    { "\"\\x\"", "\"\\x\"" },      { "\"\\u0000\"", "\"\\u0000\"" },
    { "\"a\\\"", "\"a\\\"" },      { "\"", "\"" },
    { "\"a\"b\"", "\"a\"b\"" },    { "\"\\/\"", "/" },
    { "\"\\u12\"", "\"\\u12\"" },
  };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *plain = sf_parameters_unquote (cases[i][0]);
      g_assert_cmpstr (plain, ==, cases[i][1]);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/parameters/build", test_build);
  g_test_add_func ("/parameters/defaults-are-absent", test_defaults_are_absent);
  g_test_add_func ("/parameters/read-absent", test_read_absent);
  g_test_add_func ("/parameters/round-trip", test_round_trip);
  g_test_add_func ("/parameters/round-trip-numbers", test_round_trip_numbers);
  g_test_add_func ("/parameters/old-sampler", test_old_sampler);
  g_test_add_func ("/parameters/foreign", test_foreign);
  g_test_add_func ("/parameters/nonsense", test_nonsense);
  g_test_add_func ("/parameters/extras", test_extras);
  g_test_add_func ("/parameters/quote", test_quote);
  g_test_add_func ("/parameters/unquote", test_unquote);
  return g_test_run ();
}
