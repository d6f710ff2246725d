/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probe/tiles.h"

#include <string.h>

/* How much quicker than without them matrix units have to be, for large products. Real ones are by
 * far more. */
#define MATRIX_GAIN 1.25

/* The first of their tiles may be far from the best one, but not as far as this. */
#define MATRIX_LEAST 0.5

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
  gboolean enough; /* of this form: what comes is no better and takes as long to find out */
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

static SfTrial *
try_candidate (Search *self, SfTrialKind kind, const Candidate *candidate)
{
  const SfTileChoice choice = choice_of (self, candidate);
  SfTrialEnd end;
  SfTrial *trial = self->try_tiles (kind, &choice, &end, self->data);

  self->enough = self->enough || end == SF_TRIAL_HUNG;
  return trial;
}

/* In a network of every heavy op, whose odd sizes meet every tail. */
static gboolean
is_right_in_network (Search *self, const Candidate *candidate)
{
  g_autofree SfTrial *trial = try_candidate (self, SF_TRIAL_NETWORK, candidate);

  if (trial == NULL || !trial->right)
    return FALSE;
  return candidate->matrix ? sf_trial_agrees (trial, self->network, SF_TRIAL_TOLERANCE)
                           : same_bits (trial, self->network);
}

/* Not worth a trial in a network. Where the first that is right is that slow the driver emulates
 * matrix units, and the others are not looked at. */
static gboolean
is_too_slow (Search *self, const Candidate *candidate, const SfTrial *trial)
{
  gboolean slow = candidate->matrix
                  && trial->gflops[SF_TILE_LARGE] < MATRIX_LEAST * self->plain[SF_TILE_LARGE];

  self->enough = self->enough || (slow && self->best.matrix[SF_TILE_LARGE] < 0);
  return slow;
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

/* What is wrong with a candidate that did @trial, or NULL. @first: the trial whose bits it must
 * have, NULL if there is none. */
static const char *
find_fault (Search *self, const Candidate *candidate, const SfTrial *trial, const SfTrial *first)
{
  if (trial == NULL)
    return self->enough ? "takes too long" : "fails";
  if (!trial->right || !sf_trial_agrees (trial, self->sizes, SF_TRIAL_TOLERANCE))
    return "wrong";
  if (first != NULL && !same_bits (trial, first))
    return "other bits";
  if (is_too_slow (self, candidate, trial))
    return "slower than without";
  if (is_right_in_network (self, candidate))
    return NULL;
  self->n_wrong_in_network++;
  return "wrong in a network";
}

/* @first: (inout): see find_fault(). */
static void
consider (Search *self, const Candidate *candidate, SfTrial **first)
{
  g_autofree SfTrial *trial = try_candidate (self, SF_TRIAL_SIZES, candidate);
  const char *fault = find_fault (self, candidate, trial, *first);

  tell (self, candidate, trial, fault);
  if (fault != NULL)
    return;
  take_where_quicker (self, candidate, trial);
  if (*first == NULL)
    *first = g_steal_pointer (&trial);
}

static void
search_plain (Search *self)
{
  const SfTileLimits limits = sf_caps_tile_limits (self->caps);
  g_autofree SfTrial *first = g_memdup2 (self->sizes, sizeof *self->sizes);
  Candidate candidate = { 0 };

  self->enough = FALSE;
  for (; (candidate.tile = sf_tile_get (candidate.number)) != NULL; candidate.number++)
    if (!self->enough && sf_tile_fits (candidate.tile, &limits))
      consider (self, &candidate, &first);
}

static void
search_matrix_tiles (Search *self)
{
  const SfTileLimits limits = sf_caps_tile_limits (self->caps);
  g_autofree SfTrial *first = NULL;
  Candidate candidate = { .matrix = TRUE };

  for (; (candidate.tile = sf_matrix_tile_get (candidate.number)) != NULL; candidate.number++)
    if (!self->enough && sf_matrix_tile_fits (candidate.tile, &limits, &self->caps->matrix, FALSE))
      consider (self, &candidate, &first);
}

/* A driver that gets attention wrong may have products right, which most of the time goes into. */
static void
search_matrix (Search *self)
{
  self->n_wrong_in_network = 0;
  self->enough = FALSE;
  search_matrix_tiles (self);
  if (self->best.matrix[0] >= 0 || self->n_wrong_in_network == 0 || self->enough)
    return;
  g_string_append (self->report, "  without matrix units for attention:\n");
  self->best.plain_attention = TRUE;
  search_matrix_tiles (self);
  self->best.plain_attention = self->best.matrix[0] >= 0;
}

static void
leave_out_matrix (Search *self)
{
  const SfTileChoice none = SF_TILE_CHOICE_NONE;

  g_string_append (self->report, "  matrix units are not worth it\n");
  memcpy (self->best.matrix, none.matrix, sizeof none.matrix);
  self->best.plain_attention = FALSE;
}

gboolean
sf_probe_tiles (const SfCaps *caps, SfTileTrialFunc try_tiles, gpointer data, SfTileChoice *choice,
                double *gflops, GString *report)
{
  const SfTileChoice none = SF_TILE_CHOICE_NONE;
  SfTrialEnd end;
  g_autofree SfTrial *sizes = try_tiles (SF_TRIAL_SIZES, &none, &end, data);
  g_autofree SfTrial *network = try_tiles (SF_TRIAL_NETWORK, &none, &end, data);
  Search self = { caps, try_tiles, data, report, sizes, network, none };
  const double *plain = &self.plain[SF_TILE_LARGE], *matrix = &self.matrix[SF_TILE_LARGE];

  *choice = none;
  *gflops = 0;
  if (sizes == NULL || network == NULL || !sizes->right || !network->right)
    return FALSE;
  search_plain (&self);
  search_matrix (&self);
  if (self.best.matrix[0] >= 0 && *matrix < MATRIX_GAIN * *plain)
    leave_out_matrix (&self);
  *choice = self.best;
  *gflops = self.best.matrix[0] >= 0 ? MAX (*plain, *matrix) : *plain;
  return TRUE;
}
