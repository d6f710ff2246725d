/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "gpu/recorder.h"
#include "graph/arena.h"
#include "graph/tensor.h"

G_BEGIN_DECLS

typedef struct _SfGraph SfGraph;
typedef struct _SfNode SfNode;

#define SF_NODE_MAX_INPUTS 10
#define SF_NODE_MAX_OUTPUTS 6
#define SF_NODE_MAX_PARAMS 96

/**
 * SfOpClass:
 * @name: as in shaders/<name>/.
 * @gflop: the node's work in 10⁹ operations; NULL for ops that only move memory.
 * @record: dispatches the node. Barriers are none of its business: the graph puts them between
 *   nodes. A heavy op dispatches in bands (sf_recorder_band()). Called first with a recorder that
 *   records nothing, so that kernels get compiled, then again.
 *
 * @halves: whether the node can read its input @which as halves, or write its outputs so
 *   (SF_NODE_OUTPUT), see graph/narrow.h; NULL for never.
 *
 * What the graph knows of an op: static, const, in the files of ops/: one for each kernel that an
 * operation is made of.
 */
typedef struct
{
  const char *name;
  double (*gflop) (const SfNode *node);
  gboolean (*record) (const SfNode *node, SfRecorder *recorder, GError **error);
  gboolean (*halves) (const SfNode *node, const SfCaps *caps, int which);
} SfOpClass;

#define SF_NODE_OUTPUT (-1)

/* Inputs may be NULL where an op has optional ones. An output that is also an input is written in
 * place. */
struct _SfNode
{
  const SfOpClass *op;
  SfTensor *inputs[SF_NODE_MAX_INPUTS];
  guint n_inputs;
  SfTensor *outputs[SF_NODE_MAX_OUTPUTS];
  guint n_outputs;
  guint64 params[SF_NODE_MAX_PARAMS / 8]; /* the op's own struct */
};

typedef enum
{
  SF_GRAPH_DEFAULT = 0,
  /* Fills the whole arena with NaN before each run, and each range that the planner frees after its
   * last reader: whoever reads what is not there gets NaN. */
  SF_GRAPH_POISON = 1 << 0,
  /* Leaves the barriers out: only to prove that synchronization validation sees it. */
  SF_GRAPH_NO_BARRIERS = 1 << 1,
  /* Every tensor keeps a place of its own, so that intermediate values can be read after a run. */
  SF_GRAPH_KEEP_ALL = 1 << 2,
  /* What is made of weights alone is made once for many runs: see graph/derive.h. */
  SF_GRAPH_DERIVE_ONCE = 1 << 3,
} SfGraphFlags;

/* --- Building: append only -------------------------------------------------------------------- */

/* An empty graph in its part 0, which holds a reference to @device. Outside of tests @flags are
 * SF_GRAPH_DEFAULT, or SF_GRAPH_DERIVE_ONCE for a graph with sf_graph_derive_all() in it. */
SfGraph *sf_graph_new (SfDevice *device, SfGraphFlags flags);
void sf_graph_free (SfGraph *self);

/* What the device can do that the graph is for. */
const SfCaps *sf_graph_caps (SfGraph *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfGraph, sf_graph_free)

/* A new F32 tensor of the graph. HOST tensors are cleared to zero when they are placed. */
SfTensor *sf_graph_tensor (SfGraph *self, SfTensorKind kind, guint n, guint h, guint w, guint c);

/* Appends a node; @params is copied. For op builders. */
SfNode *sf_graph_append (SfGraph *self, const SfOpClass *op, SfTensor *const *inputs,
                         guint n_inputs, SfTensor *const *outputs, guint n_outputs,
                         const void *params, gsize params_size);

/**
 * sf_graph_begin_part:
 *
 * The nodes that follow are recorded and run apart from those before, which makes several programs
 * over the same tensors: a step in full, and a shorter one. What one part leaves for another is in
 * STATE or HOST tensors; a WORK tensor belongs to one part. A graph begins with part 0.
 *
 * Returns: the part's number.
 */
guint sf_graph_begin_part (SfGraph *self);

/* Keeps a WORK tensor readable after a run (its place is not reused). */
void sf_graph_keep (SfGraph *self, SfTensor *tensor);

/* --- Planning, recording, running ------------------------------------------------------------- */

/**
 * sf_graph_plan:
 *
 * Decides where every tensor goes. Allocates nothing. Then sf_graph_work_bytes() says what will be
 * needed, and @arena (nullable: for sf_graph_use_arena()) has been told to be large enough.
 */
gboolean sf_graph_plan (SfGraph *self, SfArena *arena, GError **error);

/* Tells @arena, before it is allocated, how large it has to be for a planned graph, which lets go
 * of the arena that it had. An arena may be shared by graphs that never need their contents at the
 * same time. */
void sf_graph_use_arena (SfGraph *self, SfArena *arena);
guint64 sf_graph_work_bytes (SfGraph *self);
/* The share of it that is not in the arena: HOST tensors. */
guint64 sf_graph_host_bytes (SfGraph *self);
double sf_graph_gflop (SfGraph *self); /* of all parts */
double sf_graph_part_gflop (SfGraph *self, guint part);

/* Places the tensors (the arena is allocated now if it was not) and begins to compile the kernels,
 * side by side, in other threads. After all graphs that share the arena were planned. */
gboolean sf_graph_compile (SfGraph *self, GError **error);

/* Records all nodes, each as soon as its kernel is there; compiles first if that was not begun.
 * @cancellable: (nullable): ends waiting for a kernel. */
gboolean sf_graph_record (SfGraph *self, GCancellable *cancellable, GError **error);

/* Runs what was recorded of part 0, or of another, and waits for it. See sf_recorder_submit(). */
gboolean sf_graph_run (SfGraph *self, GCancellable *cancellable, GError **error);
gboolean sf_graph_run_part (SfGraph *self, guint part, GCancellable *cancellable, GError **error);

/* Plans with an arena of its own, records, and forgets nothing: for tests and one-time graphs. */
gboolean sf_graph_prepare (SfGraph *self, GError **error);

/* For tests: slices and the work of the largest (of part 0), nodes, barriers recorded. */
SfRecorder *sf_graph_recorder (SfGraph *self);
guint sf_graph_n_nodes (SfGraph *self);
guint sf_graph_part_end (SfGraph *self, guint part); /* the node after its last one */
const SfNode *sf_graph_node (SfGraph *self, guint i);
double sf_node_gflop (const SfNode *node); /* 0 for ops that only move memory */
guint sf_graph_n_barriers (SfGraph *self);

/* For tests, and for whoever looks at a graph in a debugger: one line a node: op, shapes, place,
 * work. */
char *sf_graph_dump (SfGraph *self);

G_END_DECLS
