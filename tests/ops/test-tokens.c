/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Token merging: each step is held against a naive one over what the steps before it gave, so that
 * a likeness that is rounded otherwise does not change what is expected of the rest. */

#include <string.h>

#include "cpu/cpu.h"
#include "support/sf-test.h"

typedef struct
{
  guint n, h, w, c;
  double ratio;
  guint salt;
} Case;

/* A single cell, odd sides, everything that can be merged, batches. */
static const Case small[] = {
  { 1, 2, 2, 8, 0.5, 0 },    { 2, 5, 7, 24, 0.3, 1 }, { 1, 8, 8, 40, 0.5, 2 },
  { 1, 3, 10, 20, 0.75, 3 }, { 3, 9, 6, 5, 0.1, 0 },
};

static const Case large[] = { { 2, 33, 32, 320, 0.5, 4 }, { 1, 64, 64, 40, 0.3, 5 } };

typedef struct
{
  float *score, *best, *rank, *merged, *out;
  guint n_merged;
} Result;

static void
result_clear (Result *r)
{
  g_free (r->score);
  g_free (r->best);
  g_free (r->rank);
  g_free (r->merged);
  g_free (r->out);
}

static Result
run_on_device (const Case *t, SfDevice *device, const float *values, const float *rest)
{
  g_autoptr (SfGraph) graph = sf_graph_new (device, SF_GRAPH_POISON);
  SfTensor *x = sf_test_input (graph, t->n, t->h, t->w, t->c);
  SfTensor *residual = sf_test_input (graph, t->n, t->h, t->w, t->c);
  SfTokenMatch match;

  g_assert_true (sf_token_match (graph, x, t->ratio, t->salt, &match));
  SfTensor *merged = sf_token_merge (graph, x, &match);
  SfTensor *out = sf_token_unmerge (graph, merged, &match, residual);
  SfTensor *const kept[] = { match.score, match.best, match.rank, merged, out };
  for (guint i = 0; i < G_N_ELEMENTS (kept); i++)
    sf_graph_keep (graph, kept[i]);
  sf_test_prepare (graph);
  sf_test_fill (x, values);
  sf_test_fill (residual, rest);
  sf_test_go (graph);
  return (Result){ sf_test_read (match.score), sf_test_read (match.best), sf_test_read (match.rank),
                   sf_test_read (merged),      sf_test_read (out),        match.merged };
}

/* What is said to be the most like must be, but for rounding. */
static void
check_match (const Case *t, const float *x, const float *score, const float *best)
{
  guint cells = (t->h / 2) * (t->w / 2), n = t->h * t->w - cells;
  g_autofree guint *sources = g_new (guint, n), *destinations = g_new (guint, cells);

  sf_cpu_tokens (sources, destinations, t->h, t->w, t->salt);
  for (guint i = 0; i < n; i++)
    {
      const float *a = x + sources[i] * t->c;
      double most = -2;
      for (guint cell = 0; cell < cells; cell++)
        most = MAX (most, sf_cpu_token_likeness (a, x + destinations[cell] * t->c, t->c));
      g_assert_cmpfloat (best[i], <, cells);
      g_assert_cmpfloat_with_epsilon (score[i], most, 2e-5);
      g_assert_cmpfloat_with_epsilon (
          sf_cpu_token_likeness (a, x + destinations[(guint)best[i]] * t->c, t->c), most, 2e-5);
    }
}

static void
check_image (const Case *t, const Result *r, const float *x, const float *residual, guint image)
{
  guint tokens = t->h * t->w, n = tokens - (t->h / 2) * (t->w / 2), left = tokens - r->n_merged;
  const float *best = r->best + image * n, *rank = r->rank + image * n;
  const float *merged = r->merged + image * left * t->c;
  gsize size = (gsize)tokens * t->c;
  g_autofree float *want = g_new (float, size);

  check_match (t, x + image * size, r->score + image * n, best);
  sf_cpu_token_rank (want, r->score + image * n, n);
  g_assert_cmpmem (want, n * sizeof *want, rank, n * sizeof *rank);
  sf_cpu_token_merge (want, x + image * size, best, rank, t->h, t->w, t->c, t->salt, r->n_merged);
  sf_test_compare ("merged", merged, want, (gsize)left * t->c, 1e-6);
  sf_cpu_token_unmerge (want, merged, best, rank, residual + image * size, t->h, t->w, t->c,
                        t->salt, r->n_merged);
  g_assert_cmpmem (want, size * sizeof *want, r->out + image * size, size * sizeof *want);
}

static void
check (const Case *t, SfFamily family, SfDevice *other)
{
  gsize size = (gsize)t->n * t->h * t->w * t->c;
  g_autofree float *x = sf_test_random (size, 1, 2), *residual = sf_test_random (size, 2, 2);
  Result r = run_on_device (t, sf_test_device (family), x, residual);

  for (guint image = 0; image < t->n; image++)
    check_image (t, &r, x, residual, image);
  if (other != NULL)
    {
      Result bands = run_on_device (t, other, x, residual);
      g_assert_cmpmem (r.out, size * sizeof *x, bands.out, size * sizeof *x);
      result_clear (&bands);
    }
  result_clear (&r);
}

/* And with submissions so small that bands are as short as can be: the same bits. */
static void
test_small (gconstpointer family)
{
  g_autoptr (SfDevice) slow = sf_test_device_open (GPOINTER_TO_UINT (family), 1e-6);

  for (guint i = 0; i < G_N_ELEMENTS (small); i++)
    check (&small[i], GPOINTER_TO_UINT (family), slow);
}

static void
test_large (gconstpointer family)
{
  for (guint i = 0; i < G_N_ELEMENTS (large); i++)
    check (&large[i], GPOINTER_TO_UINT (family), NULL);
}

/* Tokens that are all the same: the first destination, and the order of the sources. */
static void
test_ties (gconstpointer family)
{
  const Case t = { 1, 6, 6, 8, 0.5, 0 };
  float x[36 * 8], residual[36 * 8] = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (x); i++)
    x[i] = 1;
  Result r = run_on_device (&t, sf_test_device (GPOINTER_TO_UINT (family)), x, residual);
  for (guint i = 0; i < 27; i++)
    {
      g_assert_cmpfloat (r.best[i], ==, 0);
      g_assert_cmpfloat (r.rank[i], ==, i);
    }
  result_clear (&r);
}

/* Where there is nothing to merge, nothing is appended. */
static void
test_nothing (void)
{
  g_autoptr (SfGraph) graph = sf_graph_new (sf_test_device (SF_FAMILY_AUTO), SF_GRAPH_DEFAULT);
  SfTensor *line = sf_test_input (graph, 1, 1, 9, 8), *square = sf_test_input (graph, 1, 4, 4, 8);
  SfTokenMatch match;

  g_assert_false (sf_token_match (graph, line, 0.5, 0, &match));
  g_assert_false (sf_token_match (graph, square, 0, 0, &match));
  g_assert_cmpuint (sf_graph_n_nodes (graph), ==, 0);
}

int
main (int argc, char **argv)
{
  gboolean small_ones = sf_test_small (argc, argv), large_ones = sf_test_large (argc, argv);

  g_test_init (&argc, &argv, NULL);
  if (small_ones)
    {
      sf_test_add_families ("/ops/tokens/small", test_small);
      sf_test_add_families ("/ops/tokens/ties", test_ties);
      g_test_add_func ("/ops/tokens/nothing", test_nothing);
    }
  if (large_ones)
    sf_test_add_families ("/ops/tokens/large", test_large);
  return sf_test_run ();
}
