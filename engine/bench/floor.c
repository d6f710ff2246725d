/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench/parts.h"
#include "ops/ops.h"

#define SIDE 1024
#define COPY_FLOATS (16u << 20)

/* @inputs: (element-type SfTensor): takes it as well. */
static SfTensor *
input (SfGraph *graph, GPtrArray *inputs, guint rows)
{
  SfTensor *x = sf_graph_tensor (graph, SF_TENSOR_STATE, 1, 1, rows, SIDE);

  g_ptr_array_add (inputs, x);
  return x;
}

/* Both are told after their rate is known: they are the floor, and have all of it. */
static gboolean
product (SfBench *self, GError **error)
{
  g_autoptr (SfWeightStore) store = sf_weight_store_new (self->device);
  g_autoptr (SfGraph) graph = sf_graph_new (self->device, SF_GRAPH_DERIVE_ONCE);
  g_autoptr (GPtrArray) inputs = g_ptr_array_new ();
  SfTensor *weight = sf_weight_store_blank_matrix (store, SIDE, SIDE, 1, error);

  if (weight == NULL)
    return FALSE;
  sf_graph_keep (graph, sf_matmul (graph, input (graph, inputs, SIDE), weight, NULL));
  double seconds = sf_bench_time_filled (self, graph, inputs, error);
  if (seconds < 0)
    return FALSE;
  self->gflops = sf_graph_gflop (graph) / seconds;
  sf_bench_tell_graph (self, graph, "floor", "matmul", "1024 × 1024 → 1024", seconds);
  return TRUE;
}

static gboolean
copy (SfBench *self, GError **error)
{
  g_autoptr (SfGraph) graph = sf_graph_new (self->device, SF_GRAPH_DERIVE_ONCE);
  g_autoptr (GPtrArray) inputs = g_ptr_array_new ();
  SfTensor *from = input (graph, inputs, COPY_FLOATS / SIDE);

  sf_copy (graph, from, input (graph, inputs, COPY_FLOATS / SIDE));
  double seconds = sf_bench_time_filled (self, graph, inputs, error);
  if (seconds < 0)
    return FALSE;
  self->bandwidth = sf_bench_bytes (graph) / seconds;
  sf_bench_tell_graph (self, graph, "floor", "copy", "64 MiB", seconds);
  return TRUE;
}

gboolean
sf_bench_floor (SfBench *self, GError **error)
{
  return product (self, error) && copy (self, error);
}
