/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A pull reader for JSON that nobody vouches for.
 *
 * A safetensors header is a flat object of objects, but may hold hundreds of thousands of them.
 * json-glib would build a tree of every number, keeps only the last of two equal names without
 * a word, and recurses as deep as the text is nested, which a hostile file turns into a stack
 * overflow. This reader builds nothing, shows every name, and refuses nesting beyond a fixed depth.
 * A vocabulary goes through it too.
 *
 * After the first problem every function returns FALSE, and sf_json_pull_problem() says what and
 * where, so that a caller checks once at the end of a stretch.
 */
typedef struct
{
  const char *text;
  const char *at;
  const char *end;
  const char *problem;
} SfJsonPull;

#define SF_JSON_MAX_DEPTH 64

void sf_json_pull_init (SfJsonPull *pull, const char *text, gsize len);

/* Consumes the bracket that opens an object '{' or an array '['. */
gboolean sf_json_pull_enter (SfJsonPull *pull, char bracket);
/* In an object: the next member's name into @name, the reader before its value; FALSE, and the
 * closing bracket consumed, after the last one. @n counts: 0 before the first call. */
gboolean sf_json_pull_member (SfJsonPull *pull, guint *n, GString *name);
/* The same in an array: the reader stands before the next item. */
gboolean sf_json_pull_item (SfJsonPull *pull, guint *n);

gboolean sf_json_pull_string (SfJsonPull *pull, GString *value);
/* A whole number from 0 to 2^64 − 1, without point or exponent. */
gboolean sf_json_pull_uint (SfJsonPull *pull, guint64 *value);
/* Any one value. */
gboolean sf_json_pull_skip (SfJsonPull *pull);
/* Only white space is left. */
gboolean sf_json_pull_finish (SfJsonPull *pull);

/* Returns: (nullable) (transfer full): "a colon is missing at byte 17" or %NULL. */
char *sf_json_pull_problem (SfJsonPull *pull);

G_END_DECLS
