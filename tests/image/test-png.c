/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "image/png.h"

#include "base/error.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WIDTH 11
#define HEIGHT 7
#define NOBODY 65534
#define TEXT "a boît\nSteps: 5, Sampler: Euler"

typedef void (*Pattern) (guint x, guint y, guint8 rgba[4]);

/* The patterns of make-fixtures.py. */
static void
pattern_grey1 (guint x, guint y, guint8 rgba[4])
{
  rgba[0] = rgba[1] = rgba[2] = (x + y) % 2 * 255;
}

static void
pattern_grey (guint x, guint y, guint8 rgba[4])
{
  rgba[0] = rgba[1] = rgba[2] = x * 20 + y;
}

static void
pattern_grey_alpha (guint x, guint y, guint8 rgba[4])
{
  pattern_grey (x, y, rgba);
  rgba[3] = 255 - x;
}

static void
pattern_rgb (guint x, guint y, guint8 rgba[4])
{
  rgba[0] = x * 20 + y;
  rgba[1] = x * 10;
  rgba[2] = y * 30;
}

static void
pattern_palette (guint x, guint y, guint8 rgba[4])
{
  guint index = (x + y) % 3;
  rgba[index] = 255;
  rgba[3] = index == 1 ? 128 : 255;
}

static void
assert_pattern (const SfImage *image, Pattern pattern)
{
  g_assert_cmpuint (image->width, ==, WIDTH);
  g_assert_cmpuint (image->height, ==, HEIGHT);
  g_assert_cmpuint (image->channels, ==, 4);
  for (guint y = 0; y < HEIGHT; y++)
    for (guint x = 0; x < WIDTH; x++)
      {
        guint8 rgba[4] = { 0, 0, 0, 255 };
        pattern (x, y, rgba);
        g_assert_cmpmem (sf_image_row (image, y) + 4 * x, 4, rgba, 4);
      }
}

static char *
fixture (const char *name)
{
  return g_test_build_filename (G_TEST_DIST, "fixtures", name, NULL);
}

static void
test_forms (void)
{
  static const struct
  {
    const char *name;
    Pattern pattern;
  } cases[] = {
    { "grey1.png", pattern_grey1 },
    { "grey16-interlaced.png", pattern_grey },
    { "grey-alpha.png", pattern_grey_alpha },
    { "palette.png", pattern_palette },
    { "rgb16.png", pattern_rgb },
    { "rgb8-interlaced.png", pattern_rgb },
  };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *path = fixture (cases[i].name);
      g_autofree char *parameters = NULL;
      g_autoptr (SfImage) image = sf_image_load_png (path, &parameters, &error);
      g_assert_no_error (error);
      assert_pattern (image, cases[i].pattern);
      g_assert_null (parameters);
    }
}

static void
check_text (const char *name, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = fixture (name);
  g_autofree char *with_pixels = NULL;
  g_autofree char *alone = sf_png_read_parameters (path, &error);
  g_assert_no_error (error);
  g_autoptr (SfImage) image = sf_image_load_png (path, &with_pixels, &error);
  g_assert_no_error (error);

  assert_pattern (image, pattern_rgb);
  g_assert_cmpstr (alone, ==, expected);
  g_assert_cmpstr (with_pixels, ==, expected);
}

static void
test_texts (void)
{
  const char *unicode = "a boît — 海\nSteps: 5, Sampler: Euler";
  check_text ("text.png", TEXT);
  check_text ("text-late.png", TEXT);
  check_text ("ztxt.png", TEXT);
  check_text ("text-utf8.png", unicode);
  check_text ("itxt.png", unicode);
  check_text ("itxt-packed.png", unicode);
  check_text ("rgb8-interlaced.png", NULL);
}

/* A text that swells to 32 MiB is left where it is; the picture is fine. */
static void
test_bomb (void)
{
  check_text ("bad-bomb.png", NULL);
}

static void
test_bad (void)
{
  static const char *const names[] = { "bad-crc.png",   "bad-huge.png",    "bad-large.png",
                                       "bad-short.png", "bad-palette.png", "bad-truncated.png" };
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *path = fixture (names[i]);
      char *parameters = (char *)"untouched";
      g_autoptr (SfImage) image = sf_image_load_png (path, &parameters, &error);
      g_assert_error (error, SF_ERROR, SF_ERROR_IMAGE);
      g_assert_null (image);
      g_assert_null (parameters);
      g_assert_true (g_str_has_suffix (error->message, "."));
    }
}

static void
test_every_length (void)
{
  g_autofree char *path = fixture ("itxt-packed.png");
  g_autofree char *data = NULL;
  gsize size;
  g_assert_true (g_file_get_contents (path, &data, &size, NULL));

  /* The end chunk's own 12 bytes are all that a reader could do without. */
  for (gsize n = 0; n < size - 12; n++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) bytes = g_bytes_new (data, n);
      g_autoptr (SfImage) image = sf_image_decode_png (bytes, NULL, &error);
      g_assert_error (error, SF_ERROR, SF_ERROR_IMAGE);
      g_assert_null (image);
    }
}

static void
test_no_file (void)
{
  g_autoptr (GError) error = NULL;
  g_assert_null (sf_image_load_png ("/nonexistent/a.png", NULL, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
  g_clear_error (&error);
  g_assert_null (sf_png_read_parameters ("/dev/zero", &error));
  g_assert_error (error, SF_ERROR, SF_ERROR_IMAGE);
}

static SfImage *
make_image (guint channels)
{
  SfImage *image = sf_image_new (37, 19, channels);
  for (gsize i = 0; i < image->stride * image->height; i++)
    image->pixels[i] = (i * 2654435761u) >> 24;
  return image;
}

static void
assert_same_pixels (const SfImage *saved, const SfImage *loaded)
{
  for (guint y = 0; y < saved->height; y++)
    for (guint x = 0; x < saved->width; x++)
      {
        const guint8 *a = sf_image_row (saved, y) + x * saved->channels;
        const guint8 *b = sf_image_row (loaded, y) + x * 4;
        g_assert_cmpmem (a, saved->channels, b, saved->channels);
        if (saved->channels == 3)
          g_assert_cmpuint (b[3], ==, 255);
      }
}

static char *
make_folder (void)
{
  g_autoptr (GError) error = NULL;
  char *folder = g_dir_make_tmp ("sfumato-png-XXXXXX", &error);
  g_assert_no_error (error);
  return folder;
}

static guint
count_files (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint n = 0;
  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static gboolean
contains (const char *path, const char *word)
{
  g_autofree char *data = NULL;
  gsize size;
  g_assert_true (g_file_get_contents (path, &data, &size, NULL));
  return memmem (data, size, word, strlen (word)) != NULL;
}

static void
save_and_load (const char *path, guint channels, const char *text, const char *chunk)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *parameters = NULL;
  g_autoptr (SfImage) image = make_image (channels);

  g_assert_true (sf_image_save_png (image, path, text, &error));
  g_assert_no_error (error);
  g_autoptr (SfImage) loaded = sf_image_load_png (path, &parameters, &error);
  g_assert_no_error (error);
  assert_same_pixels (image, loaded);
  g_assert_cmpstr (parameters, ==, text);
  g_assert_true (chunk == NULL || contains (path, chunk));
}

static void
test_save (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "a.png", NULL);

  save_and_load (path, 3, NULL, NULL);
  save_and_load (path, 4, "plain\nSteps: 1", "tEXtparameters");
  save_and_load (path, 3, "blåbær\nSteps: 1", "tEXtparameters");
  save_and_load (path, 3, "海 🐎\nSteps: 1", "iTXtparameters");
  save_and_load (path, 3, "a\ttab", "iTXtparameters");
  save_and_load (path, 3, "", NULL);
  g_assert_cmpuint (count_files (folder), ==, 1);
  g_unlink (path);
  g_rmdir (folder);
}

static void
test_save_long_text (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "a.png", NULL);
  g_autofree char *text = g_strnfill (1 << 20, 'x');

  save_and_load (path, 3, text, "tEXtparameters");
  g_unlink (path);
  g_rmdir (folder);
}

static void
assert_not_saved (const char *path, GQuark domain, int code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SfImage) image = make_image (3);
  g_assert_false (sf_image_save_png (image, path, NULL, &error));
  g_assert_error (error, domain, code);
  g_assert_nonnull (strstr (error->message, path));
  g_assert_true (g_str_has_suffix (error->message, "."));
}

static void
test_unwritable (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *inside = g_build_filename (folder, "no-such-folder", "a.png", NULL);
  g_autofree char *name = g_strnfill (300, 'n');
  g_autofree char *long_path = g_build_filename (folder, name, NULL);

  assert_not_saved (folder, G_FILE_ERROR, G_FILE_ERROR_ISDIR);
  assert_not_saved (inside, G_FILE_ERROR, G_FILE_ERROR_NOENT);
  assert_not_saved (long_path, G_FILE_ERROR, G_FILE_ERROR_NAMETOOLONG);
  assert_not_saved ("/dev/null", G_FILE_ERROR, G_FILE_ERROR_ISDIR);
  g_assert_cmpuint (count_files (folder), ==, 0);
  g_rmdir (folder);
}

static void
test_unwritable_keeps_old (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "a.png", NULL);

  g_assert_true (g_file_set_contents (path, "old", -1, NULL));
  g_assert_cmpint (chmod (folder, 0555), ==, 0);
  uid_t user = geteuid ();
  /* Root may write everywhere, so root becomes somebody for the moment. */
  g_assert_true (user != 0 || seteuid (NOBODY) == 0);
  assert_not_saved (path, G_FILE_ERROR, G_FILE_ERROR_ACCES);
  g_assert_cmpint (seteuid (user), ==, 0);
  g_assert_true (contains (path, "old"));
  g_assert_cmpuint (count_files (folder), ==, 1);
  g_chmod (folder, 0700);
  g_unlink (path);
  g_rmdir (folder);
}

/* In place of the system's: GLib calls it before a file takes the place of one with contents. */
static gboolean quota_is_full;

int
fsync (int fd)
{
  errno = EDQUOT;
  return quota_is_full ? -1 : 0;
}

static void
test_full_quota (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "a.png", NULL);
  g_autoptr (SfImage) image = make_image (3);
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (path, "old", -1, NULL));
  quota_is_full = TRUE;
  g_assert_false (sf_image_save_png (image, path, NULL, &error));
  quota_is_full = FALSE;
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "your share of the disk is full; free some space"));
  g_assert_true (contains (path, "old"));
  g_unlink (path);
  g_rmdir (folder);
}

/* A message is UTF-8, whatever the file's name is. */
static void
test_odd_names (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *odd = g_build_filename (folder, "caf\xe9.png", NULL);
  g_autofree char *inside = g_build_filename (odd, "no-such-folder", "a.png", NULL);
  g_autoptr (SfImage) image = make_image (3);

  g_assert_cmpint (g_mkdir (odd, 0700), ==, 0);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GError) error = NULL;
      if (i == 0)
        g_assert_null (sf_image_load_png (odd, NULL, &error));
      else
        g_assert_false (sf_image_save_png (image, i == 1 ? odd : inside, NULL, &error));
      g_assert_nonnull (strstr (error->message, "caf\357\277\275.png"));
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
    }
  g_rmdir (odd);
  g_rmdir (folder);
}

static void
test_image_limits (void)
{
  g_assert_null (sf_image_new (0, 5, 3));
  g_assert_null (sf_image_new (5, 0, 3));
  g_assert_null (sf_image_new (5, 5, 2));
  g_assert_null (sf_image_new (SF_IMAGE_MAX_SIDE + 1, 1, 3));
  g_assert_null (sf_image_new (SF_IMAGE_MAX_SIDE, SF_IMAGE_MAX_SIDE, 3));
  g_autoptr (SfImage) image = sf_image_new (SF_IMAGE_MAX_SIDE, 1, 4);
  g_autoptr (SfImage) again = sf_image_ref (image);
  g_assert_true (sf_image_equal (image, again));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/png/forms", test_forms);
  g_test_add_func ("/png/texts", test_texts);
  g_test_add_func ("/png/bomb", test_bomb);
  g_test_add_func ("/png/bad", test_bad);
  g_test_add_func ("/png/every-length", test_every_length);
  g_test_add_func ("/png/no-file", test_no_file);
  g_test_add_func ("/png/save", test_save);
  g_test_add_func ("/png/save-long-text", test_save_long_text);
  g_test_add_func ("/png/unwritable", test_unwritable);
  g_test_add_func ("/png/unwritable-keeps-old", test_unwritable_keeps_old);
  g_test_add_func ("/png/full-quota", test_full_quota);
  g_test_add_func ("/png/odd-names", test_odd_names);
  g_test_add_func ("/png/image-limits", test_image_limits);
  return g_test_run ();
}
