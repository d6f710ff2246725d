/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pipeline/conditioner.h"
#include "pipeline/decoder.h"
#include "pipeline/denoiser.h"

G_BEGIN_DECLS

/**
 * SfShape:
 * @height: of the latent; @width likewise.
 * @chunks: of each prompt.
 * @branches: conditionings: 2 with guidance, 1 without.
 * @same: both are the same.
 * @with_cache: whether steps can be shallow.
 * @merging: share of the tokens to merge, 0 for none.
 * @tiny: (nullable): decodes in place of the model's own decoder; outlives the graphs.
 *
 * What graphs are built for. Pictures of one shape share them.
 */
typedef struct
{
  guint height;
  guint width;
  guint chunks;
  guint branches;
  gboolean same;
  gboolean with_cache;
  float merging;
  const SfTinyDecoder *tiny;
} SfShape;

/* Whether pictures of @a and @b can share graphs. Tiny decoders are compared as pointers, so who
 * frees one lets go of the graphs that were built for it first. */
gboolean sf_shape_equal (const SfShape *a, const SfShape *b);

/**
 * SfPipeline:
 * @bytes: that weights and work memory take together, as planned.
 * @derive_each: memory is short, so what is made of weights is made in every evaluation.
 * @one_by_one: likewise, branches are evaluated one after the other.
 * @strips: likewise, the picture is decoded in strips; levels = 0 if not.
 *
 * The three graphs of a picture, over one arena: they run one after the other.
 */
typedef struct
{
  SfShape shape;
  guint64 bytes;
  gboolean derive_each;
  gboolean one_by_one;
  SfVaeStrips strips;

  /* Owned */
  SfConditioner *conditioner;
  SfDenoiser *denoiser;
  SfDecoder *decoder;
} SfPipeline;

/**
 * sf_pipeline_new:
 * @flags: of all three graphs: SF_GRAPH_DEFAULT outside of tests.
 * @limit: bytes that weights and work memory may take together, or 0 for what the device has left.
 * @cancellable: (nullable): ends waiting for kernels to be compiled.
 *
 * Plans all three, and only when the plan fits allocates and records. Where the fastest way does
 * not fit, or turns out not to, it takes the next one, which is slower and gives the same bits.
 * Errors: SF_ERROR_MEMORY, saying what is needed at least and what there is, or what the driver
 * would not give.
 */
SfPipeline *sf_pipeline_new (const SfModel *model, SfDevice *device, SfGraphFlags flags,
                             const SfShape *shape, guint64 limit, GCancellable *cancellable,
                             GError **error);
void sf_pipeline_free (SfPipeline *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfPipeline, sf_pipeline_free)

G_END_DECLS
