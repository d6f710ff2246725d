/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "image/image.h"
#include "models/model.h"
#include "sampling/sampler.h"

G_BEGIN_DECLS

#define SF_MAX_BRANCHES 6

/**
 * One evaluation of the model and the sampler's update after it, recorded once and submitted for
 * each step: scale the latent, U-Net on all branches, guidance, preview, update. What changes from
 * step to step is written to small host tensors.
 */
typedef struct _SfDenoiser SfDenoiser;

/**
 * SfDenoiserShape:
 * @height: of the latent; @width likewise.
 * @branches: conditionings in one evaluation: 2 with guidance, the negative one first; 1 without.
 * @tokens: context vectors of each branch.
 * @with_cache: whether steps can be shallow: see SfUnetCache.
 * @merging: share of the tokens to merge, 0 for none: see sf_unet_build().
 * @same: all branches have one conditioning: the U-Net is evaluated once, and guidance is given its
 *   result for each of them.
 * @one_by_one: the U-Net is evaluated for one branch after the other, which takes less memory. The
 *   same bits.
 * @derive_each: what is made of weights alone (graph/derive.h) is made in every evaluation instead
 * of once a picture, which takes less memory. The same bits.
 */
typedef struct
{
  guint height, width;
  guint branches;
  guint tokens;
  gboolean with_cache;
  double merging;
  gboolean same;
  gboolean one_by_one;
  gboolean derive_each;
} SfDenoiserShape;

/**
 * sf_denoiser_new:
 * @arena: (nullable): %NULL leaves it to sf_graph_use_arena().
 * @flags: SF_GRAPH_DEFAULT outside of tests.
 *
 * Builds and plans. @model outlives it.
 */
SfDenoiser *sf_denoiser_new (const SfModel *model, SfDevice *device, SfArena *arena,
                             SfGraphFlags flags, const SfDenoiserShape *shape, GError **error);
void sf_denoiser_free (SfDenoiser *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfDenoiser, sf_denoiser_free)

SfGraph *sf_denoiser_graph (SfDenoiser *self);

/* @context: [branches, tokens, channels of the text encoder]. For pictures that are started after
 * it. */
gboolean sf_denoiser_set_context (SfDenoiser *self, const float *context, GError **error);

/**
 * sf_denoiser_start:
 * @latent: [h, w, c], already scaled with sf_sampler_run_init_scale().
 *
 * Begins a picture: sets the latent, and makes what all steps share: the keys and values of the
 * text, and what is made of weights. Other graphs over the same arena may have run before, but not
 * between here and the last step.
 */
gboolean sf_denoiser_start (SfDenoiser *self, const float *latent, GCancellable *cancellable,
                            GError **error);

/**
 * sf_denoiser_step:
 * @noise: (nullable): [h, w, c], where the update needs it.
 * @weights: share of each branch in the guidance, adding up to 1: 1 − cfg and cfg.
 * @shallow: evaluates the shallow layers alone, over what the deep ones gave in the last step that
 *   was not; only of one that was made with a cache.
 */
gboolean sf_denoiser_step (SfDenoiser *self, const SfEvaluation *evaluation,
                           const SfSamplerUpdate *update, const float *noise, const double *weights,
                           gboolean shallow, GCancellable *cancellable, GError **error);

/* All of it that the host does before the device begins. */
gboolean sf_denoiser_write (SfDenoiser *self, const SfEvaluation *evaluation,
                            const SfSamplerUpdate *update, const float *noise,
                            const double *weights, GError **error);

/* The work of one such step. */
double sf_denoiser_gflop (SfDenoiser *self, gboolean shallow);

/* What the last step thought the picture will be: a pixel for each latent. */
SfImage *sf_denoiser_preview (SfDenoiser *self);

/* The latent as it stands: [h, w, c]. */
gboolean sf_denoiser_read (SfDenoiser *self, float *latent, GError **error);

G_END_DECLS
