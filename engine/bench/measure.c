/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench/measure.h"

#include "graph/derive.h"
#include "graph/profile.h"

/* Other work on the machine only ever slows a run down, so the best of several counts. */
#define SECONDS 0.5
#define LEAST_RUNS 2

#define RANGE 2.0f

static double
run_once (SfGraph *graph, GError **error)
{
  gint64 start = g_get_monotonic_time ();

  if (!sf_graph_run (graph, NULL, error))
    return -1;
  return MAX (g_get_monotonic_time () - start, 1) * 1e-6;
}

double
sf_bench_time (SfBench *self, SfGraph *graph, GError **error)
{
  double best = G_MAXDOUBLE, sum = 0;
  guint least = self->options->quick ? 1 : LEAST_RUNS;
  double enough = self->options->quick ? 0 : SECONDS;

  if (run_once (graph, error) < 0)
    return -1;
  for (guint runs = 0; runs < least || sum < enough; runs++)
    {
      double seconds = run_once (graph, error);
      if (seconds < 0)
        return -1;
      best = MIN (best, seconds);
      sum += seconds;
    }
  return best;
}

void
sf_bench_tell (SfBench *self, SfBenchRow row)
{
  double arithmetic = self->gflops > 0 ? row.gflop / self->gflops : 0;
  double memory = self->bandwidth > 0 ? row.bytes / self->bandwidth : 0;

  row.share = row.seconds > 0 ? MAX (arithmetic, memory) / row.seconds : 0;
  self->func (&row, self->data);
}

void
sf_bench_tell_memory (SfBench *self, const char *name, const char *shape, double bytes)
{
  sf_bench_tell (
      self,
      (SfBenchRow){ .part = "memory", .name = name, .shape = shape, .count = 1, .bytes = bytes });
}

double
sf_bench_bytes (SfGraph *graph)
{
  double sum = 0;

  for (guint i = 0; i < sf_graph_part_end (graph, 0); i++)
    sum += sf_node_bytes (sf_graph_node (graph, i));
  return sum;
}

/* A linear congruential generator, spread over ±RANGE. */
static gboolean
fill (SfTensor *tensor, GError **error)
{
  gsize n = (gsize)sf_tensor_rows (tensor) * tensor->c;
  g_autofree float *values = g_new (float, n);
  guint32 state = 1;

  for (gsize i = 0; i < n; i++)
    {
      state = state * 1664525u + 1013904223u;
      values[i] = RANGE * ((float)(state >> 8) / (1 << 23) - 1);
    }
  return sf_tensor_write (tensor, values, error);
}

double
sf_bench_time_filled (SfBench *self, SfGraph *graph, GPtrArray *inputs, GError **error)
{
  guint weights = sf_graph_begin_part (graph);

  sf_graph_derive_all (graph);
  if (!sf_graph_prepare (graph, error) || !sf_graph_run_part (graph, weights, NULL, error))
    return -1;
  for (guint i = 0; i < inputs->len; i++)
    if (!fill (g_ptr_array_index (inputs, i), error))
      return -1;
  return sf_bench_time (self, graph, error);
}

void
sf_bench_tell_graph (SfBench *self, SfGraph *graph, const char *part, const char *name,
                     const char *shape, double seconds)
{
  sf_bench_tell (self, (SfBenchRow){ .part = part,
                                     .name = name,
                                     .shape = shape,
                                     .count = 1,
                                     .seconds = seconds,
                                     .gflop = sf_graph_part_gflop (graph, 0),
                                     .bytes = sf_bench_bytes (graph) });
}
