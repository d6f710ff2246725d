/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "models/model.h"
#include "support/sf-test.h"

G_BEGIN_DECLS

/* A small model of tests/fixtures with its networks on a device, and what PyTorch says that its
 * blocks give: see tests/reference/export_blocks.py. */
typedef struct
{
  SfModelConfig config;
  double tolerance; /* of max|a − b| / max|b| */

  /* Owned */
  SfCheckpoint *checkpoint;
  SfSafetensors *expected;
  SfWeightStore *weights;
  SfLoader *loader;
  SfClipText *text;
  SfUnet *unet;
  SfVae *vae;
  GHashTable *compared; /* names in expected */
} Bench;

Bench *bench_new (SfDevice *device, const char *fixture, gboolean keep_f32, double tolerance);
void bench_free (Bench *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Bench, bench_free)

/* Values of one of the fixture's tensors. (transfer full) */
float *bench_values (Bench *self, const char *name, const SfTensorInfo **info);

/* An input of @graph with the shape of the fixture's tensor; the reference is [n, h, w, c] or
 * [n, tokens, c]. */
SfTensor *bench_input (Bench *self, SfGraph *graph, const char *name);
/* Gives it its values, once the graph is prepared. */
void bench_fill (Bench *self, SfTensor *input, const char *name);

/* Compares @out with the fixture's tensor. */
void bench_compare (Bench *self, SfTensor *out, const char *name);

/* Compares what each block of @part in @graph gave, when the graph keeps all. A block is known by
 * the last of its weights: the node that reads it writes the block's output. */
void bench_compare_blocks (Bench *self, SfGraph *graph, SfPart part);

/* Fails unless every tensor of the fixture that is no input was compared. */
void bench_assert_complete (Bench *self);

G_END_DECLS
