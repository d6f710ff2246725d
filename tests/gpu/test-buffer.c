/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/error.h"
#include "support/sf-test.h"

/* Larger than two staging pieces, and no multiple of anything. */
#define SIZE ((33u << 20) + 1234)

static guint8 *
bytes_new (gsize n, guint32 seed)
{
  guint8 *bytes = g_malloc (n);

  for (gsize i = 0; i < n; i++)
    bytes[i] = (seed = seed * 1664525u + 1013904223u) >> 24;
  return bytes;
}

static void
round_trip (SfMemoryKind kind)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SfBuffer) buffer = sf_buffer_new (sf_test_device (SF_FAMILY_AUTO), SIZE, kind, &error);
  g_autofree guint8 *want = bytes_new (SIZE, 1);
  g_autofree guint8 *got = g_malloc0 (SIZE);

  g_assert_no_error (error);
  g_assert_cmpuint (sf_buffer_size (buffer), >=, SIZE);
  g_assert_true (sf_buffer_write (buffer, 0, want, SIZE, &error));
  g_assert_true (sf_buffer_read (buffer, 0, got, SIZE, &error));
  g_assert_cmpmem (got, SIZE, want, SIZE);

  g_autofree guint8 *piece = bytes_new (5000, 2);
  memcpy (want + 777216, piece, 5000);
  g_assert_true (sf_buffer_write (buffer, 777216, piece, 5000, &error));
  g_assert_true (sf_buffer_read (buffer, 777000, got, 6000, &error));
  g_assert_cmpmem (got, 6000, want + 777000, 6000);
}

static void
test_device (void)
{
  round_trip (SF_MEMORY_DEVICE);
}

static void
test_host (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SfBuffer) buffer
      = sf_buffer_new (sf_test_device (SF_FAMILY_AUTO), 64, SF_MEMORY_HOST, &error);

  g_assert_no_error (error);
  g_assert_nonnull (sf_buffer_data (buffer));
  round_trip (SF_MEMORY_HOST);
}

/* More than any device has. */
static void
test_no_room (void)
{
  g_autoptr (GError) error = NULL;
  SfBuffer *buffer
      = sf_buffer_new (sf_test_device (SF_FAMILY_AUTO), (guint64)1 << 46, SF_MEMORY_DEVICE, &error);

  g_assert_null (buffer);
  g_assert_error (error, SF_ERROR, SF_ERROR_MEMORY);
}

/* A buffer whose size is a power of two would make lavapipe compile its kernels again. */
static void
test_size (void)
{
  SfDevice *device = sf_test_device (SF_FAMILY_AUTO);
  guint64 before = sf_device_allocated_bytes (device);
  g_autoptr (GError) error = NULL;
  g_autoptr (SfBuffer) buffer = sf_buffer_new (device, 1 << 20, SF_MEMORY_DEVICE, &error);

  g_assert_no_error (error);
  guint64 bytes = sf_device_allocated_bytes (device) - before;
  g_assert_cmpuint (sf_buffer_size (buffer), ==, 1 << 20);
  g_assert_cmpuint (bytes, >, 1 << 20);
  g_assert_cmpuint (bytes, <, 1025 << 10);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gpu/buffer/device", test_device);
  g_test_add_func ("/gpu/buffer/host", test_host);
  g_test_add_func ("/gpu/buffer/size", test_size);
  if (g_getenv ("SF_TEST_VALIDATE") == NULL) /* the layer would name it */
    g_test_add_func ("/gpu/buffer/no-room", test_no_room);
  return sf_test_run ();
}
