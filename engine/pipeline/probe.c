/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sfumato.h"

#include <math.h>
#include <string.h>

#include "pipeline/probe-trial.h"
#include "pipeline/verdict.h"

/* Each variant is tried in a process of its own: this program again, told by an environment
 * variable what to try and where to leave the outcome. */
#define TRIAL_VARIABLE "SFUMATO_PROBE_TRIAL"

/* Half-precision weights are the same for all variants; what differs is the order of sums. */
#define TOLERANCE 1e-4

/* A wider vector must pay: it also changes the bits of a picture. */
#define MIN_GAIN 1.1

typedef struct
{
  const char *name;
  SfFamily family;
  SfBroadcast broadcast;
  const char *vector_width;
} Variant;

/* The first one is what the others are compared with: it shares no code with them. */
static const Variant variants[] = {
  { "storage buffers", SF_FAMILY_STORAGE, SF_BROADCAST_SHUFFLE, NULL },
  { "texels, shuffle", SF_FAMILY_TEXEL, SF_BROADCAST_SHUFFLE, NULL },
  { "texels, opaque shuffle", SF_FAMILY_TEXEL, SF_BROADCAST_SHUFFLE_OPAQUE, NULL },
  { "texels, broadcast", SF_FAMILY_TEXEL, SF_BROADCAST_BROADCAST, NULL },
  { "texels, shuffle, 512 bits", SF_FAMILY_TEXEL, SF_BROADCAST_SHUFFLE, "512" },
  { "texels, opaque shuffle, 512 bits", SF_FAMILY_TEXEL, SF_BROADCAST_SHUFFLE_OPAQUE, "512" },
  { "texels, broadcast, 512 bits", SF_FAMILY_TEXEL, SF_BROADCAST_BROADCAST, "512" },
};

/* --- In the child ----------------------------------------------------------------------------- */

/* @order: "variant:device:file". */
static gboolean
run_trial (const char *order, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (order, ":", 3);
  g_autofree SfTrial *trial = g_new (SfTrial, 1);
  guint index = g_strv_length (parts) == 3 ? g_ascii_strtoull (parts[0], NULL, 10) : G_MAXUINT;

  if (index >= G_N_ELEMENTS (variants))
    {
      g_set_error (error, SF_ERROR, SF_ERROR_ARGUMENT, "%s is set, but not by a probe.",
                   TRIAL_VARIABLE);
      return FALSE;
    }
  SfDeviceOptions options = {
    .index = atoi (parts[1]),
    .family = variants[index].family,
    .broadcast = variants[index].broadcast,
  };
  return sf_trial_run (&options, trial, error)
         && g_file_set_contents (parts[2], (const char *)trial, sizeof *trial, error);
}

/* --- In the parent ---------------------------------------------------------------------------- */

static gboolean
spawn_trial (guint index, int device, const char *file)
{
  g_autofree char *order = g_strdup_printf ("%u:%d:%s", index, device, file);
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  char *argv[] = { program, (char *)"probe", NULL };
  g_auto (GStrv) environment = g_get_environ ();
  int status = -1;

  environment = g_environ_setenv (environment, TRIAL_VARIABLE, order, TRUE);
  environment = g_environ_unsetenv (environment, "LP_NATIVE_VECTOR_WIDTH");
  if (variants[index].vector_width != NULL)
    environment = g_environ_setenv (environment, "LP_NATIVE_VECTOR_WIDTH",
                                    variants[index].vector_width, TRUE);
  return program != NULL
         && g_spawn_sync (NULL, argv, environment,
                          G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, NULL,
                          NULL, &status, NULL)
         && g_spawn_check_wait_status (status, NULL);
}

/* NULL when the variant failed or took the process down. */
static SfTrial *
try_variant (guint index, int device)
{
  g_autofree char *file = NULL;
  char *data = NULL;
  gsize size = 0;

  int fd = g_file_open_tmp ("sfumato-probe-XXXXXX", &file, NULL);
  if (fd < 0)
    return NULL;
  close (fd);
  if (spawn_trial (index, device, file))
    g_file_get_contents (file, &data, &size, NULL);
  unlink (file);
  if (size == sizeof (SfTrial))
    return (SfTrial *)data;
  g_free (data);
  return NULL;
}

static gboolean
agrees (const SfTrial *trial, const SfTrial *reference)
{
  float worst = 0, largest = 0;

  for (guint i = 0; i < SF_TRIAL_VALUES; i++)
    {
      float difference = fabsf (trial->values[i] - reference->values[i]);
      if (!(difference <= 1e30f))
        return FALSE;
      worst = MAX (worst, difference);
      largest = MAX (largest, fabsf (reference->values[i]));
    }
  return largest > 0 && worst <= TOLERANCE * largest;
}

typedef struct
{
  int best; /* index in variants, −1 while there is none */
  double gflops;
} Choice;

static void
consider (Choice *choice, guint index, const SfTrial *trial)
{
  gboolean wider = choice->best >= 0 && variants[index].vector_width != NULL
                   && variants[choice->best].vector_width == NULL;

  if (choice->best >= 0 && trial->gflops <= choice->gflops * (wider ? MIN_GAIN : 1))
    return;
  choice->best = index;
  choice->gflops = trial->gflops;
}

static Choice
try_all (const SfCaps *caps, int device, GString *report)
{
  g_autofree SfTrial *reference = NULL;
  Choice choice = { .best = -1 };

  for (guint i = 0; i < G_N_ELEMENTS (variants); i++)
    {
      /* Texel kernels are for devices that chose them by their limits. */
      if (variants[i].family == SF_FAMILY_TEXEL && caps->family != SF_FAMILY_TEXEL)
        continue;
      g_autofree SfTrial *trial = try_variant (i, device);
      gboolean right = trial != NULL && (reference == NULL || agrees (trial, reference));
      g_string_append_printf (report, "  %-34s ", variants[i].name);
      if (right)
        g_string_append_printf (report, "%.1f GFLOP/s\n", trial->gflops);
      else
        g_string_append (report, trial == NULL ? "fails\n" : "wrong\n");
      if (right)
        consider (&choice, i, trial);
      if (right && reference == NULL)
        reference = g_steal_pointer (&trial);
    }
  return choice;
}

gboolean
sf_probe_run (int device, char **report, GError **error)
{
  const char *order = g_getenv (TRIAL_VARIABLE);
  if (order != NULL)
    return run_trial (order, error);

  g_autoptr (GPtrArray) all = sf_device_enumerate (error);
  if (all == NULL)
    return FALSE;
  guint index = MAX (device, 0);
  if (index >= all->len)
    {
      g_set_error (error, SF_ERROR, SF_ERROR_DEVICE,
                   "There is no device %u; `sfumato-cli devices` lists those there are.", index);
      return FALSE;
    }
  const SfCaps *caps = g_ptr_array_index (all, index);
  g_autoptr (GString) text = g_string_new (NULL);
  g_string_append_printf (text, "%s (%s)\n", caps->name, caps->driver);
  Choice choice = try_all (caps, index, text);
  if (choice.best < 0)
    {
      g_set_error (error, SF_ERROR, SF_ERROR_DEVICE,
                   "No kernel variant gives right results on %s; update its driver.", caps->name);
      return FALSE;
    }
  const Variant *best = &variants[choice.best];
  SfVerdict verdict = {
    .family = best->family,
    .broadcast = best->broadcast,
    .vector_width = best->vector_width != NULL ? 512 : 0,
  };
  g_string_append_printf (text, "chosen: %s\n", best->name);
  if (!sf_verdict_save (caps, &verdict, error))
    return FALSE;
  if (report != NULL)
    *report = g_strdup (text->str);
  return TRUE;
}
