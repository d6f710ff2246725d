/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench-report.h"

#include <json-glib/json-glib.h>
#include <sched.h>
#include <stdio.h>

/* In columns of a terminal. */
#define NAME_WIDTH 20
#define SHAPE_WIDTH 38
#define RATE_WIDTH 34

/* Rates are told for each of so many cores; 1 of a GPU. */
struct _BenchReport
{
  gboolean markdown;
  guint cores;
  double yardstick;
  double whole; /* seconds of the last network: its operations are held against it */

  /* Owned */
  char *part; /* of the row before */
  JsonObject *root;
  JsonArray *rows;
};

static const struct
{
  const char *part;
  const char *title;
} titles[] = {
  { "floor", "What the device reaches" },
  { "ops", "Single operations" },
  { "text", "Networks" },
  { "unet", "Networks" },
  { "vae", "Networks" },
  { "picture", "Networks" },
  { "memory", "Networks" },
  { "unet-nodes", "Nodes of the U-Net evaluation" },
  { "unet-kinds", "Its operations, summed" },
  { "vae-nodes", "Nodes of the VAE decode" },
  { "vae-kinds", "Its operations, summed" },
};

BenchReport *
bench_report_new (gboolean markdown)
{
  BenchReport *self = g_new0 (BenchReport, 1);

  self->markdown = markdown;
  self->cores = 1;
  self->root = json_object_new ();
  self->rows = json_array_new ();
  return self;
}

void
bench_report_free (BenchReport *self)
{
  json_object_unref (self->root);
  json_array_unref (self->rows);
  g_free (self->part);
  g_free (self);
}

/* What the program may run on, as software drivers count too: taskset(1) leaves fewer cores than
 * g_get_num_processors() says. */
static guint
count_cores (void)
{
  cpu_set_t cores;

  return sched_getaffinity (0, sizeof cores, &cores) == 0 ? CPU_COUNT (&cores) : 1;
}

void
bench_report_begin (BenchReport *self, const SfDeviceInfo *device)
{
  self->cores = device->software ? count_cores () : 1;
  json_object_set_string_member (self->root, "device", device->name);
  json_object_set_string_member (self->root, "driver", device->driver);
  json_object_set_int_member (self->root, "cores", self->cores);
  printf ("%s, %s", device->name, device->driver);
  if (device->software)
    printf (", %u core%s", self->cores, self->cores > 1 ? "s" : "");
  putchar ('\n');
}

void
bench_report_yardstick (BenchReport *self, double gflops)
{
  self->yardstick = gflops;
  if (gflops <= 0)
    return;
  json_object_set_double_member (self->root, "yardstick_gflops", gflops);
  printf ("OpenBLAS sgemm 1024³ with AVX2 on one core: %.0f GFLOP/s\n", gflops);
}

/* --- One row ---------------------------------------------------------------------------------- */

static const char *
title_of (const char *part)
{
  for (gsize i = 0; i < G_N_ELEMENTS (titles); i++)
    if (g_str_equal (titles[i].part, part))
      return titles[i].title;
  return part;
}

/* Left-aligned in @width columns of a terminal; "%-24s" counts bytes. */
static void
print_padded (const char *text, glong width)
{
  glong n = g_utf8_strlen (text, -1);

  printf ("%s%*s", text, (int)MAX (width - n, 0), "");
}

static void
print_heading (BenchReport *self, const char *title)
{
  putchar ('\n');
  if (self->markdown)
    {
      printf ("**%s**\n\n| | size | times | ms in all | rate | of the floor |\n", title);
      printf ("| --- | --- | ---: | ---: | --- | ---: |\n");
      return;
    }
  print_padded (title, NAME_WIDTH + SHAPE_WIDTH);
  printf ("%5s %10s  ", "times", "ms in all");
  print_padded ("rate", RATE_WIDTH);
  printf ("%12s\n", "of the floor");
}

/* GFLOP/s, or GB/s of what only moves memory. */
static char *
describe_rate (BenchReport *self, const SfBenchRow *row)
{
  double gflops = row->gflop / row->seconds / self->cores;

  if (row->gflop < 1e-4)
    return g_strdup_printf ("%.1f GB/s", row->bytes / row->seconds * 1e-9);
  if (self->yardstick > 0)
    return g_strdup_printf ("%.1f GFLOP/s a core, %.0f %% of sgemm", gflops,
                            100 * gflops / self->yardstick);
  return g_strdup_printf ("%.1f GFLOP/s%s", gflops, self->cores > 1 ? " a core" : "");
}

/* Of a kind of operation, in place of sizes: how much of its network's time it takes. */
static char *
describe_size (BenchReport *self, const SfBenchRow *row)
{
  if (g_str_has_suffix (row->part, "-kinds") && self->whole > 0)
    return g_strdup_printf ("%.1f %% of the network", 100 * row->seconds / self->whole);
  return g_strdup (row->shape);
}

static void
print_columns (BenchReport *self, const SfBenchRow *row)
{
  g_autofree char *rate = describe_rate (self, row);
  g_autofree char *size = describe_size (self, row);

  if (self->markdown)
    {
      printf ("| %s | %s | %u | %.2f | %s | %.0f %% |\n", row->name, size, row->count,
              1e3 * row->seconds, rate, 100 * row->share);
      return;
    }
  print_padded (row->name, NAME_WIDTH);
  print_padded (size, SHAPE_WIDTH);
  printf ("%5u %10.2f  ", row->count, 1e3 * row->seconds);
  print_padded (rate, RATE_WIDTH);
  printf ("%10.0f %%\n", 100 * row->share);
}

static void
print_memory (BenchReport *self, const SfBenchRow *row)
{
  if (self->markdown)
    printf ("| memory of %s | %s | | | %.0f MiB | |\n", row->name, row->shape,
            row->bytes / (1 << 20));
  else
    printf ("  memory of %s, %s: %.0f MiB\n", row->name, row->shape, row->bytes / (1 << 20));
}

/* Of what has no rate. */
static void
print_time (BenchReport *self, const SfBenchRow *row)
{
  if (self->markdown)
    printf ("| %s | %s | %u | %.3f | | |\n", row->name, row->shape, row->count, 1e3 * row->seconds);
  else
    printf ("  %s, %s: %.3f ms\n", row->name, row->shape, 1e3 * row->seconds);
}

static void
keep (BenchReport *self, const SfBenchRow *row)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "part", row->part);
  json_object_set_string_member (object, "name", row->name);
  json_object_set_string_member (object, "shape", row->shape);
  json_object_set_int_member (object, "count", row->count);
  json_object_set_double_member (object, "seconds", row->seconds);
  json_object_set_double_member (object, "gflop", row->gflop);
  json_object_set_double_member (object, "bytes", row->bytes);
  json_object_set_double_member (object, "share", row->share);
  json_array_add_object_element (self->rows, object);
}

void
bench_report_add (BenchReport *self, const SfBenchRow *row)
{
  const char *title = title_of (row->part);

  if (self->part == NULL || !g_str_equal (title_of (self->part), title))
    print_heading (self, title);
  g_free (self->part);
  self->part = g_strdup (row->part);
  keep (self, row);
  if (g_str_equal (row->part, "unet") || g_str_equal (row->part, "vae"))
    self->whole = row->seconds;
  if (row->seconds <= 0)
    print_memory (self, row);
  else if (row->gflop > 0 || row->bytes > 0)
    print_columns (self, row);
  else
    print_time (self, row);
  fflush (stdout);
}

gboolean
bench_report_save (BenchReport *self, const char *path, GError **error)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *text = NULL;

  json_object_set_array_member (self->root, "rows", json_array_ref (self->rows));
  json_node_set_object (node, self->root);
  text = json_to_string (node, TRUE);
  return g_file_set_contents (path, text, -1, error);
}
