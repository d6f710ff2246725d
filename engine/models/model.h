/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "models/clip-text.h"
#include "models/config.h"
#include "models/unet.h"
#include "models/vae.h"
#include "sampling/schedule.h"
#include "text/tokenizer.h"
#include "text/words.h"

G_BEGIN_DECLS

typedef enum
{
  SF_MODEL_DEFAULT = 0,
  /* Keeps F32 weights as F32, where they are otherwise stored as F16: for comparisons. */
  SF_MODEL_KEEP_F32 = 1 << 0,
  /* Loads what makes a latent of a picture as well, where the file has it; else it stays on disk.
   */
  SF_MODEL_ENCODER = 1 << 1,
} SfModelFlags;

/**
 * SfModel:
 * @family: static: "Stable Diffusion 1.x".
 * @dtype: static: what most of the U-Net is stored as in the file: "F16".
 * @n_parameters: over all parts.
 * @flags: what it was opened with.
 * @weight_bytes: what the weights that are loaded take on a device, where all fit halves.
 * @factor: pixels for each pixel of a latent, in each direction: 8.
 * @size_multiple: width and height in pixels must be multiples of it.
 * @native_size: pixels a side that it was trained for.
 * @limited: whether sfumato.json says that it is a small model that knows only a few things.
 * @default_steps: 20 where sfumato.json names none.
 * @default_cfg: 7 where it names none.
 * @default_sampler: (nullable): as sfumato.json names it; %NULL for the program's default.
 * @sample_prompts: may be empty, never %NULL.
 * @words: (nullable): the set of words that it was trained with; %NULL where the file does not say.
 * @latent_rgb: [latent channels + 1][3]: a row for each channel, then the bias: the matrix for
 *   sf_latent_rgb().
 *
 * Everything that a picture needs of a model file. Constant once loaded; its graphs run on the
 * device that it was loaded to. A diffusers folder may hold a sfumato.json:
 *
 * |[
 * { "name": "Sketchbook", "limited": true, "native_size": 128,
 *   "default_steps": 20, "default_cfg": 5.0, "default_sampler": "DPM++ 2M",
 *   "sample_prompts": ["a red boat", …],
 *   "words": ["a", "boat", … all that the captions had],
 *   "latent_rgb": [[r, g, b], … one for each latent channel], "latent_rgb_bias": [r, g, b] }
 * ]|
 *
 * Each member is optional.
 */
typedef struct
{
  SfModelConfig config;
  const char *family;
  const char *dtype;
  guint64 n_parameters;
  SfModelFlags flags;
  guint64 weight_bytes;
  guint factor;
  guint size_multiple;
  guint native_size;
  gboolean limited;
  guint default_steps;
  double default_cfg;
  float latent_rgb[SF_MAX_LATENT_CHANNELS + 1][3];

  /* Owned */
  char *path;
  char *name;
  char *default_sampler;
  GStrv sample_prompts;
  GHashTable *words;
  SfTokenizer *tokenizer;
  SfNoiseSchedule *schedule;
  SfWeightStore *weights;
  SfClipText *text;
  SfUnet *unet;
  SfVae *vae;

  /* Owned: only until the weights are read */
  SfCheckpoint *checkpoint;
  GPtrArray *order; /* of SfTensorInfo, the checkpoint's: the tensors that will be asked for */
} SfModel;

/**
 * sf_model_open:
 * @path: a .safetensors file or a folder in the layout of diffusers.
 *
 * Everything but the weights. Whatever can be known to be wrong with the file without reading them
 * is found here: then another model need not make room for one that can't be used.
 *
 * Errors: SF_ERROR_MODEL where the file is at fault, G_FILE_ERROR.
 */
SfModel *sf_model_open (const char *path, SfModelFlags flags, GError **error);

/* Whether the weights of a model that is only opened fit a device beside @held bytes of other
 * things.
 * @limit: of all memory that may be taken, in bytes; 0 for what the device has. */
gboolean sf_model_fits (const SfModel *self, SfDevice *device, guint64 limit, guint64 held);
/* The same, with the sentence for people: SF_ERROR_MEMORY. */
gboolean sf_model_check_memory (const SfModel *self, SfDevice *device, guint64 limit, guint64 held,
                                GError **error);

/**
 * sf_model_read_weights:
 * @progress: (nullable) (scope call): told the fraction that is loaded, from this thread.
 *
 * Makes a model of one that is only opened: a thread reads tensors ahead, in the order in which
 * they are needed, while others are packed into a store on @device. After a failure the model can
 * only be freed.
 *
 * Errors: SF_ERROR_MODEL where the file is at fault, SF_ERROR_MEMORY where the weights do not fit
 * the device, G_IO_ERROR_CANCELLED, G_FILE_ERROR.
 */
gboolean sf_model_read_weights (SfModel *self, SfDevice *device, GCancellable *cancellable,
                                SfLoaderProgress progress, gpointer progress_data, GError **error);

/* All of these: opens a model and reads its weights, if they fit the device. */
SfModel *sf_model_load (SfDevice *device, const char *path, SfModelFlags flags,
                        GCancellable *cancellable, SfLoaderProgress progress,
                        gpointer progress_data, GError **error);

/* A model of the architecture that @config describes, without a file: its weights are made up (see
 * sf_loader_new_blank()), it knows no words, and its pictures mean nothing. For measuring. */
SfModel *sf_model_new_blank (SfDevice *device, const SfModelConfig *config, GError **error);
void sf_model_free (SfModel *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfModel, sf_model_free)

/**
 * sf_model_find_problems:
 *
 * What keeps a checkpoint from being loaded: a sentence about its configuration, or one for each
 * tensor that is missing or has an unexpected shape. Reads no weights and needs no device.
 *
 * Returns: (element-type utf8) (transfer full): empty where there is nothing.
 */
GPtrArray *sf_model_find_problems (SfCheckpoint *checkpoint);

G_END_DECLS
