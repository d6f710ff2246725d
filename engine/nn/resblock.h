/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "nn/norm-conv.h"

G_BEGIN_DECLS

/**
 * SfResblock:
 *
 * diffusers' ResnetBlock2D: h = conv1 (silu (norm1 (x))) + the time embedding's projection;
 * x + conv2 (silu (norm2 (h))), with a 1×1 convolution for x where the channels change.
 */
typedef struct
{
  SfNorm norm1;
  SfConv conv1;
  SfLinear time; /* no weight in the VAE */
  SfNorm norm2;
  SfConv conv2;
  SfLinear shortcut;       /* of x's channels; no weight where they stay the same */
  SfTensor *shortcut_skip; /* of the skip's channels */
} SfResblock;

/**
 * SfResblockShape:
 * @in: channels of x.
 * @skip: channels of the skip tensor that is laid beside x, or 0. With one, @in + @skip ≠ @out.
 * @time: channels of the time embedding, or 0.
 */
typedef struct
{
  guint in;
  guint skip;
  guint out;
  guint time;
  guint groups;
  float eps;
} SfResblockShape;

void sf_resblock_load (SfResblock *self, SfLoader *loader, const char *name,
                       const SfResblockShape *shape);

/**
 * sf_resblock_build:
 * @x: [n, h, w, in].
 * @skip: (nullable): [n, h, w, skip]; the two are read side by side, nothing is concatenated.
 * @time: (nullable): [n, 1, 1, time], SiLU already applied.
 *
 * Returns: [n, h, w, out].
 */
SfTensor *sf_resblock_build (const SfResblock *self, SfGraph *graph, SfTensor *x, SfTensor *skip,
                             SfTensor *time);

/* The same for a strip, without skip and time. Returns: (nullable): two lines less on each side
 * where the image goes on, %NULL if the strip ends here. */
SfTensor *sf_resblock_build_strip (const SfResblock *self, SfGraph *graph, SfTensor *x,
                                   SfStrip *strip);

G_END_DECLS
