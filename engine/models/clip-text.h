/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "models/config.h"
#include "nn/loader.h"

G_BEGIN_DECLS

/* CLIP's text encoder, transformers' CLIPTextModel. Its weights belong to the loader's store. */
typedef struct _SfClipText SfClipText;

/* Never fails: what is wrong with the weights is the loader's error, and the encoder must not be
 * built then. */
SfClipText *sf_clip_text_load (const SfClipTextConfig *config, SfLoader *loader);
void sf_clip_text_free (SfClipText *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfClipText, sf_clip_text_free)

/**
 * sf_clip_text_build:
 * @ids: [n, 1, tokens, 1], token numbers as floats; tokens up to the places of the config.
 *
 * Returns: [n, 1, tokens, channels]: what the last layer gives, after the final layer norm.
 */
SfTensor *sf_clip_text_build (const SfClipText *self, SfGraph *graph, SfTensor *ids);

G_END_DECLS
