/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "yardstick.h"

#include <dlfcn.h>
#include <stdio.h>

#define LIBRARY "libopenblas.so.0"
#define SIDE 1024
#define RUNS 5

/* cblas.h: 101 is row major, 111 not transposed. */
typedef void (*Sgemm) (int order, int transpose_a, int transpose_b, int m, int n, int k,
                       float alpha, const float *a, int lda, const float *b, int ldb, float beta,
                       float *c, int ldc);

double
cli_yardstick_ask (void)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  char *argv[] = { self, (char *)"bench", (char *)CLI_YARDSTICK_OPTION, NULL };
  g_auto (GStrv) environment = g_get_environ ();
  g_autofree char *output = NULL;

  environment = g_environ_setenv (environment, "OPENBLAS_CORETYPE", "Haswell", TRUE);
  environment = g_environ_setenv (environment, "OPENBLAS_NUM_THREADS", "1", TRUE);
  if (self == NULL
      || !g_spawn_sync (NULL, argv, environment, G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &output,
                        NULL, NULL, NULL))
    return 0;
  return g_ascii_strtod (output, NULL);
}

static double
time_product (Sgemm sgemm)
{
  g_autofree float *a = g_new (float, SIDE *SIDE);
  g_autofree float *b = g_new (float, SIDE *SIDE);
  g_autofree float *c = g_new0 (float, SIDE *SIDE);
  double best = G_MAXDOUBLE;

  for (guint i = 0; i < SIDE * SIDE; i++)
    a[i] = b[i] = 1.0f / (1 + i % 7);
  for (guint run = 0; run <= RUNS; run++)
    {
      gint64 start = g_get_monotonic_time ();
      sgemm (101, 111, 111, SIDE, SIDE, SIDE, 1, a, SIDE, b, SIDE, 0, c, SIDE);
      double seconds = MAX (g_get_monotonic_time () - start, 1) * 1e-6;
      best = run == 0 ? best : MIN (best, seconds);
    }
  return 2e-9 * SIDE * SIDE * SIDE / best;
}

CliStatus
cli_yardstick_answer (void)
{
  void *library = dlopen (LIBRARY, RTLD_LAZY);
  Sgemm sgemm = library != NULL ? (Sgemm)dlsym (library, "cblas_sgemm") : NULL;
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  if (sgemm == NULL)
    return CLI_FAILED;
  /* printf() would write the locale's comma, which the parent does not read. */
  puts (g_ascii_formatd (text, sizeof text, "%.2f", time_product (sgemm)));
  return CLI_OK;
}
