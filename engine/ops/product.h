/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ops/ops.h"

G_BEGIN_DECLS

/**
 * SfProduct:
 * @spatial: a convolution; otherwise rows of the result are rows of @x.
 * @conv: its geometry.
 * @side: of its kernel: taps = side².
 * @splits: see ops/split.h. The result then has so many images for one, each a sum of its own.
 *
 * The node's parameters: what sf_matmul() and sf_conv2d() have in common, which is all but how the
 * shader finds a row's input. Inputs: x, weight, bias, shift, residual (the last three may be
 * NULL).
 */
typedef struct
{
  gboolean spatial;
  SfConv2d conv;
  guint side;
  SfActivation activation;
  guint shift_first;
  guint splits;
} SfProduct;

/* A node's inputs and output, in the order of its kernel's bindings. */
enum
{
  SF_PRODUCT_X,
  SF_PRODUCT_WEIGHT,
  SF_PRODUCT_BIAS,
  SF_PRODUCT_SHIFT,
  SF_PRODUCT_RESIDUAL,
  SF_PRODUCT_Y,
  SF_PRODUCT_BINDINGS
};

/* What a product's result holds: lines @top … @top + @h − 1 of images of @lines, @w pixels wide. */
typedef struct
{
  guint top, h, lines, w;
} SfProductSize;

/* Appends a node of @op to @graph, with an output [n, h, w, weight's c] or the lines of it that
 * the epilogue's @into holds. */
SfTensor *sf_product_append (SfGraph *graph, const SfOpClass *op, SfTensor *x, SfTensor *weight,
                             const SfProduct *product, const SfProductSize *size,
                             const SfEpilogue *epilogue);

/* What a node of it writes: the epilogue's @into, or a new tensor. */
SfTensor *sf_product_result (SfGraph *graph, guint n, guint c, const SfProductSize *size,
                             const SfEpilogue *epilogue);

/* Asserts that what belongs to a product fits together. */
void sf_product_check (const SfTensor *x, const SfTensor *weight, const SfTensor *y,
                       const SfProductSize *size, const SfEpilogue *epilogue);

/* Appends a product of @x, rows as long as all taps of @weight, in a sum for each tap: @sums is
 * [taps, h, w, c]. A tap is whole slices of every tile along K: a multiple of SF_TILE_MAX_DEPTH. */
void sf_matmul_sums (SfGraph *graph, SfTensor *x, SfTensor *weight, SfTensor *sums);

/* For the op's class. */
double sf_product_gflop (const SfNode *node);
gboolean sf_product_halves (const SfNode *node, const SfCaps *caps, int which);
gboolean sf_product_record (const SfNode *node, SfRecorder *recorder, GError **error);

G_END_DECLS
