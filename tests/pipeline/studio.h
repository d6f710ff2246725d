/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pipeline/painter.h"
#include "support/sf-test.h"

G_BEGIN_DECLS

/* What plain-run.safetensors was made with: tests/reference/export_blocks.py. */
#define RUN_PROMPT "a red car"
#define RUN_NEGATIVE "bad"
#define RUN_SEED 42
#define RUN_STEPS 4
#define RUN_CFG 7.0
#define RUN_WIDTH 48
#define RUN_HEIGHT 32

/* The small model of tests/fixtures, and the whole run that diffusers made with it. */
typedef struct
{
  /* Owned */
  SfModel *model;
  SfSafetensors *expected;
  SfSafetensors *cached; /* the same with a feature cache of interval 2 */

  /* Borrowed */
  SfDevice *device;

  guint interval; /* of the feature cache, 0 for none */
  guint64 limit;  /* of memory, 0 for none */
  gboolean same;  /* both branches have the negative prompt */
} Studio;

/* The path of the small model. (transfer full) */
char *studio_model_path (void);

Studio *studio_new (SfDevice *device, SfModelFlags flags);
void studio_free (Studio *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Studio, studio_free)

/* The values of one of the fixtures' tensors, F32, and how many they are. (transfer full) */
float *studio_values (Studio *self, const char *name, gsize *n);

/* Graphs for the fixture's run, with the negative prompt (2 branches) or without (1). */
SfPipeline *studio_pipeline (Studio *self, SfGraphFlags flags, guint branches);

/* Cuts the prompts into the reference's tokens, encodes them and gives them to the denoiser: what
 * studio_run() begins with. [branches, places, channels]. (transfer full) */
float *studio_encode (Studio *self, SfPipeline *pipeline);

/* Called after each step. */
typedef void (*StudioStepFunc) (Studio *self, SfPipeline *pipeline, guint step, gpointer data);

/* The fixture's run with the fixture's noise and the text's tokens. The picture as the graph leaves
 * it: [h, w, 3], in −1 … 1. (transfer full) */
float *studio_run (Studio *self, SfPipeline *pipeline, double cfg, StudioStepFunc on_step,
                   gpointer data);

G_END_DECLS
