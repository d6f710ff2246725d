/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sfumato.h"

G_BEGIN_DECLS

/* What a bench found, printed row by row as it is found, and kept for a file. */
typedef struct _BenchReport BenchReport;

/* @markdown: tables for a document rather than aligned columns. */
BenchReport *bench_report_new (gboolean markdown);
void bench_report_free (BenchReport *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BenchReport, bench_report_free)

/* The device that is measured. */
void bench_report_begin (BenchReport *self, const SfDeviceInfo *device);

/* @gflops: of one core's sgemm, or 0: there is none. */
void bench_report_yardstick (BenchReport *self, double gflops);

void bench_report_add (BenchReport *self, const SfBenchRow *row);

/* { "device", "driver", "cores", "yardstick_gflops", "rows": [{ "part", "name", "shape", "count",
 * "seconds", "gflop", "bytes", "share" }, …] } */
gboolean bench_report_save (BenchReport *self, const char *path, GError **error);

G_END_DECLS
