/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include <glib/gstdio.h>

#include "probe/tiles.h"
#include "probe/verdict.h"

#define N_PLAIN 6
#define N_MATRIX 10

/* A device that does as it is told: for each tile how quick it is, and what is wrong with it. */
typedef enum
{
  RIGHT,
  CRASHES,
  WRONG,
  OTHER_BITS,
  NOT_FINITE,
  WRONG_TAILS, /* right but in a network */
  UNKNOWN,     /* as the reference, and both are wrong */
  HANGS,
  WRONG_ATTENTION, /* which is right without matrix units for attention */
} Behaviour;

typedef struct
{
  Behaviour plain[N_PLAIN], matrix[N_MATRIX];
  double plain_gflops[N_PLAIN], matrix_gflops[N_MATRIX];
  gboolean dead;
  gboolean own_wrong; /* the device's own choice */
  guint n_trials;
} Fake;

static const SfCaps caps = {
  .max_workgroup = 1024,
  .shared_memory = 48 << 10,
  .subgroup_size = 32,
  .matrix = { 16, 16, 16 },
};

static SfTrial *
fake_trial (SfTrialKind kind, const SfTileChoice *tiles, SfTrialEnd *end, gpointer data)
{
  Fake *fake = data;
  gboolean matrix = tiles->matrix[0] >= 0;
  int number = matrix ? tiles->matrix[0] : MAX (tiles->plain[0], 0);
  Behaviour behaviour = matrix ? fake->matrix[number] : fake->plain[number];
  double gflops = matrix ? fake->matrix_gflops[number] : fake->plain_gflops[number];

  if (tiles->plain[0] < 0 && !matrix)
    behaviour = fake->own_wrong ? UNKNOWN : RIGHT;
  fake->n_trials++;
  *end = behaviour == HANGS                   ? SF_TRIAL_HUNG
         : fake->dead || behaviour == CRASHES ? SF_TRIAL_FAILED
                                              : SF_TRIAL_ENDED;
  if (*end != SF_TRIAL_ENDED)
    return NULL;
  SfTrial *trial = g_new0 (SfTrial, 1);
  for (guint i = 0; i < SF_TRIAL_VALUES; i++)
    trial->values[i] = 1 + i % 7 + (matrix ? 1e-3f : 0);
  if (behaviour == WRONG || (behaviour == WRONG_TAILS && kind == SF_TRIAL_NETWORK)
      || (behaviour == WRONG_ATTENTION && kind == SF_TRIAL_NETWORK && !tiles->plain_attention))
    trial->values[3] = 0;
  trial->right = behaviour != UNKNOWN;
  if (behaviour == NOT_FINITE)
    trial->values[3] = NAN;
  trial->digest = behaviour == OTHER_BITS ? 99 : matrix;
  for (guint use = 0; use < SF_TILE_USES; use++)
    trial->gflops[use] = gflops;
  return trial;
}

/* −1 where the device's own choice is of no use. */
static double
search (Fake *fake, const SfCaps *device, SfTileChoice *choice)
{
  g_autoptr (GString) report = g_string_new (NULL);
  double gflops = 0;
  gboolean found = sf_probe_tiles (device, fake_trial, fake, choice, &gflops, report);

  g_test_message ("%s", report->str);
  return found ? gflops : -1;
}

/* The quickest that is right: those that are quicker still are wrong in every way. */
static void
test_wrong_ones (void)
{
  Fake fake = {
    .plain = { RIGHT, RIGHT, OTHER_BITS, CRASHES, WRONG, WRONG_TAILS },
    .plain_gflops = { 100, 110, 200, 300, 400, 500 },
    .matrix = { WRONG_TAILS, RIGHT, NOT_FINITE, OTHER_BITS, CRASHES, WRONG, RIGHT, WRONG_TAILS,
                CRASHES, RIGHT },
    .matrix_gflops = { 1000, 150, 2000, 3000, 4000, 5000, 140, 6000, 7000, 20 },
  };
  SfTileChoice choice;

  g_assert_cmpfloat (search (&fake, &caps, &choice), ==, 150);
  for (guint use = 0; use < SF_TILE_USES; use++)
    {
      g_assert_cmpint (choice.plain[use], ==, 1);
      g_assert_cmpint (choice.matrix[use], ==, 1);
    }
}

/* Units that a driver emulates: one trial tells, though the later ones would be as right. */
static void
test_emulated (void)
{
  Fake fake = { .plain_gflops = { 6, 5, 4, 3, 2, 10 },
                .matrix_gflops = { 4.9, 90, 90, 90, 90, 90, 90, 90, 90, 90 } };
  SfTileChoice choice;

  g_assert_cmpfloat (search (&fake, &caps, &choice), ==, 10);
  g_assert_cmpint (choice.matrix[0], ==, -1);
  g_assert_cmpuint (fake.n_trials, ==, 2 + 2 * N_PLAIN + 1);
}

/* Not by so much that it could not be noise. */
static void
test_hardly_quicker (void)
{
  Fake fake = { .plain_gflops = { 6, 5, 4, 3, 2, 10 },
                .matrix_gflops = { 6, 9, 12, 9, 4, 9, 9, 9, 9, 9 } };
  SfTileChoice choice;

  g_assert_cmpfloat (search (&fake, &caps, &choice), ==, 10);
  g_assert_cmpint (choice.matrix[0], ==, -1);
  fake.matrix_gflops[7] = 13;
  g_assert_cmpfloat (search (&fake, &caps, &choice), ==, 13);
  g_assert_cmpint (choice.matrix[0], ==, 7);
}

/* Two minutes are lost once, not with each tile. */
static void
test_hangs (void)
{
  Fake fake = { .plain_gflops = { 6, 5, 4, 3, 2, 10 },
                .matrix = { RIGHT, HANGS },
                .matrix_gflops = { 20, 30, 40, 50, 60, 70, 80, 90, 90, 90 } };
  SfTileChoice choice;

  g_assert_cmpfloat (search (&fake, &caps, &choice), ==, 20);
  g_assert_cmpint (choice.matrix[0], ==, 0);
  g_assert_cmpuint (fake.n_trials, ==, 2 + 2 * N_PLAIN + 3);
}

static void
test_no_matrix (void)
{
  Fake fake = { .plain_gflops = { 6, 5, 4, 3, 2, 1 },
                .matrix = { WRONG, CRASHES, WRONG, UNKNOWN, NOT_FINITE, WRONG, WRONG_TAILS, CRASHES,
                            CRASHES, WRONG },
                .matrix_gflops = { 9, 9, 9, 9, 9, 9, 9, 9, 9, 9 } };
  SfCaps without = caps;
  SfTileChoice choice;

  search (&fake, &caps, &choice);
  g_assert_cmpint (choice.plain[0], ==, 0);
  g_assert_cmpint (choice.matrix[0], ==, -1);

  memset (fake.matrix, 0, sizeof fake.matrix);
  without.matrix = (SfMatrixShape){ 0 };
  search (&fake, &without, &choice);
  g_assert_cmpint (choice.matrix[0], ==, -1);
}

/* A driver that gets attention wrong keeps its matrix units for products. */
static void
test_plain_attention (void)
{
  Fake fake = { .plain_gflops = { 5, 4, 3, 2, 1, 1 },
                .matrix = { WRONG_TAILS, WRONG_ATTENTION, WRONG, WRONG_ATTENTION, CRASHES, WRONG,
                            WRONG, WRONG, WRONG, WRONG },
                .matrix_gflops = { 9, 7, 9, 8, 9, 9, 9, 9, 9, 9 } };
  SfTileChoice choice;

  search (&fake, &caps, &choice);
  g_assert_cmpint (choice.matrix[0], ==, 3);
  g_assert_true (choice.plain_attention);

  fake.matrix[1] = RIGHT;
  search (&fake, &caps, &choice);
  g_assert_cmpint (choice.matrix[0], ==, 1);
  g_assert_false (choice.plain_attention);
}

/* Then the device is of no use; nor if what it makes is what it always makes, and wrong. */
static void
test_nothing_runs (void)
{
  Fake fake = { .dead = TRUE }, wrong = { .own_wrong = TRUE };
  SfTileChoice choice;

  g_assert_cmpfloat (search (&fake, &caps, &choice), ==, -1);
  g_assert_cmpfloat (search (&wrong, &caps, &choice), ==, -1);
  g_assert_cmpint (choice.plain[0], ==, -1);
  g_assert_cmpint (choice.matrix[0], ==, -1);
}

/* What was kept is found again; a verdict on other kernels, or from before there were tiles, is
 * none. */
static void
test_verdict (void)
{
  g_autofree char *folder = g_dir_make_tmp ("sfumato-test-XXXXXX", NULL);
  SfVerdict kept = { .broken = TRUE,
                     .family = SF_FAMILY_STORAGE,
                     .tile_loads = 4,
                     .paired_stores = TRUE,
                     .tiles = { { 1, 2, 3 }, { 0, -1, 2 }, TRUE },
                     .gflops = 7 };
  SfVerdict found;
  g_autoptr (GError) error = NULL;

  g_setenv ("XDG_CACHE_HOME", folder, TRUE);
  g_assert_false (sf_verdict_load (&caps, &found));
  sf_verdict_save (&caps, 0, &kept, &error);
  g_assert_no_error (error);
  g_assert_true (sf_verdict_load (&caps, &found));
  g_assert_cmpmem (&found.tiles, sizeof found.tiles, &kept.tiles, sizeof kept.tiles);
  g_assert_cmpuint (found.tile_loads, ==, 4);
  g_assert_true (found.paired_stores);
  g_assert_true (found.broken);
  g_assert_cmpfloat (found.gflops, ==, 7);

  g_autofree char *path = g_build_filename (folder, "sfumato", "probe.ini", NULL);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, &error);
  g_assert_no_error (error);
  g_auto (GStrv) groups = g_key_file_get_groups (file, NULL);
  int kernels = g_key_file_get_integer (file, groups[0], "kernels", &error);
  g_assert_no_error (error);
  g_key_file_set_integer (file, groups[0], "kernels", kernels - 1);
  g_key_file_save_to_file (file, path, &error);
  g_assert_no_error (error);
  g_assert_false (sf_verdict_load (&caps, &found));

  g_key_file_set_integer (file, groups[0], "kernels", kernels);
  g_key_file_remove_key (file, groups[0], "tiles", NULL);
  g_key_file_save_to_file (file, path, &error);
  g_assert_no_error (error);
  g_assert_false (sf_verdict_load (&caps, &found));

  g_autofree char *inner = g_path_get_dirname (path);
  g_remove (path);
  g_rmdir (inner);
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/probe/tiles/wrong-ones", test_wrong_ones);
  g_test_add_func ("/probe/tiles/emulated", test_emulated);
  g_test_add_func ("/probe/tiles/hardly-quicker", test_hardly_quicker);
  g_test_add_func ("/probe/tiles/hangs", test_hangs);
  g_test_add_func ("/probe/tiles/no-matrix", test_no_matrix);
  g_test_add_func ("/probe/tiles/plain-attention", test_plain_attention);
  g_test_add_func ("/probe/tiles/nothing-runs", test_nothing_runs);
  g_test_add_func ("/probe/tiles/verdict", test_verdict);
  return g_test_run ();
}
