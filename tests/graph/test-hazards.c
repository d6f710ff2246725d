/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph/hazards.h"

/* Only told apart, never looked into. */
#define BUFFER_A ((SfBuffer *)0x10)
#define BUFFER_B ((SfBuffer *)0x20)

static const SfRange first = { BUFFER_A, 0, 256 };
static const SfRange second = { BUFFER_A, 256, 256 };
static const SfRange both = { BUFFER_A, 128, 256 };
static const SfRange elsewhere = { BUFFER_B, 0, 256 };

static void
test_read_after_read (void)
{
  g_autoptr (SfHazards) hazards = sf_hazards_new ();

  sf_hazards_note (hazards, &first, FALSE);
  g_assert_false (sf_hazards_conflict (hazards, &first, FALSE));
}

static void
test_read_after_write (void)
{
  g_autoptr (SfHazards) hazards = sf_hazards_new ();

  g_assert_false (sf_hazards_conflict (hazards, &first, FALSE));
  sf_hazards_note (hazards, &first, TRUE);
  g_assert_true (sf_hazards_conflict (hazards, &first, FALSE));
  sf_hazards_clear (hazards);
  g_assert_false (sf_hazards_conflict (hazards, &first, FALSE));
}

static void
test_write_after_read (void)
{
  g_autoptr (SfHazards) hazards = sf_hazards_new ();

  sf_hazards_note (hazards, &first, FALSE);
  g_assert_true (sf_hazards_conflict (hazards, &first, TRUE));
}

static void
test_write_after_write (void)
{
  g_autoptr (SfHazards) hazards = sf_hazards_new ();

  sf_hazards_note (hazards, &first, TRUE);
  g_assert_true (sf_hazards_conflict (hazards, &first, TRUE));
}

/* Neighbours do not touch; one byte in common is enough. */
static void
test_overlap (void)
{
  g_autoptr (SfHazards) hazards = sf_hazards_new ();
  g_autoptr (SfHazards) other = sf_hazards_new ();
  const SfRange last_byte = { BUFFER_A, 255, 1 };

  sf_hazards_note (hazards, &first, TRUE);
  g_assert_false (sf_hazards_conflict (hazards, &second, TRUE));
  g_assert_false (sf_hazards_conflict (hazards, &elsewhere, TRUE));
  g_assert_true (sf_hazards_conflict (hazards, &both, FALSE));
  g_assert_true (sf_hazards_conflict (hazards, &last_byte, FALSE));

  sf_hazards_note (other, &second, TRUE);
  g_assert_false (sf_hazards_conflict (other, &first, TRUE));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/graph/hazards/read-after-read", test_read_after_read);
  g_test_add_func ("/graph/hazards/read-after-write", test_read_after_write);
  g_test_add_func ("/graph/hazards/write-after-read", test_write_after_read);
  g_test_add_func ("/graph/hazards/write-after-write", test_write_after_write);
  g_test_add_func ("/graph/hazards/overlap", test_overlap);
  return g_test_run ();
}
