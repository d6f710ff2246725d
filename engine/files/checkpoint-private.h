/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "files/checkpoint.h"

G_BEGIN_DECLS

/* A tensor of a part. The info comes first, so that the one handed out leads back to its file. */
typedef struct
{
  SfTensorInfo info; /* named and shaped as in diffusers */

  /* Borrowed */
  SfSafetensors *file;
} SfEntry;

typedef struct
{
  /* Owned */
  GArray *entries;   /* of SfEntry, in the file's order */
  GHashTable *index; /* name → place in entries + 1 */
  JsonObject *config;
} SfPartTensors;

struct _SfCheckpoint
{
  /* Owned */
  char *path;
  char *display_name;
  char *tokenizer_folder;
  GPtrArray *files; /* of SfSafetensors */
  GStringChunk *names;
  SfPartTensors parts[SF_N_PARTS];
  GPtrArray *ignored;      /* of borrowed names, NULL-terminated once open */
  GPtrArray *unrecognised; /* the same */
  JsonObject *scheduler_config;
  JsonObject *extra;

  gboolean is_ldm;
  SfModelFamily family;
  SfVariant variant;
};

/* For messages: the last element of the path. */
char *sf_checkpoint_file_name (SfCheckpoint *self);

/* Fills the parts from a file or a folder. */
gboolean sf_checkpoint_load_file (SfCheckpoint *self, GError **error);
gboolean sf_checkpoint_load_folder (SfCheckpoint *self, GError **error);

/* Fills family and variant from the tensors. */
void sf_checkpoint_detect_family (SfCheckpoint *self);

G_END_DECLS
