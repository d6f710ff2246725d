/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "cpu/cpu.h"
#include "support/sf-test.h"

#include <math.h>

#define ROWS (SF_MIX_SLOTS + 1)

typedef struct
{
  float *slots[SF_MIX_SLOTS];
  float *noise;
  float coefficients[ROWS * 8];
} Values;

static Values
values_new (gsize size)
{
  Values v = { .noise = sf_test_random (size, 10, 3) };
  g_autofree float *coefficients = sf_test_random (ROWS * 8, 11, 1);

  memcpy (v.coefficients, coefficients, sizeof v.coefficients);
  for (guint i = 0; i < SF_MIX_SLOTS; i++)
    v.slots[i] = sf_test_random (size, i, 3);
  return v;
}

static void
values_clear (Values *v)
{
  for (guint i = 0; i < SF_MIX_SLOTS; i++)
    g_free (v->slots[i]);
  g_free (v->noise);
}

/* @runs times, each from what the last one left. */
static void
check (SfDevice *device, Values *v, guint h, guint w, guint c, guint runs)
{
  gsize size = (gsize)h * w * c;
  g_autoptr (SfGraph) graph = sf_graph_new (device, SF_GRAPH_POISON);
  SfTensor *slots[SF_MIX_SLOTS];
  SfTensor *noise = sf_test_input (graph, 1, h, w, c);
  SfTensor *coefficients = sf_test_input (graph, 1, 1, ROWS, 8);

  for (guint i = 0; i < SF_MIX_SLOTS; i++)
    slots[i] = sf_graph_tensor (graph, SF_TENSOR_STATE, 1, h, w, c);
  sf_mix (graph, slots, noise, coefficients);
  sf_test_prepare (graph);
  for (guint i = 0; i < SF_MIX_SLOTS; i++)
    sf_test_fill (slots[i], v->slots[i]);
  sf_test_fill (noise, v->noise);
  sf_test_fill (coefficients, v->coefficients);
  for (guint run = 0; run < runs; run++)
    {
      sf_test_go (graph);
      sf_cpu_mix (v->slots, v->noise, v->coefficients, size);
    }
  for (guint i = 0; i < SF_MIX_SLOTS; i++)
    {
      g_autofree float *got = sf_test_read (slots[i]);
      sf_test_compare ("slot", got, v->slots[i], size, 1e-6);
    }
}

static void
test_small (gconstpointer family)
{
  const guint sizes[][3] = { { 1, 1, 4 }, { 8, 8, 4 }, { 13, 29, 5 }, { 16, 9, 16 } };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      const guint *s = sizes[i];
      Values v = values_new (s[0] * s[1] * s[2]);
      check (sf_test_device (GPOINTER_TO_UINT (family)), &v, s[0], s[1], s[2], 2);
      values_clear (&v);
    }
}

/* What no coefficient asks for may be anything. */
static void
test_unused (gconstpointer family)
{
  const gsize size = 12 * 4;
  Values v = values_new (size);

  for (guint i = 0; i < size; i++)
    v.slots[4][i] = NAN, v.slots[5][i] = INFINITY, v.noise[i] = NAN;
  for (guint j = 0; j < SF_MIX_SLOTS; j++)
    v.coefficients[j * 8 + 4] = v.coefficients[j * 8 + 5] = v.coefficients[6 * 8 + j] = 0;
  check (sf_test_device (GPOINTER_TO_UINT (family)), &v, 4, 3, 4, 1);
  values_clear (&v);
}

int
main (int argc, char **argv)
{
  gboolean small_ones = sf_test_small (argc, argv);

  g_test_init (&argc, &argv, NULL);
  if (small_ones)
    {
      sf_test_add_families ("/ops/mix/small", test_small);
      sf_test_add_families ("/ops/mix/unused", test_unused);
    }
  return sf_test_run ();
}
