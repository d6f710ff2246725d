/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "files/checkpoint.h"

G_BEGIN_DECLS

/* From the names that a file has to those of the diffusers and transformers classes. */

typedef enum
{
  SF_NAME_UNKNOWN,
  SF_NAME_IGNORED, /* known, and needed by nothing here */
  SF_NAME_PART,    /* belongs to a part */
} SfNameKind;

/* What the numbers of an LDM file mean depends on how many levels the model has. 0 in a part that
 * the file has not. */
typedef struct
{
  guint unet_resnets; /* in each level of the U-Net's way down; one more on its way up */
  guint vae_levels;
} SfLdmLayout;

/* Every name of the file has to be shown before the first sf_name_from_ldm(). */
void sf_ldm_layout_see (SfLdmLayout *layout, const char *ldm_name);

/* Whether the name has a prefix that only LDM files use. */
gboolean sf_name_is_ldm (const char *name);

/**
 * sf_name_from_ldm:
 * @part: (out): for SF_NAME_PART, and so @name, the name within the part.
 *
 * The correspondence follows diffusers' single-file loader (loaders/single_file_utils.py).
 */
SfNameKind sf_name_from_ldm (const SfLdmLayout *layout, const char *ldm_name, SfPart *part,
                             GString *name);

/**
 * sf_name_from_diffusers:
 * @file_name: as a file of @part in the diffusers layout has it.
 *
 * Brings spellings of earlier and later versions to one: the VAE's attention was query, key,
 * value, proj_attn; newer text encoders come without "text_model.".
 */
SfNameKind sf_name_from_diffusers (SfPart part, const char *file_name, GString *name);

/* Which part a file in diffusers names is of, by one of its names; SF_N_PARTS if that name does
 * not tell. */
SfPart sf_name_tells_part (const char *file_name);

G_END_DECLS
