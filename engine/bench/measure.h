/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "graph/graph.h"
#include "ops/weight.h"
#include "sfumato.h"

G_BEGIN_DECLS

/**
 * SfBench:
 * @gflops: what a plain matrix product reaches here, in 10⁹ operations a second: the first row.
 * @bandwidth: what a plain copy reaches, in bytes a second, read and written.
 *
 * What all measurements of a run have in common.
 */
typedef struct
{
  const SfBenchOptions *options;
  SfBenchFunc func;
  gpointer data;
  double gflops;
  double bandwidth;

  /* Owned */
  SfDevice *device;
} SfBench;

/* The shortest time of @graph's part 0 in seconds, after a first run that does not count; negative
 * for an error. */
double sf_bench_time (SfBench *self, SfGraph *graph, GError **error);

/* Tells a row, whose share is worked out here. */
void sf_bench_tell (SfBench *self, SfBenchRow row);

/* As sf_bench_tell(), of what @graph computes and moves. */
void sf_bench_tell_graph (SfBench *self, SfGraph *graph, const char *part, const char *name,
                          const char *shape, double seconds);

/* What is held: by the weights, by one network's plan beside them, or by all of a picture. */
void sf_bench_tell_memory (SfBench *self, const char *name, const char *shape, double bytes);

/* Plans and records @graph, made with SF_GRAPH_DERIVE_ONCE and of one part, fills its @inputs
 * (of SfTensor, STATE) with numbers as activations have them, and times it as sf_bench_time() does.
 * Memory as it comes may hold denormal numbers, which processors are slow with, or zeros, which
 * some GPUs are quick with. */
double sf_bench_time_filled (SfBench *self, SfGraph *graph, GPtrArray *inputs, GError **error);

/* The sum over the nodes of part 0 of what each reads and writes. */
double sf_bench_bytes (SfGraph *graph);

G_END_DECLS
