/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "graph/graph.h"
#include "ops/weight.h"
#include "params.h"

/**
 * The operations that models are made of. Each builder appends one node to the graph, or a few
 * (norms, attention, token merging, convolutions by Winograd's algorithm, products that are cut
 * along K), and returns the tensor that is written, unless it was given it. Shapes are [n, h, w,
 * c], channels last; token sequences are [n, 1, tokens, c]. Accumulators and sums are F32, and so
 * are activations, but for those that only matrix units read: see graph/narrow.h. Builders cannot
 * fail: shapes were checked when the model was loaded, so a wrong one is a programming error.
 *
 * Every op keeps the padding channels (c … pitch − 1) at zero.
 */

G_BEGIN_DECLS

typedef enum
{
  SF_ACTIVATION_NONE,
  SF_ACTIVATION_SILU,       /* x·σ(x) */
  SF_ACTIVATION_GELU,       /* x·Φ(x), by erf (PyTorch's default) */
  SF_ACTIVATION_QUICK_GELU, /* x·σ(1.702·x), CLIP-L's */
  SF_ACTIVATION_RELU,       /* max (x, 0), of products and convolutions only */
  SF_ACTIVATION_GEGLU,      /* of sf_matmul() over a gated matrix only */
} SfActivation;

/**
 * SfEpilogue:
 * @bias: (nullable): [1, 1, 1, c].
 * @shift: (nullable): [n, 1, 1, …], of which the channels from @shift_first on, a multiple of 8,
 * are added to every pixel of image n: the time embedding.
 * @residual: (nullable): like the result.
 * @activation: of the sum of result, bias and shift; the residual is added after it, but before
 *   RELU, which is the last.
 * @into: (nullable): where the result goes, instead of to a new tensor. May be @residual. The
 *   lines that it holds are those that are computed.
 *
 * What a heavy op does to its result before it is stored.
 */
typedef struct
{
  SfTensor *bias;
  SfTensor *shift;
  guint shift_first;
  SfTensor *residual;
  SfActivation activation;
  SfTensor *into;
} SfEpilogue;

/**
 * sf_matmul:
 * @x: [n, h, w, k].
 * @weight: from sf_weight_store_matrix() with SF_TAPS_1X1: k → c.
 *
 * torch.nn.Linear, or a 1×1 convolution. Returns: [n, h, w, c].
 *
 * With SF_ACTIVATION_GEGLU, a matrix k → 2c from sf_weight_store_gated_matrix() and no shift or
 * residual: the first half of the columns times GELU (erf) of the second, [n, h, w, c], c a
 * multiple of 8. diffusers.models.activations.GEGLU; neither half reaches memory.
 */
SfTensor *sf_matmul (SfGraph *graph, SfTensor *x, SfTensor *weight, const SfEpilogue *epilogue);

/**
 * SfConv2d:
 * @stride: 1 or 2.
 * @upsample: 1, or 2 to read @x as if every pixel were doubled in both directions (nearest).
 * @pad_begin: zero rows above and columns left (1 for 3×3).
 * @pad_end: zero rows below and columns right. The VAE's downsampling has 0 and 1.
 * @crop_h: rows of the doubled picture that are left off below, 0 or 1; @crop_w: columns right.
 *   Where a level has an odd size, what comes up from the next is one too large.
 */
typedef struct
{
  guint stride;
  guint upsample;
  guint pad_begin;
  guint pad_end;
  guint crop_h;
  guint crop_w;
} SfConv2d;

#define SF_CONV2D_3X3                                                                              \
  {                                                                                                \
    .stride = 1, .upsample = 1, .pad_begin = 1, .pad_end = 1                                       \
  }

/**
 * sf_conv2d:
 * @x: [n, h, w, k].
 * @weight: a 3×3 convolution k → c. In one of Winograd's forms it takes two or three nodes for a
 * band of tiles; @conv's stride is 1 then, and its @upsample 2 if and only if the form is for that.
 *
 * torch.nn.Conv2d. Returns: [n, h', w', c], h' = (h·upsample − crop_h + pad_begin + pad_end −
 * 3)/stride + 1; of an @x that holds some lines of its image (then @stride is 1 and the paddings
 * are too), all lines for which it holds enough.
 */
SfTensor *sf_conv2d (SfGraph *graph, SfTensor *x, SfTensor *weight, const SfConv2d *conv,
                     const SfEpilogue *epilogue);

/* How the weights of a convolution that is used as @conv alone are best packed. @large: it is for
 * images of many pixels. */
SfTaps sf_conv2d_taps (const SfCaps *caps, guint out, guint in, const SfConv2d *conv,
                       gboolean large);

/**
 * sf_attention:
 * @q: [n, 1, tq, heads·d].
 * @k: [n, 1, tk, heads·d].
 * @v: [n, 1, tk, heads·d].
 * @causal: query i sees keys 0 … i only.
 *
 * softmax(q·kᵀ/√d)·v for each head, in one pass without a score matrix in memory; but in the texel
 * family heads of more than 128 dimensions have the scores of a band of queries there, see
 * ops/attention-wide.h. d is a multiple of 8, up to 512, and up to 128 with @causal in the texel
 * family; any tq, tk ≥ 1. Images h×w count as h·w tokens. Returns: like @q.
 */
SfTensor *sf_attention (SfGraph *graph, SfTensor *q, SfTensor *k, SfTensor *v, guint heads,
                        gboolean causal);

/* Some channels of a tensor, from @first on, a multiple of 8. */
typedef struct
{
  SfTensor *tensor;
  guint first;
} SfChannels;

/* As sf_attention(), where queries, keys and values are @channels channels each of tensors that may
 * be wider, or one and the same: what one product made for all of them is read where it lies.
 * Returns: [n, h, w, channels]. */
SfTensor *sf_attention_packed (SfGraph *graph, const SfChannels *q, const SfChannels *k,
                               const SfChannels *v, guint channels, guint heads, gboolean causal);

/**
 * SfTokenMatch:
 * @salt: makes the destinations of one block others than those of the next.
 * @merged: sources that are merged.
 * @score: [n, 1, 1, sources]: likeness to the destination that is most like it, −1 to 1.
 * @best: likewise: which one that is.
 * @rank: likewise: how many sources are more like theirs; those below @merged are merged.
 * @head: [n, 1, 1, destinations]: the first source of each plus 1, or 0; @next: [n, 1, 1, sources]:
 *   the one after, likewise.
 *
 * Which tokens of a picture are taken together. All numbers are floats, exact up to 2²⁴.
 */
typedef struct
{
  guint h, w;
  guint salt;
  guint merged;
  SfTensor *score, *best, *rank, *head, *next;
} SfTokenMatch;

/**
 * sf_token_match:
 * @x: [n, h, w, c].
 * @ratio: share of the tokens that are to be merged, 0 to 0.75.
 *
 * Token merging (Bolya & Hoffman 2023, https://arxiv.org/abs/2303.17604). In each cell of 2×2 one
 * token is a destination, all others are sources; the sources that are most like a destination, by
 * the cosine of their channels, are merged into it. The choice of destinations looks random and is
 * always the same. Returns: whether there is anything to merge; if not, nothing was appended.
 */
gboolean sf_token_match (SfGraph *graph, SfTensor *x, double ratio, guint salt,
                         SfTokenMatch *match);

/* The tokens of @x, [n, h, w, c], that are left, [n, 1, h·w − merged, c]: sources by rank, then
 * destinations, each the mean of itself and its sources. */
SfTensor *sf_token_merge (SfGraph *graph, SfTensor *x, const SfTokenMatch *match);

/* What became of them, @x like sf_token_merge()'s result, plus @residual, [n, h, w, c]: merged
 * sources have their destination's. Returns: like @residual. */
SfTensor *sf_token_unmerge (SfGraph *graph, SfTensor *x, const SfTokenMatch *match,
                            SfTensor *residual);

/**
 * sf_group_norm:
 * @x: [n, h, w, c0].
 * @skip: (nullable): [n, h, w, c1], taken as the channels after @x's (c1 = 0 without).
 * @gamma: [1, 1, 1, c0 + c1], and @beta likewise.
 * @groups: divides c0 + c1.
 * @silu: whether SiLU follows.
 *
 * torch.nn.GroupNorm. Sums per channel, folded per group in F32, so that groups may straddle texels
 * and the seam between @x and @skip. c0 is a multiple of 8 where @skip is there.
 * Returns: [n, h, w, c0 + c1].
 */
SfTensor *sf_group_norm (SfGraph *graph, SfTensor *x, SfTensor *skip, SfTensor *gamma,
                         SfTensor *beta, guint groups, float eps, gboolean silu);

/**
 * The three nodes of sf_group_norm() one by one, for whoever has or wants an image in pieces. The
 * same bits, whatever the pieces are.
 *
 * Sums for each channel lie in [n, sf_group_norm_chunks() of the image, 2, c]: means and squares.
 * @x may hold some lines of its image, that begin and end with a chunk, and fills their rows alone.
 */
guint sf_group_norm_chunk_rows (guint rows); /* pixels of a chunk, of an image that has @rows */
SfTensor *sf_group_norm_sums_new (SfGraph *graph, const SfTensor *x, guint c);
void sf_group_norm_sums (SfGraph *graph, SfTensor *x, SfTensor *skip, SfTensor *sums);
/* What channels are normalised with: [n, 2, 1, c]. @rows: pixels of the whole image. */
SfTensor *sf_group_norm_fold (SfGraph *graph, SfTensor *sums, SfTensor *gamma, guint groups,
                              float eps, guint rows);
/* Returns: what sf_group_norm() does, for the lines that @x and @skip hold. */
SfTensor *sf_group_norm_apply (SfGraph *graph, SfTensor *x, SfTensor *skip, SfTensor *coefficients,
                               SfTensor *beta, gboolean silu);

/* torch.nn.LayerNorm over the channels of each row. Returns: like @x. */
SfTensor *sf_layer_norm (SfGraph *graph, SfTensor *x, SfTensor *gamma, SfTensor *beta, float eps);

/**
 * sf_embed:
 * @ids: [n, 1, tokens, 1]: token numbers as floats (exact up to 2²⁴).
 * @tokens: from sf_weight_store_table(): [1, 1, vocabulary, c].
 * @positions: likewise, [1, 1, places, c]. Position = token index in the sequence.
 *
 * transformers.CLIPTextEmbeddings. Returns: [n, 1, tokens, c].
 */
SfTensor *sf_embed (SfGraph *graph, SfTensor *ids, SfTensor *tokens, SfTensor *positions);

/**
 * sf_scale_input:
 * @x: [1, h, w, c].
 * @step: [1, 1, 1, k]: element 0 is c_in(σ).
 * @n: branches.
 *
 * The model's input: x·c_in, @n times. Returns: [n, h, w, c].
 */
SfTensor *sf_scale_input (SfGraph *graph, SfTensor *x, SfTensor *step, guint n);

/**
 * sf_guide:
 * @x: [1, h, w, c], the noisy latent.
 * @out: [n, h, w, c], the model's outputs, one for each branch.
 * @step: [1, 1, 1, k]: element 1 is c_skip, elements 2 … 2 + n − 1 the weight of each branch
 *   (c_out times its share of the guidance).
 * @denoised: (out): written in place.
 *
 * Classifier-free guidance and the step from model output to the estimate of x0, both linear:
 * denoised = c_skip·x + Σ wᵢ·outᵢ. Ho & Salimans 2022; Karras et al. 2022, eq. 7.
 */
void sf_guide (SfGraph *graph, SfTensor *x, SfTensor *out, SfTensor *step, SfTensor *denoised);

/**
 * sf_mix:
 * @slots: SF_MIX_SLOTS (six, see params.h) tensors [1, h, w, c], read and written in place.
 * @noise: [1, h, w, c].
 * @coefficients: [1, 1, 7, 8]: row j < 6 holds a[j][0 … 5], row 6 holds b[0 … 5].
 *
 * A sampler's update: slotⱼ ← Σᵢ a[j][i]·slotᵢ + b[j]·noise, all at once.
 */
void sf_mix (SfGraph *graph, SfTensor *const slots[SF_MIX_SLOTS], SfTensor *noise,
             SfTensor *coefficients);

/**
 * sf_latent_rgb:
 * @x: [1, h, w, c] latent, c at most 16.
 * @matrix: [1, 1, c + 1, 3]: a row for each channel, then the bias.
 * @rgb: (out): [1, h, w, 3], written in place.
 *
 * The preview: rgb = x·matrix + bias, not clamped.
 */
void sf_latent_rgb (SfGraph *graph, SfTensor *x, SfTensor *matrix, SfTensor *rgb);

/**
 * sf_latent_sample:
 * @moments: [n, h, w, 2c]: mean and log variance, the latter clamped to [−30, 20].
 * @noise: [n, h, w, c], or all zeros for the mode.
 *
 * diffusers' DiagonalGaussianDistribution: (mean + exp(logvar/2)·noise)·scale. c may be 4: the
 * halves then lie inside one pitch. Returns: [n, h, w, c].
 */
SfTensor *sf_latent_sample (SfGraph *graph, SfTensor *moments, SfTensor *noise, float scale);

/* x·scale + shift, elementwise (padding stays zero). Returns: like @x. */
SfTensor *sf_affine (SfGraph *graph, SfTensor *x, float scale, float shift);

/* Copies @x into @out (same shape), for results that the host reads. */
void sf_copy (SfGraph *graph, SfTensor *x, SfTensor *out);

G_END_DECLS
