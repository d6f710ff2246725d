/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "files/checkpoint-private.h"

#include "base/error.h"

const char *
sf_model_family_name (SfModelFamily family)
{
  static const char *const names[] = {
    [SF_MODEL_FAMILY_UNKNOWN] = "unknown",
    [SF_MODEL_FAMILY_SD1] = "Stable Diffusion 1.x",
    [SF_MODEL_FAMILY_SD2] = "Stable Diffusion 2.x",
    [SF_MODEL_FAMILY_SDXL] = "Stable Diffusion XL",
    [SF_MODEL_FAMILY_SDXL_REFINER] = "Stable Diffusion XL refiner",
  };

  return names[family];
}

const char *
sf_variant_name (SfVariant variant)
{
  static const char *const names[] = {
    [SF_VARIANT_PLAIN] = "text to image",
    [SF_VARIANT_INPAINTING] = "inpainting",
    [SF_VARIANT_PIX2PIX] = "instruct-pix2pix",
    [SF_VARIANT_OTHER] = "unknown",
  };

  return names[variant];
}

static gboolean
has_ignored_prefix (SfCheckpoint *self, const char *prefix)
{
  for (const char *const *name = sf_checkpoint_ignored (self); *name; name++)
    if (g_str_has_prefix (*name, prefix))
      return TRUE;
  return FALSE;
}

/* The first of the U-Net's tensors with the ending and at least two dimensions. */
static const SfTensorInfo *
find_unet_suffix (SfCheckpoint *self, const char *suffix)
{
  for (guint i = 0; i < sf_checkpoint_n_tensors (self, SF_PART_UNET); i++)
    {
      const SfTensorInfo *info = sf_checkpoint_nth (self, SF_PART_UNET, i);
      if (info->n_dims >= 2 && g_str_has_suffix (info->name, suffix))
        return info;
    }
  return NULL;
}

/* The published sizes tell; a model of any other size is of the family whose transformers are
 * built alike: 1×1 convolutions around them in SD1, linear layers in SD2. */
static SfModelFamily
family_of_unet (SfCheckpoint *self)
{
  const SfTensorInfo *key = find_unet_suffix (self, ".attn2.to_k.weight");
  const SfTensorInfo *proj = find_unet_suffix (self, ".proj_in.weight");
  const SfTensorInfo *added = find_unet_suffix (self, "add_embedding.linear_1.weight");

  if (added)
    return added->dims[1] == 1280 + 5 * 256 ? SF_MODEL_FAMILY_SDXL_REFINER : SF_MODEL_FAMILY_SDXL;
  if (!key)
    return SF_MODEL_FAMILY_UNKNOWN;
  if (key->dims[1] == 768)
    return SF_MODEL_FAMILY_SD1;
  if (key->dims[1] == 1024)
    return SF_MODEL_FAMILY_SD2;
  return proj && proj->n_dims == 2 ? SF_MODEL_FAMILY_SD2 : SF_MODEL_FAMILY_SD1;
}

/* By what goes into the first convolution compared with what comes out of the last. */
static SfVariant
variant_of_unet (SfCheckpoint *self)
{
  const SfTensorInfo *in = sf_checkpoint_find (self, SF_PART_UNET, "conv_in.weight");
  const SfTensorInfo *out = sf_checkpoint_find (self, SF_PART_UNET, "conv_out.weight");

  if (!in || in->n_dims != 4 || !out || out->n_dims != 4)
    return SF_VARIANT_OTHER;
  if (in->dims[1] == out->dims[0])
    return SF_VARIANT_PLAIN;
  if (in->dims[1] == 2 * out->dims[0])
    return SF_VARIANT_PIX2PIX;
  return in->dims[1] == 2 * out->dims[0] + 1 ? SF_VARIANT_INPAINTING : SF_VARIANT_OTHER;
}

void
sf_checkpoint_detect_family (SfCheckpoint *self)
{
  if (has_ignored_prefix (self, "conditioner.embedders.1."))
    self->family = SF_MODEL_FAMILY_SDXL;
  else if (has_ignored_prefix (self, "conditioner.embedders.0.model."))
    self->family = SF_MODEL_FAMILY_SDXL_REFINER;
  else
    self->family = family_of_unet (self);
  self->variant = variant_of_unet (self);
}

gboolean
sf_checkpoint_check_runnable (SfCheckpoint *self, GError **error)
{
  g_autofree char *name = sf_checkpoint_file_name (self);

  if (self->family == SF_MODEL_FAMILY_SD1 && self->variant == SF_VARIANT_PLAIN)
    return TRUE;
  if (!sf_checkpoint_has_part (self, SF_PART_UNET))
    g_set_error (error, SF_ERROR, SF_ERROR_MODEL,
                 "“%s” has no Stable Diffusion U-Net; open a whole Stable Diffusion 1.x model.",
                 name);
  else if (self->family == SF_MODEL_FAMILY_UNKNOWN)
    g_set_error (error, SF_ERROR, SF_ERROR_MODEL,
                 "“%s” is a model of an unknown kind; open a Stable Diffusion 1.x model.", name);
  else if (self->family == SF_MODEL_FAMILY_SD1)
    g_set_error (
        error, SF_ERROR, SF_ERROR_MODEL,
        "“%s” is a Stable Diffusion 1.x model for %s, which this version cannot run; open "
        "a text-to-image model.",
        name, self->variant == SF_VARIANT_OTHER ? "another use" : sf_variant_name (self->variant));
  else
    g_set_error (error, SF_ERROR, SF_ERROR_MODEL,
                 "“%s” is a %s model, which this version cannot run; open a Stable Diffusion 1.x "
                 "model.",
                 name, sf_model_family_name (self->family));
  return FALSE;
}
