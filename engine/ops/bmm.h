/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ops/ops.h"

G_BEGIN_DECLS

/**
 * SfBmmPiece:
 * @tensor: an activation.
 * @at: where the first row begins, in vec4s from the beginning of the tensor.
 * @pitch: from one row to the next, in vec4s.
 * @step: from one batch to the next, in vec4s.
 *
 * A batch of matrices inside of a tensor.
 */
typedef struct
{
  SfTensor *tensor;
  guint at, pitch, step;
} SfBmmPiece;

/**
 * sf_bmm:
 * @x: batch × [rows][depth]. Beyond @depth, up to a multiple of 8, it must be zero.
 * @w: batch × [depth][columns], or [columns][depth] if @transposed; then depth is a multiple of 8.
 * @y: batch × [rows][columns], written in whole vec4s.
 *
 * y[i] = scale · x[i] · w[i], torch.bmm of activations. Only the texel family has it: what is
 * built of it has a form of its own in the other.
 */
void sf_bmm (SfGraph *graph, guint batch, guint rows, guint columns, guint depth,
             const SfBmmPiece *x, const SfBmmPiece *w, gboolean transposed, const SfBmmPiece *y,
             float scale);

G_END_DECLS
