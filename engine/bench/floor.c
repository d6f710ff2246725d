/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench/parts.h"
#include "ops/ops.h"

#define SIDE 1024
#define COPY_FLOATS (16u << 20)

static SfTensor *
input (SfGraph *graph, guint n, guint h, guint w, guint c)
{
  SfTensor *x = sf_graph_tensor (graph, SF_TENSOR_STATE, n, h, w, c);

  sf_graph_keep (graph, x);
  return x;
}

/* Tells one row; its time goes to @seconds. */
static gboolean
tell (SfBench *self, SfGraph *graph, const char *name, const char *shape, double *seconds,
      GError **error)
{
  if (!sf_graph_prepare (graph, error) || (*seconds = sf_bench_time (self, graph, error)) < 0)
    return FALSE;
  sf_bench_tell (self, (SfBenchRow){ .part = "floor",
                                     .name = name,
                                     .shape = shape,
                                     .count = 1,
                                     .seconds = *seconds,
                                     .gflop = sf_graph_gflop (graph),
                                     .bytes = sf_bench_bytes (graph) });
  return TRUE;
}

static gboolean
product (SfBench *self, GError **error)
{
  g_autoptr (SfWeightStore) store = sf_weight_store_new (self->device);
  g_autoptr (SfGraph) graph = sf_graph_new (self->device, SF_GRAPH_DEFAULT);
  SfTensor *weight = sf_weight_store_blank_matrix (store, SIDE, SIDE, 1, error);
  double seconds;

  if (weight == NULL)
    return FALSE;
  sf_graph_keep (graph, sf_matmul (graph, input (graph, 1, 1, SIDE, SIDE), weight, NULL));
  if (!tell (self, graph, "matmul", "1024 × 1024 → 1024", &seconds, error))
    return FALSE;
  self->gflops = sf_graph_gflop (graph) / seconds;
  return TRUE;
}

static gboolean
copy (SfBench *self, GError **error)
{
  g_autoptr (SfGraph) graph = sf_graph_new (self->device, SF_GRAPH_DEFAULT);
  SfTensor *to = input (graph, 1, 1, COPY_FLOATS / SIDE, SIDE);
  double seconds;

  sf_copy (graph, input (graph, 1, 1, COPY_FLOATS / SIDE, SIDE), to);
  if (!tell (self, graph, "copy", "64 MiB", &seconds, error))
    return FALSE;
  self->bandwidth = sf_bench_bytes (graph) / seconds;
  return TRUE;
}

gboolean
sf_bench_floor (SfBench *self, GError **error)
{
  return product (self, error) && copy (self, error);
}
