/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Noise from seeds, against torch and against published vectors. */
#include <json-glib/json-glib.h>
#include <math.h>

#include "base/mt19937.h"
#include "base/philox.h"
#include "base/random.h"

static void
assert_near (const float *got, const double *expected, gsize n, double tolerance)
{
  for (gsize i = 0; i < n; i++)
    if (!(fabs (got[i] - expected[i]) <= tolerance))
      g_error ("element %" G_GSIZE_FORMAT " is %.9g, not %.9g", i, got[i], expected[i]);
}

/* The known answers that the authors publish with Random123. */
static void
test_philox_known_answers (void)
{
  const struct
  {
    guint32 counter[4], key[2], out[4];
  } known[] = {
    { { 0 }, { 0 }, { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 } },
    { { 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff },
      { 0xffffffff, 0xffffffff },
      { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd } },
    { { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 },
      { 0xa4093822, 0x299f31d0 },
      { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 } },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    {
      guint32 out[4];

      sf_philox_4x32_10 (out, known[i].counter, known[i].key);
      g_assert_cmpmem (out, sizeof out, known[i].out, sizeof known[i].out);
    }
}

/* The C++ standard names the 10,000th number of mt19937 with its default seed. */
static void
test_mt19937_known_answer (void)
{
  SfMt19937 twister;
  guint32 value = 0;

  sf_mt19937_init (&twister, 5489);
  for (guint i = 0; i < 10000; i++)
    value = sf_mt19937_next (&twister);
  g_assert_cmpuint (value, ==, 4123659995U);
}

/* What a CUDA device gives: the constants of the first calls are the ones that
 * stable-diffusion-webui documents; later calls and a seed over 32 bits come from a numpy version
 * of the same formulas. */
static void
test_gpu_vectors (void)
{
  const struct
  {
    guint64 seed;
    guint call;
    gsize n;
    double values[12];
  } known[] = {
    { 0,
      0,
      12,
      { -0.92466259, -0.42534415, -2.6438457, 0.14518388, -0.12086647, -0.57972564, -0.62285122,
        -0.32838709, -1.07454231, -0.36314407, -1.67105067, 2.26550497 } },
    { 42, 0, 4, { 0.194019, 2.161374, -0.172051, 0.849060 } },
    { 42, 1, 4, { 0.139137492, -0.108216159, -0.717422187, 0.75664866 } },
    { G_GUINT64_CONSTANT (4294967338),
      3,
      4,
      { 1.50938416, -2.3429904, -0.235689327, 0.205367595 } },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    {
      g_autoptr (SfNoise) noise = sf_noise_new (SF_NOISE_GPU, known[i].seed);
      float values[12];

      for (guint call = 0; call <= known[i].call; call++)
        sf_noise_next (noise, values, known[i].n);
      assert_near (values, known[i].values, known[i].n, 1e-6);
    }
}

/* One call of the fixture: every stride-th number, and the last 32. */
static void
check_cpu_call (SfNoise *noise, JsonObject *call)
{
  gsize n = json_object_get_int_member (call, "n");
  gsize stride = json_object_get_int_member (call, "stride");
  JsonArray *values = json_object_get_array_member (call, "values");
  JsonArray *tail = json_object_get_array_member (call, "tail");
  guint n_tail = json_array_get_length (tail);
  g_autofree float *got = g_new (float, n);

  sf_noise_next (noise, got, n);
  for (guint i = 0; i < json_array_get_length (values); i++)
    {
      double expected = json_array_get_double_element (values, i);

      assert_near (got + i * stride, &expected, 1, 1e-6);
    }
  for (guint i = 0; i < n_tail; i++)
    {
      double expected = json_array_get_double_element (tail, i);

      assert_near (got + n - n_tail + i, &expected, 1, 1e-6);
    }
}

static void
test_cpu_against_torch (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "noise.json", NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;
  JsonArray *sequences;

  json_parser_load_from_file (parser, path, &error);
  g_assert_no_error (error);
  sequences = json_object_get_array_member (json_node_get_object (json_parser_get_root (parser)),
                                            "sequences");
  g_assert_cmpuint (json_array_get_length (sequences), >, 10);
  for (guint i = 0; i < json_array_get_length (sequences); i++)
    {
      JsonObject *sequence = json_array_get_object_element (sequences, i);
      JsonArray *calls = json_object_get_array_member (sequence, "calls");
      guint64 seed = g_ascii_strtoull (json_object_get_string_member (sequence, "seed"), NULL, 10);
      g_autoptr (SfNoise) noise = sf_noise_new (SF_NOISE_CPU, seed);

      g_test_message ("sequence %u", i);
      for (guint j = 0; j < json_array_get_length (calls); j++)
        check_cpu_call (noise, json_array_get_object_element (calls, j));
    }
}

/* Large calls of either kind have the moments of a normal distribution. */
static void
test_moments (void)
{
  const SfNoiseKind kinds[] = { SF_NOISE_GPU, SF_NOISE_CPU };
  const gsize n = 1 << 18;
  g_autofree float *values = g_new (float, n);

  for (gsize k = 0; k < G_N_ELEMENTS (kinds); k++)
    {
      g_autoptr (SfNoise) noise = sf_noise_new (kinds[k], 7);
      double sum = 0, squares = 0, fourths = 0;

      sf_noise_next (noise, values, n);
      for (gsize i = 0; i < n; i++)
        {
          double square = (double)values[i] * values[i];

          sum += values[i];
          squares += square;
          fourths += square * square;
        }
      g_assert_cmpfloat (fabs (sum / n), <, 0.01);
      g_assert_cmpfloat (fabs (squares / n - 1), <, 0.015);
      g_assert_cmpfloat (fabs (fourths / n - 3), <, 0.1);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/random/philox-known-answers", test_philox_known_answers);
  g_test_add_func ("/random/mt19937-known-answer", test_mt19937_known_answer);
  g_test_add_func ("/random/gpu-vectors", test_gpu_vectors);
  g_test_add_func ("/random/cpu-against-torch", test_cpu_against_torch);
  g_test_add_func ("/random/moments", test_moments);
  return g_test_run ();
}
