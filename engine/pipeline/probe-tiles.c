/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pipeline/probe-tiles.h"

#include <string.h>

/* Both factors of a product are rounded to halves, by 2⁻¹² of each value on average; a network of a
 * few products adds these up. */
#define MATRIX_TOLERANCE 4e-3

typedef struct
{
  const SfCaps *caps;
  SfTileTrialFunc try_tiles;
  gpointer data;
  GString *report;
  const SfTrial *sizes, *network; /* the device's own choice, that all are held against */
  SfTileChoice best;
  double plain[SF_TILE_USES], matrix[SF_TILE_USES]; /* GFLOP/s of the best */
  guint n_wrong_in_network;
} Search;

/* A tile to try, and whether it is one of the matrix units. */
typedef struct
{
  const SfTile *tile;
  guint number;
  gboolean matrix;
} Candidate;

static gboolean
same_bits (const SfTrial *a, const SfTrial *b)
{
  return a->digest == b->digest && memcmp (a->values, b->values, sizeof a->values) == 0;
}

static SfTileChoice
choice_of (const Search *self, const Candidate *candidate)
{
  SfTileChoice choice = SF_TILE_CHOICE_NONE;

  choice.plain_attention = self->best.plain_attention;
  for (guint use = 0; use < SF_TILE_USES; use++)
    (candidate->matrix ? choice.matrix : choice.plain)[use] = candidate->number;
  return choice;
}

static void
tell (Search *self, const Candidate *candidate, const SfTrial *trial, const char *verdict)
{
  const SfTile *tile = candidate->tile;
  g_autofree char *name
      = g_strdup_printf ("%s %u×%u×%u, %u×%u%s", candidate->matrix ? "matrix units," : "tile",
                         tile->rows, tile->columns, tile->depth, tile->thread_rows,
                         tile->thread_columns, tile->ahead > 1 ? ", 2 ahead" : "");

  g_string_append_printf (self->report, "  %-42s ", name);
  if (verdict != NULL)
    g_string_append_printf (self->report, "%s\n", verdict);
  else
    g_string_append_printf (self->report, "%.1f, %.1f, %.1f GFLOP/s\n", trial->gflops[0],
                            trial->gflops[1], trial->gflops[2]);
}

/* In a network of every heavy op, whose odd sizes meet every tail. */
static gboolean
is_right_in_network (const Search *self, const Candidate *candidate)
{
  const SfTileChoice choice = choice_of (self, candidate);
  g_autofree SfTrial *trial = self->try_tiles (SF_TRIAL_NETWORK, &choice, self->data);

  if (trial == NULL)
    return FALSE;
  return candidate->matrix ? sf_trial_agrees (trial, self->network, MATRIX_TOLERANCE)
                           : same_bits (trial, self->network);
}

/* Takes the candidate for the sizes at which it is the quickest so far. */
static void
take_where_quicker (Search *self, const Candidate *candidate, const SfTrial *trial)
{
  int *best = candidate->matrix ? self->best.matrix : self->best.plain;
  double *gflops = candidate->matrix ? self->matrix : self->plain;

  for (guint use = 0; use < SF_TILE_USES; use++)
    if (best[use] < 0 || trial->gflops[use] > gflops[use])
      {
        best[use] = candidate->number;
        gflops[use] = trial->gflops[use];
      }
}

/* @first: (inout): the trial whose bits the others must have, NULL until there is one. */
static void
consider (Search *self, const Candidate *candidate, SfTrial **first)
{
  const SfTileChoice choice = choice_of (self, candidate);
  g_autofree SfTrial *trial = self->try_tiles (SF_TRIAL_SIZES, &choice, self->data);

  if (trial == NULL)
    tell (self, candidate, NULL, "fails");
  else if (!sf_trial_agrees (trial, self->sizes, MATRIX_TOLERANCE))
    tell (self, candidate, NULL, "wrong");
  else if (*first != NULL && !same_bits (trial, *first))
    tell (self, candidate, NULL, "other bits");
  else if (!is_right_in_network (self, candidate))
    {
      tell (self, candidate, NULL, "wrong in a network");
      self->n_wrong_in_network++;
    }
  else
    {
      tell (self, candidate, trial, NULL);
      take_where_quicker (self, candidate, trial);
      if (*first == NULL)
        *first = g_steal_pointer (&trial);
    }
}

static void
search_plain (Search *self)
{
  const SfTileLimits limits = sf_caps_tile_limits (self->caps);
  g_autofree SfTrial *first = g_memdup2 (self->sizes, sizeof *self->sizes);
  Candidate candidate = { 0 };

  for (; (candidate.tile = sf_tile_get (candidate.number)) != NULL; candidate.number++)
    if (sf_tile_fits (candidate.tile, &limits))
      consider (self, &candidate, &first);
}

static void
search_matrix_tiles (Search *self)
{
  const SfTileLimits limits = sf_caps_tile_limits (self->caps);
  g_autofree SfTrial *first = NULL;
  Candidate candidate = { .matrix = TRUE };

  for (; (candidate.tile = sf_matrix_tile_get (candidate.number)) != NULL; candidate.number++)
    if (sf_matrix_tile_fits (candidate.tile, &limits, &self->caps->matrix, FALSE))
      consider (self, &candidate, &first);
}

/* A driver that gets attention wrong may have products right, which most of the time goes into. */
static void
search_matrix (Search *self)
{
  self->n_wrong_in_network = 0;
  search_matrix_tiles (self);
  if (self->best.matrix[0] >= 0 || self->n_wrong_in_network == 0)
    return;
  g_string_append (self->report, "  without matrix units for attention:\n");
  self->best.plain_attention = TRUE;
  search_matrix_tiles (self);
  self->best.plain_attention = self->best.matrix[0] >= 0;
}

double
sf_probe_tiles (const SfCaps *caps, SfTileTrialFunc try_tiles, gpointer data, SfTileChoice *choice,
                GString *report)
{
  const SfTileChoice none = SF_TILE_CHOICE_NONE;
  g_autofree SfTrial *sizes = try_tiles (SF_TRIAL_SIZES, &none, data);
  g_autofree SfTrial *network = try_tiles (SF_TRIAL_NETWORK, &none, data);
  Search self = { caps, try_tiles, data, report, sizes, network, none };

  *choice = none;
  if (sizes == NULL || network == NULL)
    return 0;
  search_plain (&self);
  search_matrix (&self);
  *choice = self.best;
  return MAX (self.plain[SF_TILE_LARGE], self.matrix[SF_TILE_LARGE]);
}
