/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "files/safetensors.h"
#include "fixture.h"

static const char two_tensors[]
    = "{\"__metadata__\":{\"format\":\"pt\",\"title\":\"two\"},"
      "\"b\":{\"dtype\":\"F16\",\"shape\":[2,3],\"data_offsets\":[4,16]},"
      "\"a.\\u00e9\\ud83d\\ude00\" : {\"shape\":[], \"data_offsets\":[0,4], \"dtype\":\"F32\", "
      "\"x\":[{}]}}  ";

static void
test_reads (Fixture *fixture, const void *data)
{
  const char *path = fixture_write_safetensors (fixture, "good.safetensors", two_tensors, 16);
  g_autoptr (GError) error = NULL;
  g_autoptr (SfSafetensors) file = sf_safetensors_open (path, &error);
  const SfTensorInfo *b;
  guint8 bytes[12];

  g_assert_no_error (error);
  g_assert_cmpuint (sf_safetensors_n_tensors (file), ==, 2);
  g_assert_cmpstr (sf_safetensors_nth (file, 1)->name, ==, "a.é😀");
  g_assert_cmpuint (sf_tensor_info_n_elements (sf_safetensors_nth (file, 1)), ==, 1);
  g_assert_null (sf_safetensors_lookup (file, "c"));

  b = sf_safetensors_lookup (file, "b");
  g_assert_cmpint (b->dtype, ==, SF_DTYPE_F16);
  g_assert_cmpuint (b->n_dims, ==, 2);
  g_assert_cmpint (b->dims[0], ==, 2);
  g_assert_cmpint (b->dims[1], ==, 3);
  g_assert_cmpuint (b->offset, ==, 8 + strlen (two_tensors) + 4);
  g_assert_true (sf_safetensors_read (file, b, bytes, &error));
  g_assert_cmpint (bytes[0], ==, 4);
  g_assert_cmpint (bytes[11], ==, 15);
}

/* A header that must be refused, and what the sentence has to say. */
typedef struct
{
  const char *name;
  const char *header;
  gsize n_data;
  const char *says;
} BadHeader;

#define TENSOR(name, dtype, shape, offsets)                                                        \
  "\"" name "\":{\"dtype\":\"" dtype "\",\"shape\":" shape ",\"data_offsets\":" offsets "}"

static const BadHeader bad_headers[] = {
  { "overlap", "{" TENSOR ("a", "U8", "[8]", "[0,8]") "," TENSOR ("b", "U8", "[4]", "[7,11]") "}",
    16, "“b” lies over another one" },
  { "out-of-range", "{" TENSOR ("a", "U8", "[17]", "[0,17]") "}", 16,
    "“a” lies beyond the end of the file" },
  { "far-out-of-range",
    "{" TENSOR ("a", "U8", "[1]", "[18446744073709551614,18446744073709551615]") "}", 16,
    "“a” lies beyond the end of the file" },
  { "backwards", "{" TENSOR ("a", "U8", "[4]", "[8,4]") "}", 16, "ends before it begins" },
  { "wrong-size", "{" TENSOR ("a", "F32", "[3]", "[0,16]") "}", 16,
    "has a size that does not fit its shape" },
  { "overflow", "{" TENSOR ("a", "F32", "[4294967296,4294967296,4]", "[0,0]") "}", 16,
    "“a” is impossibly large" },
  { "overflow-by-type", "{" TENSOR ("a", "F32", "[4611686018427387904]", "[0,0]") "}", 16,
    "“a” is impossibly large" },
  { "overflow-unknown", "{" TENSOR ("a", "Q7", "[4294967296,4294967296,4]", "[0,16]") "}", 16,
    "“a” is impossibly large" },
  { "dim-too-large", "{" TENSOR ("a", "F32", "[9223372036854775808]", "[0,0]") "}", 16,
    "“a” is impossibly large" },
  { "number-too-large", "{" TENSOR ("a", "F32", "[18446744073709551616]", "[0,0]") "}", 16,
    "a number is too large" },
  { "negative", "{" TENSOR ("a", "F32", "[-1]", "[0,0]") "}", 16, "a whole number is expected" },
  { "fraction", "{" TENSOR ("a", "F32", "[1.5]", "[0,4]") "}", 16, "a whole number is expected" },
  { "nine-dims", "{" TENSOR ("a", "U8", "[1,1,1,1,1,1,1,1,1]", "[0,1]") "}", 16,
    "more than eight dimensions" },
  { "duplicate", "{" TENSOR ("a", "U8", "[1]", "[0,1]") "," TENSOR ("a", "U8", "[1]", "[1,2]") "}",
    16, "“a” is there twice" },
  { "duplicate-member", "{\"a\":{\"dtype\":\"U8\",\"dtype\":\"U8\"}}", 16, "is described twice" },
  { "no-offsets", "{\"a\":{\"dtype\":\"U8\",\"shape\":[1]}}", 16,
    "lacks its type, shape or place" },
  { "one-offset", "{" TENSOR ("a", "U8", "[1]", "[1]") "}", 16, "where it begins and ends" },
  { "three-offsets", "{" TENSOR ("a", "U8", "[1]", "[0,1,2]") "}", 16, "where it begins and ends" },
  { "no-object", "{\"a\":7}", 16, "an object is expected" },
  { "unfinished", "{\"a\":{\"dtype\":\"U8\"", 16, "a comma is missing" },
  { "unfinished-string", "{\"a", 16, "a string does not end" },
  { "trailing", "{} x", 16, "there is text after the end" },
  { "nul-in-name", "{\"a\\u0000\":{}}", 16, "a \\u escape is wrong" },
  { "half-surrogate", "{\"\\ud83d\":{}}", 16, "a \\u escape is wrong" },
  { "not-utf8", "{\"\377\":{}}", 16, "a string is not UTF-8" },
};

static void
assert_refused (const char *path, const char *says)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *name = g_path_get_basename (path);

  g_assert_null (sf_safetensors_open (path, &error));
  g_assert_nonnull (error);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, says));
  g_assert_nonnull (strstr (error->message, name));
  g_assert_true (g_str_has_suffix (error->message, "."));
  g_assert_null (strchr (error->message, '\n'));
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
}

static void
test_bad_headers (Fixture *fixture, const void *data)
{
  for (gsize i = 0; i < G_N_ELEMENTS (bad_headers); i++)
    {
      const BadHeader *bad = &bad_headers[i];
      const char *path = fixture_write_safetensors (fixture, bad->name, bad->header, bad->n_data);
      assert_refused (path, bad->says);
    }
}

/* Every shorter version of a good file is refused, and none crashes. */
static void
test_truncated (Fixture *fixture, const void *data)
{
  const char *path = fixture_write_safetensors (fixture, "good", two_tensors, 16);
  g_autofree char *bytes = NULL;
  gsize n;

  g_assert_true (g_file_get_contents (path, &bytes, &n, NULL));
  for (gsize i = 0; i < n; i++)
    {
      const char *cut = fixture_write (fixture, "cut", bytes, i);
      assert_refused (cut, i == 0 ? "is empty" : "“cut”");
    }
}

static void
test_foreign (Fixture *fixture, const void *data)
{
  static const struct
  {
    const char *bytes, *says;
  } foreign[] = {
    { "PK\003\004 archive/data.pkl", "it looks like a PyTorch pickle" },
    { "\200\002\212\nl\374\234F\371 j\250P", "convert it to safetensors" },
    { "<!DOCTYPE html><html><title>404", "it looks like a web page" },
    { "\n <HTML>", "it looks like a web page" },
    { "version https://git-lfs.github.com/spec/v1\noid sha256:0", "download the model itself" },
    { "GGUF\003 and so on", "it looks like a GGUF model" },
    { "{\"unet\": [\"diffusers\"]}", "it looks like a JSON file" },
    { "an ordinary text", "is not a safetensors file." },
    { "short", "is not a safetensors file." },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (foreign); i++)
    {
      const char *path
          = fixture_write (fixture, "model.ckpt", foreign[i].bytes, strlen (foreign[i].bytes));
      assert_refused (path, foreign[i].says);
    }
}

static void
test_not_a_file (Fixture *fixture, const void *data)
{
  g_autofree char *missing = g_build_filename (fixture->folder, "missing", NULL);
  g_autofree char *pipe = g_build_filename (fixture->folder, "pipe", NULL);

  assert_refused (fixture->folder, "is a folder");
  assert_refused (missing, "No such file");
  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);
  assert_refused (pipe, "is a device");
}

static void
test_header_length (Fixture *fixture, const void *data)
{
  guint64 huge = GUINT64_TO_LE (G_MAXUINT64), long_ = GUINT64_TO_LE (1000);
  char bytes[64] = "        {}";
  const char *path;

  memcpy (bytes, &huge, 8);
  path = fixture_write (fixture, "huge", bytes, sizeof bytes);
  assert_refused (path, "is not a safetensors file");
  memcpy (bytes, &long_, 8);
  path = fixture_write (fixture, "long", bytes, sizeof bytes);
  assert_refused (path, "is cut short within its header");
}

/* Deeply nested values are refused before they cost any stack. */
static void
test_nesting (Fixture *fixture, const void *data)
{
  for (int kind = 0; kind < 3; kind++)
    {
      g_autoptr (GString) header = g_string_new (NULL);
      const char *path;
      g_string_append (header, kind == 0 ? "" : "{\"a\":{\"x\":");
      for (int i = 0; i < 200000; i++)
        g_string_append (header, kind == 2 ? "[" : "{\"a\":");
      path = fixture_write_safetensors (fixture, "nested", header->str, 16);
      assert_refused (path, "nested too deep");
    }
}

static void
test_many_tensors (Fixture *fixture, const void *data)
{
  const guint n = 300000;
  g_autoptr (GString) header = g_string_new ("{");
  const char *path;
  g_autoptr (GError) error = NULL;
  g_autoptr (SfSafetensors) file = NULL;

  for (guint i = 0; i < n; i++)
    g_string_append_printf (header, "%s" TENSOR ("tensor.%u", "U8", "[1]", "[%u,%u]"),
                            i > 0 ? "," : "", i, n - 1 - i, n - i);
  g_string_append_c (header, '}');
  path = fixture_write_safetensors (fixture, "many", header->str, n);
  file = sf_safetensors_open (path, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (sf_safetensors_n_tensors (file), ==, n);
  g_assert_cmpuint (sf_safetensors_lookup (file, "tensor.123456")->offset, ==,
                    8 + header->len + n - 1 - 123456);
}

static void
test_unknown_dtype (Fixture *fixture, const void *data)
{
  const char *path = fixture_write_safetensors (fixture, "q7",
                                                "{" TENSOR ("a", "Q7", "[3,5]", "[0,14]") "}", 16);
  g_autoptr (GError) error = NULL;
  g_autoptr (SfSafetensors) file = sf_safetensors_open (path, &error);

  g_assert_no_error (error);
  g_assert_cmpint (sf_safetensors_lookup (file, "a")->dtype, ==, SF_DTYPE_INVALID);
  g_assert_cmpuint (sf_safetensors_lookup (file, "a")->size, ==, 14);
}

static void
test_empty_tensors (Fixture *fixture, const void *data)
{
  const char *path = fixture_write_safetensors (
      fixture, "none",
      "{" TENSOR ("a", "F32", "[0,7]", "[4,4]") "," TENSOR ("b", "F32", "[1]", "[4,8]") "," TENSOR (
          "c", "F32", "[1]", "[0,4]") "}",
      8);
  const char *bare = fixture_write_safetensors (fixture, "bare", "{}", 0);
  g_autoptr (GError) error = NULL;
  g_autoptr (SfSafetensors) file = sf_safetensors_open (path, &error);
  g_autoptr (SfSafetensors) nothing = NULL;

  g_assert_no_error (error);
  g_assert_cmpuint (sf_tensor_info_n_elements (sf_safetensors_lookup (file, "a")), ==, 0);
  nothing = sf_safetensors_open (bare, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (sf_safetensors_n_tensors (nothing), ==, 0);
}

/* A file that shrinks, grows or is written to while it is open; the first two with the time of
 * change put back. */
static void
test_changed (Fixture *fixture, const void *data)
{
  const gint64 sizes[] = { 8 + strlen (two_tensors) + 10, 8 + strlen (two_tensors) + 100, -1 };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      const char *path = fixture_write_safetensors (fixture, "changing", two_tensors, 16);
      g_autoptr (GError) error = NULL;
      g_autoptr (SfSafetensors) file = sf_safetensors_open (path, &error);
      struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, { .tv_sec = 1000000 } };
      struct stat st;
      guint8 bytes[12];

      g_assert_cmpint (stat (path, &st), ==, 0);
      if (sizes[i] >= 0)
        {
          g_assert_cmpint (truncate (path, sizes[i]), ==, 0);
          times[1] = st.st_mtim;
        }
      g_assert_cmpint (utimensat (AT_FDCWD, path, times, 0), ==, 0);
      g_assert_false (sf_safetensors_read (file, sf_safetensors_lookup (file, "b"), bytes, &error));
      g_assert_nonnull (strstr (error->message, "was changed while it was in use"));
    }
}

static gpointer
read_often (gpointer data)
{
  SfSafetensors *file = data;
  const SfTensorInfo *b = sf_safetensors_lookup (file, "b");

  for (int i = 0; i < 2000; i++)
    {
      guint8 bytes[12] = { 0 };
      g_assert_true (sf_safetensors_read (file, b, bytes, NULL));
      g_assert_cmpint (bytes[i % 12], ==, 4 + i % 12);
    }
  return NULL;
}

static void
test_threads (Fixture *fixture, const void *data)
{
  const char *path = fixture_write_safetensors (fixture, "shared", two_tensors, 16);
  g_autoptr (SfSafetensors) file = sf_safetensors_open (path, NULL);
  GThread *threads[4];

  for (int i = 0; i < 4; i++)
    threads[i] = g_thread_new ("reader", read_often, file);
  for (int i = 0; i < 4; i++)
    g_thread_join (threads[i]);
}

static void
test_header_alone (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SfSafetensors) file
      = sf_safetensors_parse_header (two_tensors, strlen (two_tensors), 16, "fuzz", &error);
  guint8 bytes[16];

  g_assert_no_error (error);
  g_assert_false (sf_safetensors_read (file, sf_safetensors_nth (file, 0), bytes, &error));
  g_assert_error (error, SF_ERROR, SF_ERROR_MODEL);
}

#define ADD(name, function)                                                                        \
  g_test_add ("/safetensors/" name, Fixture, NULL, fixture_set_up, function, fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("reads", test_reads);
  ADD ("bad-headers", test_bad_headers);
  ADD ("truncated", test_truncated);
  ADD ("foreign", test_foreign);
  ADD ("not-a-file", test_not_a_file);
  ADD ("header-length", test_header_length);
  ADD ("nesting", test_nesting);
  ADD ("many-tensors", test_many_tensors);
  ADD ("unknown-dtype", test_unknown_dtype);
  ADD ("empty-tensors", test_empty_tensors);
  ADD ("changed", test_changed);
  ADD ("threads", test_threads);
  g_test_add_func ("/safetensors/header-alone", test_header_alone);
  return g_test_run ();
}
