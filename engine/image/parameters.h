/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SfParameters:
 * @prompt: never %NULL, may be empty and have several lines.
 * @negative: likewise.
 * @steps: 0 when unknown.
 * @sampler: (nullable): "DPM++ 2M", without a schedule's name behind it.
 * @schedule: "Karras"; never %NULL, "Automatic" when the text does not say.
 * @cfg: NaN when unknown.
 * @seed: -1 when unknown.
 * @width: in pixels, 0 when unknown; @height likewise.
 * @model_hash: (nullable): first ten hex digits of the file's SHA-256.
 * @model: (nullable): the model's name.
 * @denoising: strength of image to image, NaN when the picture came from a prompt alone.
 * @clip_skip: 1 is the text encoder's last layer.
 * @cache_interval: steps for each evaluation of the deep layers; 1 is without a cache. This
 *   program's own: "Cache interval".
 * @token_merging: share of the tokens that are merged, 0 for none.
 * @rng: which noise the seed stands for: "GPU" (never %NULL, and when the text does not say),
 *   "CPU", "NV".
 * @version: (nullable): the program that made the picture.
 * @extras: every other setting, name to value, both as UTF-8 strings without quoting.
 *
 * The settings of one picture, in the form that the text `parameters` of a PNG carries from program
 * to program: the prompt, a line "Negative prompt: …", and a last line "Steps: 25, Sampler: …".
 * The layout is that of AUTOMATIC1111's stable-diffusion-webui. It has no escape for a prompt with
 * a line of its own that starts with "Negative prompt:": that line and what follows are read back
 * as the negative prompt.
 */
typedef struct
{
  guint width;
  guint height;
  guint steps;
  guint clip_skip;
  guint cache_interval;
  double token_merging;
  gint64 seed;
  double cfg;
  double denoising;

  /* Owned */
  char *prompt;
  char *negative;
  char *sampler;
  char *schedule;
  char *model_hash;
  char *model;
  char *rng;
  char *version;
  GHashTable *extras;
} SfParameters;

/* Everything unknown or at its default. */
SfParameters *sf_parameters_new (void);
void sf_parameters_free (SfParameters *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SfParameters, sf_parameters_free)

/* Sets an owned string of the struct: sf_parameters_set (&p->prompt, "a boat"). */
void sf_parameters_set (char **field, const char *value);

/**
 * sf_parameters_build:
 *
 * What is unknown or at its default is left out; "Steps: " is always there, because the line of
 * settings is found by it. Extras are written in the order of their names, an
 * extra whose name has other characters than letters, digits, space, "_", "-" and "/" or that is
 * a field of the struct is not written. Returns: (transfer full): the text.
 */
char *sf_parameters_build (const SfParameters *self);

/**
 * sf_parameters_parse:
 * @text: UTF-8, of any origin.
 *
 * Never fails: a text without settings is a prompt, a setting that cannot be understood stays
 * unknown. An old sampler name with the schedule behind it ("DPM++ 2M Karras") is split.
 * sf_parameters_build() of the result parses to the same again.
 */
SfParameters *sf_parameters_parse (const char *text);

/**
 * sf_parameters_quote:
 *
 * A value as it stands in the line of settings: as a JSON string if it has a comma, a colon or a
 * newline (or would be read back differently), else as it is.
 */
char *sf_parameters_quote (const char *value);

/* The reverse. A value that only looks like a JSON string is given back as it is. */
char *sf_parameters_unquote (const char *text);

G_END_DECLS
