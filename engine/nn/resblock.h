/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "nn/norm-conv.h"

G_BEGIN_DECLS

/**
 * SfTimeStack:
 *
 * The projections of the time embedding of a U-Net's blocks: one product for all, of whose result
 * each block takes the channels that are its own. Blocks add themselves while they are loaded.
 */
typedef struct
{
  SfLinear linear; /* time → channels of all */

  /* Owned, until it is loaded */
  GPtrArray *modules;
  GArray *channels; /* guint: of each block */
} SfTimeStack;

void sf_time_stack_begin (SfTimeStack *self);
/* After the last block: loads the product of embeddings of @time channels. */
void sf_time_stack_load (SfTimeStack *self, SfLoader *loader, guint time);

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
  guint time_first; /* channel of what the time stack gives */
  SfNorm norm2;
  SfConv conv2;
  SfLinear shortcut;       /* of x's channels; no weight where they stay the same */
  SfTensor *shortcut_skip; /* of the skip's channels */
} SfResblock;

/**
 * SfResblockShape:
 * @in: channels of x.
 * @skip: channels of the skip tensor that is laid beside x, or 0. With one, @in + @skip ≠ @out.
 * @time: (nullable): what the block adds its projection of the time embedding to.
 */
typedef struct
{
  guint in;
  guint skip;
  guint out;
  SfTimeStack *time;
  guint groups;
  float eps;
} SfResblockShape;

/* Takes “@name.norm1.weight” and so on from @loader, in whose current scope @name is, and adds the
 * block to the time stack, if @shape has one. What is missing is the loader's error, and then the
 * block must not be built. Weights belong to the loader's store, so there is nothing to free. */
void sf_resblock_load (SfResblock *self, SfLoader *loader, const char *name,
                       const SfResblockShape *shape);

/**
 * sf_resblock_build:
 * @x: [n, h, w, in].
 * @skip: (nullable): [n, h, w, skip]; the two are read side by side, nothing is concatenated.
 * @time: (nullable): [n, 1, 1, channels of all blocks]: what the time stack gives.
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
