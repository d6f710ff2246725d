/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ops/ops.h"

G_BEGIN_DECLS

/* What trials of kernels compute with, always the same for a seed. */

/* Small numbers that look random: a linear congruential generator, reduced to ±0.5. */
float *sf_trial_numbers (gsize n, guint32 seed);

/* Weights of such numbers in @store, for sf_matmul() or, with other @taps than SF_TAPS_1X1, for
 * sf_conv2d(): [out, in] with all taps, as halves; and [1, 1, 1, n], F32. (transfer none) NULL
 * with SF_ERROR_MEMORY where there is no memory for them. */
SfTensor *sf_trial_matrix (SfWeightStore *store, guint out, guint in, SfTaps taps, guint32 seed,
                           GError **error);
SfTensor *sf_trial_vector (SfWeightStore *store, guint n, guint32 seed, GError **error);

/* One result of a product, worked out here: of a row of @in numbers and of that row of the matrix
 * that makes the column, which is stored as halves. */
double sf_trial_product (const float *x, const float *weight, guint in);

/* Whether @n values are finite and near those that are known, of which the largest tells how near.
 */
gboolean sf_trial_near (const float *values, const float *known, guint n, double tolerance);

/* Every so many values of @out, so that all of its rows are looked at; @digest takes in all. */
gboolean sf_trial_read (SfTensor *out, float *values, guint n_values, guint32 *digest,
                        GError **error);

G_END_DECLS
