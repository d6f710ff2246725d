/* SPDX-License-Identifier: GPL-3.0-or-later */

/* make-sd15 [--empty] FILE [SEED]: writes a checkpoint of Stable Diffusion 1.5's exact shape in the
 * published single-file layout, f16, with random weights: 1131 tensors, 2.1 GB. It paints nothing,
 * but it loads and runs as the real one does. With --empty all of its weights are zeros that take
 * no room on the disk.
 *
 * Each value is center + scale · u, where u comes from a hash of (seed, tensor, element), so that
 * anyone can make any of them alone; tests/reference/export_sd15.py does so with numpy. Weights
 * are uniform with a variance of 1/fan-in and norms scale by about 1, so that activations keep
 * their size all the way. Only integers and correctly rounded double operations are used: the
 * file is the same on every machine. */

#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/convert.h"
#include "sd15-layout.h"

#define CHUNK (1 << 16)

static guint64
count (const Tensor *tensor)
{
  guint64 n = 1;

  for (guint i = 0; i < tensor->n_dims; i++)
    n *= tensor->dims[i];
  return n;
}

static void
describe (GString *json, const Tensor *tensor, guint64 *offset)
{
  guint64 size = count (tensor) * 2;

  g_string_append_printf (json, ",\"%s\":{\"dtype\":\"F16\",\"shape\":[", tensor->name);
  for (guint i = 0; i < tensor->n_dims; i++)
    g_string_append_printf (json, "%s%" G_GUINT64_FORMAT, i > 0 ? "," : "", tensor->dims[i]);
  g_string_append_printf (json, "],\"data_offsets\":[%" G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT "]}",
                          *offset, *offset + size);
  *offset += size;
}

/* The 1131st tensor is no weight: the numbers 0 to 76, which comes first here. */
static gboolean
write_header (FILE *file, GArray *tensors)
{
  g_autoptr (GString) json = g_string_new (NULL);
  gint64 positions[77];
  guint64 offset = sizeof positions, len;

  g_string_append (json, "{\"__metadata__\":{\"format\":\"pt\"},"
                         "\"cond_stage_model.transformer.text_model.embeddings.position_ids\":"
                         "{\"dtype\":\"I64\",\"shape\":[1,77],\"data_offsets\":[0,616]}");
  for (guint i = 0; i < tensors->len; i++)
    describe (json, &g_array_index (tensors, Tensor, i), &offset);
  g_string_append_c (json, '}');
  while (json->len % 8 != 0)
    g_string_append_c (json, ' ');

  for (guint i = 0; i < 77; i++)
    positions[i] = GINT64_TO_LE (i);
  len = GUINT64_TO_LE (json->len);
  return fwrite (&len, sizeof len, 1, file) == 1 && fwrite (json->str, json->len, 1, file) == 1
         && fwrite (positions, sizeof positions, 1, file) == 1;
}

/* The output function of SplitMix64 (Steele, Lea, Flood 2014). */
static guint64
mix (guint64 z)
{
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

static gboolean
write_values (FILE *file, const Tensor *tensor, guint64 key)
{
  g_autofree float *values = g_new (float, CHUNK);
  g_autofree guint16 *halves = g_new (guint16, CHUNK);
  guint64 n = count (tensor);

  for (guint64 first = 0; first < n; first += CHUNK)
    {
      gsize m = MIN (n - first, CHUNK);
      for (gsize i = 0; i < m; i++)
        {
          guint64 bits = mix (key + (first + i + 1) * 0x9e3779b97f4a7c15) >> 40;
          values[i] = (float)(tensor->center + tensor->scale * ((double)bits * 0x1p-23 - 1));
        }
      sf_convert_to_f16 (halves, values, m);
      for (gsize i = 0; i < m; i++)
        halves[i] = GUINT16_TO_LE (halves[i]);
      if (fwrite (halves, 2, m, file) != m)
        return FALSE;
    }
  return TRUE;
}

static guint64
total_size (GArray *tensors)
{
  guint64 size = 0;

  for (guint i = 0; i < tensors->len; i++)
    size += 2 * count (&g_array_index (tensors, Tensor, i));
  return size;
}

static gboolean
write_zeros (FILE *file, guint64 n_bytes)
{
  return fflush (file) == 0 && ftruncate (fileno (file), ftello (file) + n_bytes) == 0;
}

static gboolean
write_file (const char *path, guint64 seed, gboolean empty)
{
  g_autoptr (GArray) tensors = sd15_list_tensors ();
  FILE *file = g_fopen (path, "wb");
  gboolean ok = file && write_header (file, tensors);

  if (ok && empty)
    ok = write_zeros (file, total_size (tensors));
  for (guint i = 0; i < tensors->len && ok && !empty; i++)
    ok = write_values (file, &g_array_index (tensors, Tensor, i), mix (seed ^ ((guint64)i << 32)));
  return file && fclose (file) == 0 && ok;
}

int
main (int argc, char **argv)
{
  gboolean empty = argc > 1 && g_str_equal (argv[1], "--empty");
  char **args = argv + 1 + empty;
  int n = argc - 1 - empty;

  if (n < 1 || n > 2)
    {
      g_printerr ("Usage: make-sd15 [--empty] FILE [SEED]\n");
      return 2;
    }
  if (!write_file (args[0], n > 1 ? g_ascii_strtoull (args[1], NULL, 10) : 15, empty))
    {
      g_printerr ("Cannot write “%s”.\n", args[0]);
      g_unlink (args[0]);
      return 1;
    }
  return 0;
}
