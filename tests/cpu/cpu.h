/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ops/ops.h"

G_BEGIN_DECLS

/**
 * Naive references, one file for each op: outputs first, then inputs, then sizes. Arrays have no
 * padding: [n][h][w][c]. Weights are as PyTorch has them. Sums are in double.
 */

/* y[n][hw][c] = residual + act (y + bias + shift), in place; NULL for what is not there. */
void sf_cpu_epilogue (float *y, const float *bias /* [c] */, const float *shift /* [n][c] */,
                      const float *residual /* [n][hw][c] */, SfActivation activation, guint n,
                      guint hw, guint c);

/* y[m][c] = Σk x[m][k]·weight[c][k] */
void sf_cpu_matmul (float *y, const float *x, const float *weight, guint m, guint k, guint c);

/* y[n][h'][w'][c] from x[n][h][w][k] and weight[c][k][3][3], see SfConv2d. */
void sf_cpu_conv2d (float *y, const float *x, const float *weight, guint n, guint h, guint w,
                    guint k, guint c, const SfConv2d *conv);

/* y[n][tq][heads][d] from q[n][tq][heads][d], k[n][tk][heads][d], v[n][tk][heads][d]. */
void sf_cpu_attention (float *y, const float *q, const float *k, const float *v, guint n, guint tq,
                       guint tk, guint heads, guint d, gboolean causal);

/* y[n][rows][c0 + c1] from x[n][rows][c0] and skip[n][rows][c1]. */
void sf_cpu_group_norm (float *y, const float *x, const float *skip, const float *gamma,
                        const float *beta, guint n, guint rows, guint c0, guint c1, guint groups,
                        float eps, gboolean silu);

/* y[rows][c] */
void sf_cpu_layer_norm (float *y, const float *x, const float *gamma, const float *beta, guint rows,
                        guint c, float eps);

/* y[rows][c] from x[rows][2c]. */
void sf_cpu_geglu (float *y, const float *x, guint rows, guint c);

/* The tokens of a picture h × w that can be merged, and those that they can be merged into, in the
 * order of their numbers. */
void sf_cpu_tokens (guint *sources, guint *destinations, guint h, guint w, guint salt);

/* The cosine of a[c] and b[c]. */
double sf_cpu_token_likeness (const float *a, const float *b, guint c);

/* rank[sources]: how many are before each when sorted by score, descending, stable. */
void sf_cpu_token_rank (float *rank, const float *score, guint sources);

/* y[h·w − merged][c] from x[h·w][c]. */
void sf_cpu_token_merge (float *y, const float *x, const float *best, const float *rank, guint h,
                         guint w, guint c, guint salt, guint merged);

/* y[h·w][c] from x[h·w − merged][c] and residual[h·w][c]. */
void sf_cpu_token_unmerge (float *y, const float *x, const float *best, const float *rank,
                           const float *residual, guint h, guint w, guint c, guint salt,
                           guint merged);

/* y[n][length][c] from ids[n][length], tokens[…][c] and positions[length][c]. */
void sf_cpu_embed (float *y, const float *ids, const float *tokens, const float *positions, guint n,
                   guint length, guint c);

/* y[n][size] from x[size]. */
void sf_cpu_scale_input (float *y, const float *x, float c_in, guint n, gsize size);

/* denoised[size] from x[size], out[n][size] and weights[n]. */
void sf_cpu_guide (float *denoised, const float *x, const float *out, float c_skip,
                   const float *weights, guint n, gsize size);

/* slots[6][size] in place; coefficients[7][8], see sf_mix(). */
void sf_cpu_mix (float *const slots[SF_MIX_SLOTS], const float *noise, const float *coefficients,
                 gsize size);

/* rgb[pixels][3] from x[pixels][c] and matrix[c + 1][3]. */
void sf_cpu_latent_rgb (float *rgb, const float *x, const float *matrix, gsize pixels, guint c);

/* y[pixels][c] from moments[pixels][2c] and noise[pixels][c]. */
void sf_cpu_latent_sample (float *y, const float *moments, const float *noise, gsize pixels,
                           guint c, float scale);

/* y[size] */
void sf_cpu_affine (float *y, const float *x, gsize size, float scale, float shift);

G_END_DECLS
