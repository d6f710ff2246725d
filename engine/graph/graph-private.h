/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "graph/derive.h"
#include "graph/graph.h"

G_BEGIN_DECLS

/* Something made of a constant, and the part that it was made in. */
typedef struct
{
  SfTensor *from, *to;
  SfDeriveFunc derive;
  guint part;
} SfDerived;

struct _SfGraph
{
  /* Owned */
  SfDevice *device;
  GPtrArray *tensors; /* of SfTensor */
  GPtrArray *nodes;   /* of SfNode */
  SfArena *arena;
  SfBuffer *host;
  GPtrArray *recorders; /* of SfRecorder, one for each part */
  GArray *part_starts;  /* guint, the node that each part begins with */
  GArray *block_sizes;  /* guint64, of this graph's share of each block */
  GArray *state_sizes;  /* guint64, what STATE tensors take at the start of each block */
  GArray *derived;      /* of SfDerived */

  SfGraphFlags flags;
  guint64 host_bytes;
  guint n_barriers;
  gboolean compiling; /* tensors are placed, kernels under way */
};

/* What has a place of its own: a piece lies in that of the whole. */
static inline SfTensor *
sf_tensor_placed (SfTensor *tensor)
{
  return tensor != NULL && tensor->whole != NULL ? tensor->whole : tensor;
}

G_END_DECLS
