/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "files/checkpoint.h"

G_BEGIN_DECLS

/* A folder that looks like tests/fixtures/plain: its weights are links, its JSON are copies that a
 * test may change. */
typedef struct
{
  /* Owned */
  char *folder;
} Copy;

void copy_set_up (Copy *copy, gconstpointer data);
void copy_tear_down (Copy *copy, gconstpointer data);

/* Sets a member of a JSON file, made if there is none, to a value given as JSON; %NULL removes it.
 */
void copy_set_member (Copy *copy, const char *file, const char *member, const char *value);

void copy_remove (Copy *copy, const char *name);

/* Writes the part's weights anew, without the tensor @missing and with the first dimension of
 * @misshapen cut by one; either may be %NULL. */
void copy_damage_weights (Copy *copy, SfPart part, const char *missing, const char *misshapen);

G_END_DECLS
