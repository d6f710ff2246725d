/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ops/head-pack.h"

#include "support/sf-test.h"

typedef struct
{
  guint n, tokens, c; /* of the source */
  guint first, channels, heads;
} Case;

/* What the header says, number by number. */
static float
expect (const Case *t, const float *x, guint image, guint head, guint row, guint element)
{
  guint dims = t->channels / t->heads;
  guint token = MIN (4 * row + element / 4 % 4, t->tokens - 1);
  guint dim = element / 16 * 4 + element % 4;

  return x[((gsize)image * t->tokens + token) * t->c + t->first + head * dims + dim];
}

static void
compare (const Case *t, const SfTensor *y, const float *got, const float *x)
{
  gsize i = 0;

  for (guint image = 0; image < y->n; image++)
    for (guint head = 0; head < y->h; head++)
      for (guint row = 0; row < y->w; row++)
        for (guint element = 0; element < y->c; element++, i++)
          g_assert_cmpfloat (got[i], ==, expect (t, x, image, head, row, element));
}

static void
check (SfDevice *device, const Case *t)
{
  g_autofree float *values = sf_test_random ((gsize)t->n * t->tokens * t->c, 1, 3);
  g_autoptr (SfGraph) graph = sf_graph_new (device, SF_GRAPH_POISON);
  SfTensor *x = sf_test_input (graph, t->n, 1, t->tokens, t->c);
  SfTensor *y = sf_head_pack (graph, &(SfChannels){ x, t->first }, t->channels, t->heads);

  g_assert_cmpuint (y->h, ==, t->heads);
  g_assert_cmpuint (y->w, ==, (t->tokens + 3) / 4);
  sf_graph_keep (graph, y);
  sf_test_prepare (graph);
  sf_test_fill (x, values);
  sf_test_go (graph);
  g_autofree float *got = sf_test_read (y);
  compare (t, y, got, values);
}

/* One token, fours and odd ones; heads of less and more than a subgroup; a part of the channels;
 * more rows than a workgroup walks down. */
static void
test_small (void)
{
  const Case cases[] = { { 1, 1, 8, 0, 8, 1 },
                         { 2, 5, 24, 8, 16, 2 },
                         { 1, 8, 40, 0, 40, 1 },
                         { 2, 77, 240, 80, 80, 2 },
                         { 1, 133, 24, 16, 8, 1 } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    check (sf_test_device (SF_FAMILY_TEXEL), &cases[i]);
}

/* Where not all heads can be bound at once. */
static void
test_narrow (void)
{
  const Case t = { 2, 30, 48, 0, 48, 3 };
  g_autoptr (SfDevice) device = sf_test_device_narrow (SF_FAMILY_TEXEL, 4096);

  check (device, &t);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/head-pack/small", test_small);
  g_test_add_func ("/ops/head-pack/narrow", test_narrow);
  return sf_test_run ();
}
