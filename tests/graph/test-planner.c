/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/error.h"
#include "graph/planner.h"

#define ALIGN 256
#define LIMIT (64u << 10)

static SfTensor
tensor_of (guint64 size)
{
  return (SfTensor){ .kind = SF_TENSOR_WORK, .size = size };
}

/* With a life from node @first to node @last. */
static void
place (SfPlanner *planner, SfTensor *tensor, int first, int last)
{
  g_autoptr (GError) error = NULL;

  tensor->first = first;
  tensor->last = last;
  sf_planner_place (planner, tensor, first, last, &error);
  g_assert_no_error (error);
}

static gboolean
overlap (const SfTensor *a, const SfTensor *b)
{
  return a->block == b->block && a->offset < b->offset + b->size && b->offset < a->offset + a->size
         && a->first <= b->last && b->first <= a->last;
}

/* Aligned, within its block, and apart from all that live with it. */
static void
check_place (SfPlanner *planner, const SfTensor *others, guint n, const SfTensor *tensor)
{
  g_assert_cmpuint (tensor->offset % ALIGN, ==, 0);
  g_assert_cmpuint (tensor->block, <, sf_planner_n_blocks (planner));
  g_assert_cmpuint (tensor->offset + tensor->size, <=,
                    sf_planner_block_size (planner, tensor->block));
  g_assert_cmpuint (sf_planner_block_size (planner, tensor->block), <=, LIMIT);
  for (guint i = 0; i < n; i++)
    g_assert_false (overlap (tensor, &others[i]));
}

/* Tensors of all sizes and lives, in any order. */
static void
test_random (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);

  for (guint round = 0; round < 50; round++)
    {
      g_autoptr (SfPlanner) planner = sf_planner_new (LIMIT, ALIGN);
      SfTensor tensors[200];

      for (guint i = 0; i < G_N_ELEMENTS (tensors); i++)
        {
          guint most = g_rand_boolean (rand) ? LIMIT + 1 : 2000;
          int first = g_rand_int_range (rand, 0, 100);
          tensors[i] = tensor_of (g_rand_int_range (rand, 1, most));
          place (planner, &tensors[i], first, first + g_rand_int_range (rand, 0, 10));
          check_place (planner, tensors, i, &tensors[i]);
        }
    }
}

static guint64
total (SfPlanner *planner)
{
  guint64 sum = 0;

  for (guint i = 0; i < sf_planner_n_blocks (planner); i++)
    sum += sf_planner_block_size (planner, i);
  return sum;
}

/* A chain, where each step needs the last result only: two places do, however long it is. */
static void
test_chain (void)
{
  g_autoptr (SfPlanner) planner = sf_planner_new (LIMIT, ALIGN);
  SfTensor tensors[100];

  for (guint i = 0; i < G_N_ELEMENTS (tensors); i++)
    {
      tensors[i] = tensor_of (1000);
      place (planner, &tensors[i], i, i + 1);
    }
  g_assert_cmpuint (total (planner), ==, 2 * 1024);
}

/* The smallest gap that is large enough is taken, not the first one. */
static void
test_best_fit (void)
{
  const guint64 sizes[] = { 4096, 256, 1024, 256 };
  g_autoptr (SfPlanner) planner = sf_planner_new (LIMIT, ALIGN);
  SfTensor tensors[G_N_ELEMENTS (sizes)], small = tensor_of (1000);

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      tensors[i] = tensor_of (sizes[i]);
      place (planner, &tensors[i], 0, i % 2 == 0 ? 3 : 9);
    }
  place (planner, &small, 4, 5);
  g_assert_cmpuint (small.offset, ==, tensors[2].offset);
}

/* What lives early and what lives late share a place, with something between them that does not. */
static void
test_lives (void)
{
  g_autoptr (SfPlanner) planner = sf_planner_new (LIMIT, ALIGN);
  SfTensor a = tensor_of (2048), b = tensor_of (2048), c = tensor_of (1024);

  place (planner, &a, 0, 3);
  place (planner, &b, 4, 8);
  place (planner, &c, 3, 4);
  g_assert_cmpuint (a.offset, ==, b.offset);
  g_assert_cmpuint (c.offset, ==, 2048);
}

/* What does not fit in one block begins another: no tensor lies in two. */
static void
test_blocks (void)
{
  g_autoptr (SfPlanner) planner = sf_planner_new (LIMIT, ALIGN);
  SfTensor a = tensor_of (LIMIT * 3 / 4), b = tensor_of (LIMIT / 2), c = tensor_of (LIMIT / 4);

  place (planner, &a, 0, 1);
  place (planner, &b, 0, 1);
  place (planner, &c, 0, 1);
  g_assert_cmpuint (sf_planner_n_blocks (planner), ==, 2);
  g_assert_cmpuint (a.block, !=, b.block);
  g_assert_cmpuint (total (planner), <=, LIMIT + LIMIT / 2);
}

static void
test_too_large (void)
{
  g_autoptr (SfPlanner) planner = sf_planner_new (LIMIT, ALIGN);
  g_autoptr (GError) error = NULL;
  SfTensor fits = tensor_of (LIMIT), large = tensor_of (LIMIT + 1);

  place (planner, &fits, 0, 1);
  g_assert_false (sf_planner_place (planner, &large, 0, 1, &error));
  g_assert_error (error, SF_ERROR, SF_ERROR_MEMORY);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/graph/planner/random", test_random);
  g_test_add_func ("/graph/planner/chain", test_chain);
  g_test_add_func ("/graph/planner/best-fit", test_best_fit);
  g_test_add_func ("/graph/planner/lives", test_lives);
  g_test_add_func ("/graph/planner/blocks", test_blocks);
  g_test_add_func ("/graph/planner/too-large", test_too_large);
  return g_test_run ();
}
