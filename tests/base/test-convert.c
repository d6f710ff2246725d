/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Against the definition: a float becomes the nearest half, of two as near the even one. */

#include "base/convert.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define LARGEST 0x7bff /* 65504 */
#define INFINITE 0x7c00

/* A half's value by its fields. */
static double
value_of (guint16 half)
{
  int exponent = half >> 10 & 31, mantissa = half & 0x3ff;
  double magnitude = exponent > 0 ? ldexp (1024 + mantissa, exponent - 25) : ldexp (mantissa, -24);

  return half & 0x8000 ? -magnitude : magnitude;
}

static void
assert_becomes (float value, guint16 half)
{
  g_assert_cmphex (sf_half_from_float (value), ==, half);
  g_assert_cmphex (sf_half_from_float (-value), ==, half | 0x8000);
}

/* Every half, what is right in the middle between two, and the floats next to that. */
static void
test_rounding (void)
{
  for (guint16 half = 0; half < INFINITE; half++)
    {
      double next = half == LARGEST ? 65536 : value_of (half + 1);
      float middle = (value_of (half) + next) / 2;
      assert_becomes (value_of (half), half);
      assert_becomes (middle, half + (half & 1));
      assert_becomes (nextafterf (middle, 0), half);
      assert_becomes (nextafterf (middle, INFINITY), half + 1);
    }
  assert_becomes (FLT_MIN / 8, 0); /* itself subnormal */
  assert_becomes (FLT_MAX, INFINITE);
  assert_becomes (INFINITY, INFINITE);
}

static void
test_widening (void)
{
  for (guint half = 0; half < 0x10000; half++)
    {
      float value = sf_float_from_half (half);
      if ((half & 0x7fff) < INFINITE)
        g_assert_true (value == value_of (half) && !signbit (value) == !(half & 0x8000));
      else if ((half & 0x7fff) == INFINITE)
        g_assert_true (isinf (value) && (value < 0) == half >> 15);
      else
        g_assert_true (isnan (value) && isnan (sf_float_from_half (sf_half_from_float (value))));
    }
}

/* Whole numbers that every type has. */
#define N 300
static const struct
{
  SfDtype dtype;
  gsize size;
} types[] = { { SF_DTYPE_F32, 4 }, { SF_DTYPE_F16, 2 }, { SF_DTYPE_BF16, 2 }, { SF_DTYPE_F64, 8 } };

static void
store (guint8 *dst, SfDtype dtype, float value)
{
  guint16 half = sf_half_from_float (value);
  double wide = value;
  guint32 bits;

  memcpy (&bits, &value, sizeof bits);
  guint16 upper = bits >> 16;
  if (dtype == SF_DTYPE_F32)
    memcpy (dst, &value, sizeof value);
  else if (dtype == SF_DTYPE_F64)
    memcpy (dst, &wide, sizeof wide);
  else
    memcpy (dst, dtype == SF_DTYPE_F16 ? &half : &upper, sizeof half);
}

/* Of each type, any number of values, of which the one at @i is the largest. */
static void
test_arrays (void)
{
  for (guint t = 0; t < G_N_ELEMENTS (types); t++)
    for (guint n = 1; n <= N; n += n < 140 ? 1 : 53)
      {
        g_autofree guint8 *bytes = g_malloc (n * types[t].size);
        const SfValues values = { types[t].dtype, bytes };
        float want[N], got[N + 1];
        guint16 halves[N + 1];
        for (guint i = 0; i < n; i++)
          want[i] = i == n * 7 / 9 ? -240 : (int)(i * 37 % 201) - 100;
        for (guint i = 0; i < n; i++)
          store (bytes + i * types[t].size, types[t].dtype, want[i]);
        got[n] = 5;
        halves[n] = 7;
        sf_convert_to_f32 (got, values, n);
        sf_convert_to_f16 (halves, want, n);
        g_assert_cmpmem (got, n * sizeof *got, want, n * sizeof *want);
        for (guint i = 0; i < n; i++)
          g_assert_cmphex (halves[i], ==, sf_half_from_float (want[i]));
        g_assert_true (got[n] == 5 && halves[n] == 7);
        g_assert_cmpfloat (sf_values_largest (values, n), ==, 240);
        g_assert_cmpfloat (
            sf_values_largest (sf_values_from (values, n * 7 / 9 + 1), n - n * 7 / 9 - 1), <=, 100);
      }
}

/* They are not counted. */
static void
test_not_finite (void)
{
  float values[100] = { [3] = -2, [50] = INFINITY, [70] = NAN, [99] = -INFINITY };
  const guint16 halves[3] = { 0x7e01, 0x3c00, 0xfc00 };

  g_assert_cmpfloat (sf_values_largest (sf_floats (values), 100), ==, 2);
  g_assert_cmpfloat (sf_values_largest ((SfValues){ SF_DTYPE_F16, halves }, 3), ==, 1);
  g_assert_cmpfloat (sf_values_largest (sf_floats (values + 99), 1), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/convert/rounding", test_rounding);
  g_test_add_func ("/base/convert/widening", test_widening);
  g_test_add_func ("/base/convert/arrays", test_arrays);
  g_test_add_func ("/base/convert/not-finite", test_not_finite);
  return g_test_run ();
}
