/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "nn/loader.h"
#include "ops/ops.h"

G_BEGIN_DECLS

/**
 * The smallest modules of PyTorch with their weights: each is filled by its _load() and appends to
 * a graph with its _build(), as often as wanted. The weights belong to the loader's store. Shapes
 * are [n, h, w, c].
 */

/* torch.nn.Linear, or a 1×1 torch.nn.Conv2d: in → out channels. */
typedef struct
{
  SfTensor *weight;
  SfTensor *bias; /* (nullable) */
} SfLinear;

typedef enum
{
  SF_BIAS_NONE,
  SF_BIAS,
} SfBias;

/* “@name.weight”, and “@name.bias” with SF_BIAS. */
void sf_linear_load (SfLinear *self, SfLoader *loader, const char *name, guint in, guint out,
                     SfBias bias);
/* Several of them with the same input, in the output where sf_loader_stack_rows() says. Their bits
 * are those of each alone, but for products that are cut along K where one alone would be: see
 * ops/split.h. */
void sf_linear_load_stack (SfLinear *self, SfLoader *loader, const SfLoaderStack *stack, guint in,
                           SfBias bias);
/* @activation (linear (@x)): [n, h, w, in] → [n, h, w, out]. */
SfTensor *sf_linear_build (const SfLinear *self, SfGraph *graph, SfTensor *x,
                           SfActivation activation);
/* diffusers' GEGLU: @out channels from a projection to twice as many. Built with
 * SF_ACTIVATION_GEGLU. */
void sf_linear_load_gated (SfLinear *self, SfLoader *loader, const char *name, guint in, guint out);
/* @residual + linear (@x). */
SfTensor *sf_linear_build_residual (const SfLinear *self, SfGraph *graph, SfTensor *x,
                                    SfTensor *residual);

/* A 3×3 torch.nn.Conv2d: in → out channels. */
typedef struct
{
  SfTensor *weight;
  SfTensor *bias; /* (nullable) */
} SfConv;

void sf_conv_load (SfConv *self, SfLoader *loader, const char *name, guint in, guint out);
/* For sf_conv_build_upsample() alone, which the others are not for. */
void sf_conv_load_upsample (SfConv *self, SfLoader *loader, const char *name, guint in, guint out,
                            SfBias bias);
/* Likewise for sf_conv_build_downsample() and …_end(). */
void sf_conv_load_downsample (SfConv *self, SfLoader *loader, const char *name, guint in,
                              guint out);
/* Padding of 1 all round: [n, h, w, in] → [n, h, w, out]. */
SfTensor *sf_conv_build (const SfConv *self, SfGraph *graph, SfTensor *x);
/* The same, @residual (nullable) added, then ReLU. */
SfTensor *sf_conv_build_relu (const SfConv *self, SfGraph *graph, SfTensor *x, SfTensor *residual);
/* Every pixel doubled in both directions first: [n, h, w, out], where @h is 2·x->lines or one less,
 * and @w likewise. diffusers' Upsample2D. */
SfTensor *sf_conv_build_upsample (const SfConv *self, SfGraph *graph, SfTensor *x, guint h,
                                  guint w);
/* Stride 2: [n, ⌈h/2⌉, ⌈w/2⌉, out]. diffusers' Downsample2D with padding 1. */
SfTensor *sf_conv_build_downsample (const SfConv *self, SfGraph *graph, SfTensor *x);
/* Stride 2, padding only right and below: diffusers' Downsample2D with padding 0, the VAE's. */
SfTensor *sf_conv_build_downsample_end (const SfConv *self, SfGraph *graph, SfTensor *x);

/* torch.nn.GroupNorm, or LayerNorm where there are no groups. */
typedef struct
{
  SfTensor *gamma;
  SfTensor *beta;
  guint groups;
  float eps;
} SfNorm;

void sf_norm_load (SfNorm *self, SfLoader *loader, const char *name, guint channels, guint groups,
                   float eps);
SfTensor *sf_norm_build (const SfNorm *self, SfGraph *graph, SfTensor *x);
/* Group norm over @x's channels and @skip's (nullable) after them, then SiLU. */
SfTensor *sf_norm_build_silu (const SfNorm *self, SfGraph *graph, SfTensor *x, SfTensor *skip);

G_END_DECLS
