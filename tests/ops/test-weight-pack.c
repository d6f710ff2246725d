/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A matrix is packed into the same bytes from whatever type a file has it in. That these are the
 * right bytes is for the tests of the ops that read them. */

#include "ops/weight-pack.h"

#include <string.h>

/* Values that each of the types has, and what Winograd's transform makes of them still as halves.
 */
static float
value_of (gsize i)
{
  return (int)(i * 7919 % 201) - 100;
}

/* @n values as @dtype. */
static void *
values_new (SfDtype dtype, gsize n)
{
  guint8 *bytes = g_malloc (n * sf_dtype_size (dtype));

  for (gsize i = 0; i < n; i++)
    {
      float value = value_of (i);
      double wide = value;
      guint16 half = sf_half_from_float (value);
      const void *stored = dtype == SF_DTYPE_F64   ? (const void *)&wide
                           : dtype == SF_DTYPE_F16 ? (const void *)&half
                           : dtype == SF_DTYPE_F32 ? (const void *)&value
                                                   : (const guint8 *)&value + 2;
      memcpy (bytes + i * sf_dtype_size (dtype), stored, sf_dtype_size (dtype));
    }
  return bytes;
}

static void
check (const SfPacking *packing)
{
  static const SfDtype types[] = { SF_DTYPE_F32, SF_DTYPE_F16, SF_DTYPE_BF16, SF_DTYPE_F64 };
  gsize n = (gsize)packing->out * packing->in * (packing->taps == SF_TAPS_1X1 ? 1 : 9);
  gsize size = sf_packing_bytes (packing);
  g_autofree guint8 *want = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    {
      g_autofree void *values = values_new (types[i], n);
      g_autofree guint8 *got = g_malloc (size);
      memset (got, 0xa5, size);
      sf_packing_run (packing, got, (SfValues){ types[i], values });
      if (want != NULL)
        g_assert_cmpmem (got, size, want, size);
      else
        want = g_steal_pointer (&got);
    }
}

static void
test_types (void)
{
  static const SfTaps taps[]
      = { SF_TAPS_1X1, SF_TAPS_3X3, SF_TAPS_WINOGRAD, SF_TAPS_WINOGRAD_DOUBLED };
  static const SfDtype dtypes[] = { SF_DTYPE_F16, SF_DTYPE_F32 };

  for (guint i = 0; i < G_N_ELEMENTS (taps); i++)
    for (guint j = 0; j < G_N_ELEMENTS (dtypes); j++)
      for (guint lanes = 0; lanes <= 16; lanes += 8)
        {
          check (&(SfPacking){ dtypes[j], 70, 21, taps[i], lanes, FALSE });
          if (taps[i] == SF_TAPS_1X1)
            check (&(SfPacking){ dtypes[j], 48, 21, taps[i], lanes, TRUE });
        }
}

/* By several threads. */
static void
test_large (void)
{
  check (&(SfPacking){ SF_DTYPE_F16, 1100, 2000, SF_TAPS_1X1, 8, FALSE });
  check (&(SfPacking){ SF_DTYPE_F16, 500, 500, SF_TAPS_3X3, 8, FALSE });
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/weight-pack/types", test_types);
  g_test_add_func ("/ops/weight-pack/large", test_large);
  return g_test_run ();
}
