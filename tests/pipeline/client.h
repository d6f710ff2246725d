/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sfumato.h"

G_BEGIN_DECLS

/* Whoever asks an engine for something: asks, iterates its main context until the answer is there,
 * and notes and checks what progress says meanwhile. */
typedef struct
{
  /* Owned */
  SfEngine *engine;
  GMainContext *context;
  GCancellable *cancellable; /* of each job */
  GPtrArray *previews;       /* of the last job, in order */
  GArray *steps;             /* guint: which step each was delivered with */
  GPtrArray *delivered;      /* results, likewise */
  GPtrArray *results;        /* what the last job gave, or NULL */
  SfModelInfo *info;
  GError *error; /* of the last job */

  /* Of the last job */
  gboolean pending;
  SfPhase phase;
  double fraction;
  guint step;
  guint n_calls;

  /* Set by the test */
  guint cancel_at; /* a step, or 0 */
} Client;

/* @context: (nullable): the thread's default main context while it asks. */
Client *client_new (GMainContext *context, guint64 memory_limit);
void client_free (Client *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Client, client_free)

/* The same with the small model of tests/fixtures loaded. */
Client *client_new_loaded (void);

/* Asks without waiting. */
void client_ask_load (Client *self, const char *path);
void client_ask (Client *self, const SfRequest *request);
void client_wait (Client *self);

/* Returns when the engine has done what this client asked for, of which the client has heard
 * nothing yet: its main context did not run. */
void client_oversleep (Client *self);

/* Asks and waits. Whether all went well: otherwise the error is one sentence. */
gboolean client_load (Client *self, const char *path);
gboolean client_paint (Client *self, const SfRequest *request);

/* What must go well: the first picture. (transfer full) */
SfImage *client_picture (Client *self, const SfRequest *request);

/* The small model. (transfer full) */
char *client_model_path (void);

/* Three steps of the model's own size, from a fixed seed. */
SfRequest *client_request (const char *prompt);

G_END_DECLS
