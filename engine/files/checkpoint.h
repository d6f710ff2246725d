/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "files/safetensors.h"

G_BEGIN_DECLS

/* One view over the two ways in which a Stable Diffusion model is published:
 *
 * - a single .safetensors file in the layout of CompVis' latent-diffusion ("LDM"):
 *   model.diffusion_model.… first_stage_model.… cond_stage_model.transformer.text_model.…
 * - a folder as Hugging Face diffusers writes it: unet/ vae/ text_encoder/ scheduler/ tokenizer/.
 *
 * Either way tensors are found by the names of the diffusers and transformers classes
 * (UNet2DConditionModel, AutoencoderKL, CLIPTextModel). A file or folder of only one part works
 * too. Nothing but headers and JSON is read at opening; after it every function may be called from
 * any thread.
 */
typedef struct _SfCheckpoint SfCheckpoint;

typedef enum
{
  SF_PART_TEXT_ENCODER,
  SF_PART_UNET,
  SF_PART_VAE,
  SF_N_PARTS
} SfPart;

/* "text_encoder", "unet", "vae": the folder of the part in the diffusers layout. */
const char *sf_part_name (SfPart part);
/* For people, within a sentence: "text encoder", "U-Net", "VAE". */
const char *sf_part_title (SfPart part);

typedef enum
{
  SF_MODEL_FAMILY_UNKNOWN,
  SF_MODEL_FAMILY_SD1,
  SF_MODEL_FAMILY_SD2,
  SF_MODEL_FAMILY_SDXL,
  SF_MODEL_FAMILY_SDXL_REFINER,
} SfModelFamily;

/* What the U-Net takes beside the latent. */
typedef enum
{
  SF_VARIANT_PLAIN,      /* 4 channels: the latent alone */
  SF_VARIANT_INPAINTING, /* 9: latent, mask, latent of the masked image */
  SF_VARIANT_PIX2PIX,    /* 8: latent, latent of the image to edit */
  SF_VARIANT_OTHER,
} SfVariant;

/* "Stable Diffusion 1.x", … */
const char *sf_model_family_name (SfModelFamily family);
/* "text to image", "inpainting", … */
const char *sf_variant_name (SfVariant variant);

/**
 * sf_checkpoint_open:
 * @path: a .safetensors file or a folder.
 *
 * Opens models of every family, so that they can be described; see
 * sf_checkpoint_check_runnable().
 */
SfCheckpoint *sf_checkpoint_open (const char *path, GError **error);
void sf_checkpoint_free (SfCheckpoint *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfCheckpoint, sf_checkpoint_free)

const char *sf_checkpoint_path (SfCheckpoint *self);
/* For people: "name" of sfumato.json, else the file's or folder's name without its suffix. */
const char *sf_checkpoint_display_name (SfCheckpoint *self);
/* Whether it is one file in the LDM layout. */
gboolean sf_checkpoint_is_ldm (SfCheckpoint *self);
SfModelFamily sf_checkpoint_family (SfCheckpoint *self);
SfVariant sf_checkpoint_variant (SfCheckpoint *self);

/**
 * sf_checkpoint_check_runnable:
 *
 * Fails with SF_ERROR_MODEL, and a sentence that says what the model is and what to open instead,
 * unless family and variant are ones that this version runs. Says nothing about missing parts or
 * tensors.
 */
gboolean sf_checkpoint_check_runnable (SfCheckpoint *self, GError **error);

/* Whether there is at least one tensor of the part. */
gboolean sf_checkpoint_has_part (SfCheckpoint *self, SfPart part);

/**
 * sf_checkpoint_find:
 * @name: as diffusers has it, without the part's prefix: "down_blocks.0.resnets.0.conv1.weight",
 *   "decoder.mid_block.attentions.0.to_q.weight", "text_model.final_layer_norm.bias".
 *
 * Returns: (nullable) (transfer none): its name is @name and its dims are those that diffusers
 * has: the VAE's attention weights are [out, in] also where the file stores 1×1 convolutions.
 */
const SfTensorInfo *sf_checkpoint_find (SfCheckpoint *self, SfPart part, const char *name);

/* The part's tensors in the file's order, names as for sf_checkpoint_find(). */
guint sf_checkpoint_n_tensors (SfCheckpoint *self, SfPart part);
const SfTensorInfo *sf_checkpoint_nth (SfCheckpoint *self, SfPart part, guint i);

/* The tensor's @size bytes, as they are stored; @info is one that this checkpoint returned. F32,
 * F16, BF16 and F64 only. */
gboolean sf_checkpoint_read (SfCheckpoint *self, const SfTensorInfo *info, void *dst,
                             GError **error);

/* The type that most of the part's elements have; SF_DTYPE_INVALID without the part. */
SfDtype sf_checkpoint_part_dtype (SfCheckpoint *self, SfPart part);
guint64 sf_checkpoint_n_parameters (SfCheckpoint *self, SfPart part);
/* How many of the part's tensors have the type. */
guint sf_checkpoint_count_dtype (SfCheckpoint *self, SfPart part, SfDtype dtype);
/* Bytes of all the part's tensors as stored. */
guint64 sf_checkpoint_part_size (SfCheckpoint *self, SfPart part);

/* Names in the file that belong to no part but are known and not needed: position ids, training
 * schedule, EMA copies, second text encoders. (transfer none), %NULL-terminated */
const char *const *sf_checkpoint_ignored (SfCheckpoint *self);
/* Names that nothing here knows: for people to see, never dropped in silence. */
const char *const *sf_checkpoint_unrecognised (SfCheckpoint *self);
/* Whether the file has a tensor of this very name, such as "v_pred" or "ztsnr". */
gboolean sf_checkpoint_has_key (SfCheckpoint *self, const char *raw_name);

/* The folder's <part>/config.json, scheduler/scheduler_config.json, sfumato.json.
 * Returns: (nullable) (transfer none): %NULL where there is none. */
JsonObject *sf_checkpoint_config (SfCheckpoint *self, SfPart part);
JsonObject *sf_checkpoint_scheduler_config (SfCheckpoint *self);
JsonObject *sf_checkpoint_extra (SfCheckpoint *self);
/* The folder's tokenizer/ with vocab.json and merges.txt. Returns: (nullable): */
const char *sf_checkpoint_tokenizer_folder (SfCheckpoint *self);

G_END_DECLS
