/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/dtype.h"
#include "gpu/buffer.h"

G_BEGIN_DECLS

/**
 * SfTensorKind:
 * @SF_TENSOR_WORK: lives from the node that writes it to the last one that reads it; the planner
 *   gives its place to others before and after.
 * @SF_TENSOR_STATE: on the device, keeps its contents over all runs of its graph.
 * @SF_TENSOR_HOST: like STATE, but mapped: inputs and outputs of a graph.
 * @SF_TENSOR_CONSTANT: weights: belongs to a weight store, outlives graphs.
 */
typedef enum
{
  SF_TENSOR_WORK,
  SF_TENSOR_STATE,
  SF_TENSOR_HOST,
  SF_TENSOR_CONSTANT,
} SfTensorKind;

/**
 * SfTensor:
 *
 * A channels-last array [n, h, w, c]. In memory a pixel takes @pitch elements: c rounded up to 8,
 * so that every row starts on a texel of f32 (4) and of f16 (8). Elements c … pitch − 1 are ZERO,
 * and every op keeps them so: then reading whole texels is always right. Token sequences are [n, 1,
 * tokens, c]. Activations are F32; constants are F32 or F16.
 *
 * Where memory is short an activation may hold only some lines of its image, enough of them for
 * what is made of them: convolutions know by @top and @lines where the image ends.
 *
 * Packed matrices (see ops/weight.h) are constants with n = 1, h = taps, w = input channels,
 * c = output channels, and a layout of their own.
 */
typedef struct _SfTensor SfTensor;

struct _SfTensor
{
  SfTensorKind kind;
  SfDtype dtype;
  guint n, h, w, c;
  guint pitch;
  guint taps;       /* of a packed matrix: SfTaps */
  guint top, lines; /* it holds lines top … top + h − 1 of images of so many: usually all */
  SfTensor *whole;  /* (nullable): the tensor that it is a piece of: see graph/view.h */
  guint64 within;   /* where in it, in bytes */
  guint64 size;     /* bytes */
  SfRange range;    /* where it is; buffer is NULL until the plan is placed */
  guint block;      /* planner: which block of the arena */
  guint64 offset;   /* planner: where in it */
  int first, last;  /* planner: nodes that use it, −1 for none */
};

/* Elements of a row, its zeros at the end included: channels, rounded up to a texel of 8. */
static inline guint
sf_pitch (guint channels)
{
  return (channels + 7) & ~7u;
}

/* Pixels or tokens over all images: n·h·w. */
static inline guint
sf_tensor_rows (const SfTensor *self)
{
  return self->n * self->h * self->w;
}

/* Copies unpadded values [n, h, w, c] in, adding zero padding, or out, dropping it. F32 tensors. */
gboolean sf_tensor_write (SfTensor *self, const float *src, GError **error);
gboolean sf_tensor_read (SfTensor *self, float *dst, GError **error);

G_END_DECLS
