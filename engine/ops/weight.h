/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/convert.h"
#include "graph/tensor.h"

G_BEGIN_DECLS

/**
 * Weights on the device: a list of blocks that tensors are cut from. A matrix is packed once, when
 * it is loaded, for the kernel family that reads it:
 *
 * - texel: `[out/(SG·4)][4][K/8][SG]` groups of 8 along K, where output channel = block·SG·4 +
 *   lane·4 + j: the lanes of a subgroup read neighbouring texels, each its own column.
 * - storage: `[out padded][K/8]` groups of 8, row by row.
 *
 * K runs over taps (ky·kw + kx), then input channels padded to 8: k = tap·pitch(in) + channel. A
 * group of 8 is one texel of F16 or two of F32. Padding is zero.
 */
typedef struct _SfWeightStore SfWeightStore;

SfWeightStore *sf_weight_store_new (SfDevice *device);
SfWeightStore *sf_weight_store_ref (SfWeightStore *self);
void sf_weight_store_unref (SfWeightStore *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfWeightStore, sf_weight_store_unref)

guint64 sf_weight_store_bytes (SfWeightStore *self);
const SfCaps *sf_weight_store_caps (SfWeightStore *self);

/* After the last tensor: gives back what the last block has left over. Tensors stay, but may lie
 * elsewhere, so nothing may have been recorded of them. */
gboolean sf_weight_store_trim (SfWeightStore *self, GError **error);

/**
 * SfTaps:
 * @SF_TAPS_1X1: a matrix, or a 1×1 convolution.
 * @SF_TAPS_3X3: a 3×3 convolution.
 * @SF_TAPS_WINOGRAD: one of stride 1 that is done by Winograd's algorithm where that pays: as
 *   SF_TAPS_3X3, of which a graph then makes the sixteen components of G·g·Gᵀ, see ops/winograd.c.
 * @SF_TAPS_WINOGRAD_DOUBLED: one of a picture whose pixels are doubled first: the nine components
 *   that then count.
 *
 * How the kernels of a packed matrix lie along K. @SF_TAPS_WINOGRAD is for the texel family alone,
 * and @SF_TAPS_WINOGRAD_DOUBLED in the storage family for input channels that are a multiple of
 * SF_TILE_MAX_DEPTH. See sf_conv2d_taps().
 */
typedef enum
{
  SF_TAPS_1X1 = 1,
  SF_TAPS_3X3 = 9,
  SF_TAPS_WINOGRAD,
  SF_TAPS_WINOGRAD_DOUBLED,
} SfTaps;

/**
 * sf_weight_store_matrix:
 * @dtype: F32, or F16 to store halves (falls back to F32 for a matrix with values beyond ±65504).
 * @src: [out][in][9], as PyTorch has the weights of convolutions; [out][in] with SF_TAPS_1X1.
 *
 * Packs a matrix for sf_matmul() (SF_TAPS_1X1) or sf_conv2d().
 * Returns: (transfer none): owned by the store.
 */
SfTensor *sf_weight_store_matrix (SfWeightStore *self, SfDtype dtype, guint out, guint in,
                                  SfTaps taps, SfValues src, GError **error);

/* As sf_weight_store_matrix() for SF_ACTIVATION_GEGLU: rows out/2 … are the gates of rows 0 …, and
 * columns lie as sf_gated_row() says. @out: a multiple of 16. */
SfTensor *sf_weight_store_gated_matrix (SfWeightStore *self, SfDtype dtype, guint out, guint in,
                                        SfValues src, GError **error);

/* As sf_weight_store_matrix() with F16 and the same small number everywhere: takes as long to read
 * as a real one, and no time to make. For measuring. */
SfTensor *sf_weight_store_blank_matrix (SfWeightStore *self, guint out, guint in, SfTaps taps,
                                        GError **error);

/* A vector of @n floats (bias, norm scale), F32, as [1, 1, 1, n] padded with zeros. */
SfTensor *sf_weight_store_vector (SfWeightStore *self, guint n, const float *src, GError **error);

/* The bias of a gated matrix. */
SfTensor *sf_weight_store_gated_vector (SfWeightStore *self, guint n, const float *src,
                                        GError **error);

/* A table [rows][c] for sf_embed(), F32 or F16, as [1, 1, rows, c] with rows padded to the pitch.
 */
SfTensor *sf_weight_store_table (SfWeightStore *self, SfDtype dtype, guint rows, guint c,
                                 SfValues src, GError **error);

G_END_DECLS
