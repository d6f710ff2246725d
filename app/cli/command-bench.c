/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli.h"

#include "bench-report.h"
#include "numbers.h"
#include "output.h"
#include "sfumato.h"
#include "yardstick.h"

#define DESCRIPTION                                                                                \
  "Every figure but a whole picture's is the best of a few runs after one that does not count.\n"  \
  "The last column is the share of the floor: the time that the work would take at the rates of\n" \
  "the first two rows, a matrix product and a copy. Machines are noisy: compare within one run\n"  \
  "only. On a processor, and where OpenBLAS is installed, rates are also told as shares of what\n" \
  "its sgemm reaches on one core. Memory is what a network's work takes beside the weights, and\n" \
  "of a whole picture all of it.\n\n"                                                              \
  "Parts: ops, text, unet, vae, picture. Without --model it measures Stable Diffusion 1.5 with\n"  \
  "made up weights."

typedef struct
{
  const CliNumbers *numbers;
  gint64 device, size, steps, memory_limit;
  SfBenchOptions bench;
  gboolean markdown;

  /* Owned */
  char *model, *match;
  char *json;
} Options;

static const CliWhole wholes[] = {
  { "--device", 0, G_MAXINT, 0, G_STRUCT_OFFSET (Options, device) },
  { "--size", 64, SF_REQUEST_MAX_SIZE, 64, G_STRUCT_OFFSET (Options, size) },
  { "--steps", 1, SF_REQUEST_MAX_STEPS, 0, G_STRUCT_OFFSET (Options, steps) },
  { "--memory-limit", 1, G_MAXINT, 0, G_STRUCT_OFFSET (Options, memory_limit) },
  { NULL },
};

static const CliNumbers numbers = { wholes, NULL };

static const struct
{
  const char *name;
  SfBenchParts part;
} parts[] = {
  { "ops", SF_BENCH_OPS }, { "text", SF_BENCH_TEXT },       { "unet", SF_BENCH_UNET },
  { "vae", SF_BENCH_VAE }, { "picture", SF_BENCH_PICTURE },
};

static gboolean
add_part (const char *name, SfBenchParts *sum, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    if (g_str_equal (name, parts[i].name))
      {
        *sum |= parts[i].part;
        return TRUE;
      }
  g_autofree char *shown = g_filename_display_name (name);
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
               "There is no part “%s”; the parts are: ops, text, unet, vae, picture.", shown);
  return FALSE;
}

static gboolean
on_only (const char *name, const char *value, gpointer data, GError **error)
{
  Options *self = data;
  g_auto (GStrv) names = g_strsplit (value, ",", -1);

  self->bench.parts = 0;
  for (gsize i = 0; names[i] != NULL; i++)
    if (!add_part (names[i], &self->bench.parts, error))
      return FALSE;
  return TRUE;
}

static gboolean
parse (GStrv args, Options *self)
{
  GOptionEntry entries[] = {
    { "only", 0, 0, G_OPTION_ARG_CALLBACK, on_only, "These parts alone, such as unet,vae",
      "PARTS" },
    CLI_WHOLE ("size", "Pictures of N × N pixels; 256 and 512 without it", "N"),
    CLI_WHOLE ("steps", "Steps of the whole picture, 20 without it", "N"),
    { "profile", 0, 0, G_OPTION_ARG_NONE, &self->bench.profile,
      "Time U-Net and VAE node by node as well", NULL },
    CLI_WHOLE ("memory-limit", "What weights and work of the whole picture may take together",
               "MB"),
    { "match", 0, 0, G_OPTION_ARG_STRING, &self->match,
      "Of single operations only those with TEXT in their name or size", "TEXT" },
    { "quick", 0, 0, G_OPTION_ARG_NONE, &self->bench.quick, "Run everything only once", NULL },
    { "model", 'm', 0, G_OPTION_ARG_FILENAME, &self->model, "Measure this model", "MODEL" },
    CLI_WHOLE ("device", "The device, a number from “sfumato-cli devices”", "N"),
    { "json", 0, 0, G_OPTION_ARG_FILENAME, &self->json, "Write all figures to FILE as well",
      "FILE" },
    { "markdown", 0, 0, G_OPTION_ARG_NONE, &self->markdown, "Print tables for a document", NULL },
    G_OPTION_ENTRY_NULL,
  };
  g_auto (GStrv) rest = g_strdupv (args);
  GOptionGroup *options = g_option_group_new (NULL, NULL, NULL, self, NULL);

  g_option_group_add_entries (options, entries);
  return cli_parse (&cli_command_bench, NULL, DESCRIPTION, options, 0, &rest);
}

static void
set_bench (Options *self)
{
  self->bench.device = self->device;
  self->bench.size = self->size;
  self->bench.steps = self->steps;
  self->bench.memory_limit = (guint64)self->memory_limit * CLI_MEGABYTE;
  self->bench.model = self->model;
  self->bench.match = self->match;
}

static void
on_row (const SfBenchRow *row, gpointer data)
{
  bench_report_add (data, row);
}

/* A processor is held against what a BLAS gets out of one of its cores. */
static void
compare_processor (BenchReport *report, const SfDeviceInfo *device)
{
  bench_report_begin (report, device);
  if (device->software)
    bench_report_yardstick (report, cli_yardstick_ask ());
}

static gboolean
measure (Options *self, BenchReport *report, GError **error)
{
  g_autoptr (GPtrArray) devices = sf_devices_list (error);

  if (devices == NULL)
    return FALSE;
  for (guint i = 0; i < devices->len; i++)
    {
      const SfDeviceInfo *device = g_ptr_array_index (devices, i);
      if (self->bench.device < 0 ? i == 0 : device->index == (guint)self->bench.device)
        compare_processor (report, device);
    }
  return sf_bench_run (&self->bench, on_row, report, error);
}

/* What was measured before an error is written all the same. */
static gboolean
measure_and_save (Options *self, BenchReport *report, GError **error)
{
  gboolean measured = measure (self, report, error);

  if (self->json == NULL)
    return measured;
  return bench_report_save (report, self->json, measured ? error : NULL) && measured;
}

static CliStatus
run (GStrv args)
{
  const SfBenchOptions usual = SF_BENCH_OPTIONS_INIT;
  Options self = { &numbers, .device = usual.device, .steps = usual.steps, .bench = usual };
  g_autoptr (GError) error = NULL;
  CliStatus status = CLI_OK;

  if (args[1] != NULL && g_str_equal (args[1], CLI_YARDSTICK_OPTION))
    return cli_yardstick_answer ();
  if (!parse (args, &self))
    return CLI_USAGE;
  set_bench (&self);
  g_autoptr (BenchReport) report = bench_report_new (self.markdown);
  if ((self.json != NULL && !cli_output_check (self.json, 1, &error))
      || !measure_and_save (&self, report, &error))
    status = cli_fail (CLI_FAILED, error->message);
  g_free (self.model);
  g_free (self.match);
  g_free (self.json);
  return status;
}

const CliCommand cli_command_bench = { "bench", "Measure how fast the engine is here", run };
