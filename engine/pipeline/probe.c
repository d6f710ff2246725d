/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sfumato.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pipeline/probe-tiles.h"
#include "pipeline/verdict.h"

/* Half-precision weights are the same for all variants; what differs is the order of sums. */
#define TOLERANCE 1e-4

/* Patience with one trial: a slow driver takes half a minute to compile its kernels. */
#define TRIAL_SECONDS 120
#define POLL_USEC 2000

typedef struct
{
  const char *name;
  SfFamily family;
  guint tile_loads;
  const char *vector_width;
} Variant;

/* The first one is what the others are compared with: it shares no code with them. */
static const Variant variants[] = {
  { "storage buffers", SF_FAMILY_STORAGE, 2, NULL },
  { "texels", SF_FAMILY_TEXEL, 2, NULL },
  { "texels, tall tiles", SF_FAMILY_TEXEL, 4, NULL },
  { "texels, 512 bits", SF_FAMILY_TEXEL, 2, "512" },
  { "texels, tall tiles, 512 bits", SF_FAMILY_TEXEL, 4, "512" },
};

/* Of these the one that stores are tried with. */
#define STORES_VARIANT 3

/* What a trial is run with. */
typedef struct
{
  int variant; /* −1 for none */
  gboolean paired_stores;
  SfTileChoice tiles;
} Setup;

static gboolean
is_wide (guint index)
{
  return variants[index].vector_width != NULL;
}

/* --- In the child ----------------------------------------------------------------------------- */

static char *
print_setup (const Setup *setup)
{
  const SfTileChoice *tiles = &setup->tiles;

  return g_strdup_printf ("%d,%d,%d,%d,%d,%d,%d,%d,%d", setup->variant, setup->paired_stores,
                          tiles->plain[0], tiles->plain[1], tiles->plain[2], tiles->matrix[0],
                          tiles->matrix[1], tiles->matrix[2], tiles->plain_attention);
}

static gboolean
scan_setup (const char *text, Setup *setup)
{
  SfTileChoice *tiles = &setup->tiles;

  return sscanf (text, "%d,%d,%d,%d,%d,%d,%d,%d,%d", &setup->variant, &setup->paired_stores,
                 &tiles->plain[0], &tiles->plain[1], &tiles->plain[2], &tiles->matrix[0],
                 &tiles->matrix[1], &tiles->matrix[2], &tiles->plain_attention)
             == 9
         && setup->variant >= 0 && (guint)setup->variant < G_N_ELEMENTS (variants);
}

/* @order: "setup:kind:device:file". */
static gboolean
run_trial (const char *order, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (order, ":", 4);
  g_autofree SfTrial *trial = g_new (SfTrial, 1);
  SfDeviceOptions options = SF_DEVICE_OPTIONS_INIT;
  Setup setup;

  if (g_strv_length (parts) != 4 || !scan_setup (parts[0], &setup))
    {
      g_set_error (error, SF_ERROR, SF_ERROR_ARGUMENT, "%s is set, but not by a probe.",
                   SF_TRIAL_VARIABLE);
      return FALSE;
    }
  options.index = atoi (parts[2]);
  options.family = variants[setup.variant].family;
  options.tile_loads = variants[setup.variant].tile_loads;
  options.paired_stores = setup.paired_stores;
  options.tiles = setup.tiles;
  return sf_trial_run (atoi (parts[1]), &options, trial, error)
         && g_file_set_contents (parts[3], (const char *)trial, sizeof *trial, error);
}

/* --- In the parent ---------------------------------------------------------------------------- */

/* Waits for a trial, and ends one that a driver keeps from ending. */
static gboolean
ends_well (GPid pid)
{
  gint64 deadline = g_get_monotonic_time () + TRIAL_SECONDS * G_USEC_PER_SEC;
  int status = -1;

  while (waitpid (pid, &status, WNOHANG) == 0)
    {
      if (g_get_monotonic_time () > deadline)
        kill (pid, SIGKILL);
      g_usleep (POLL_USEC);
    }
  return g_spawn_check_wait_status (status, NULL);
}

static gboolean
spawn_trial (const Setup *setup, SfTrialKind kind, int device, const char *file)
{
  g_autofree char *text = print_setup (setup);
  g_autofree char *order = g_strdup_printf ("%s:%d:%d:%s", text, kind, device, file);
  const char *width = variants[setup->variant].vector_width;
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  char *argv[] = { program, (char *)"probe", NULL };
  g_auto (GStrv) environment = g_get_environ ();
  GPid pid;

  environment = g_environ_setenv (environment, SF_TRIAL_VARIABLE, order, TRUE);
  environment = g_environ_unsetenv (environment, "LP_NATIVE_VECTOR_WIDTH");
  if (width != NULL)
    environment = g_environ_setenv (environment, "LP_NATIVE_VECTOR_WIDTH", width, TRUE);
  return program != NULL
         && g_spawn_async (NULL, argv, environment,
                           G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL
                               | G_SPAWN_DO_NOT_REAP_CHILD,
                           NULL, NULL, &pid, NULL)
         && ends_well (pid);
}

/* NULL when the variant failed or took the process down. */
static SfTrial *
try_setup (const Setup *setup, SfTrialKind kind, int device)
{
  g_autofree char *file = NULL;
  char *data = NULL;
  gsize size = 0;

  int fd = g_file_open_tmp ("sfumato-probe-XXXXXX", &file, NULL);
  if (fd < 0)
    return NULL;
  close (fd);
  if (spawn_trial (setup, kind, device, file))
    g_file_get_contents (file, &data, &size, NULL);
  unlink (file);
  if (size == sizeof (SfTrial))
    return (SfTrial *)data;
  g_free (data);
  return NULL;
}

/* The quicker of two tries: a kernel has been seen at half its speed for as long as its process
 * ran, by where in memory its code had come to lie. */
static SfTrial *
try_twice (const Setup *setup, SfTrialKind kind, int device)
{
  g_autofree SfTrial *one = try_setup (setup, kind, device);
  g_autofree SfTrial *two = one != NULL ? try_setup (setup, kind, device) : NULL;

  return two != NULL && two->gflops[0] > one->gflops[0] ? g_steal_pointer (&two)
                                                        : g_steal_pointer (&one);
}

/* For sf_probe_tiles(): the first variant is the storage form. */
static SfTrial *
try_tiles (SfTrialKind kind, const SfTileChoice *tiles, gpointer device)
{
  const Setup setup = { .tiles = *tiles };

  return try_setup (&setup, kind, GPOINTER_TO_INT (device));
}

/* Whether lanes with wide vectors had better store for each other. */
static gboolean
is_quicker_paired (int device, GString *report)
{
  Setup setup = { .variant = STORES_VARIANT, .tiles = SF_TILE_CHOICE_NONE };
  g_autofree SfTrial *apart = try_twice (&setup, SF_TRIAL_STORES, device);
  setup.paired_stores = TRUE;
  g_autofree SfTrial *paired = try_twice (&setup, SF_TRIAL_STORES, device);

  if (apart == NULL || paired == NULL || apart->digest != paired->digest)
    return FALSE;
  g_string_append_printf (report, "  %-38s %.1f GB/s, for each other %.1f GB/s\n",
                          "lanes store, 512 bits", apart->gflops[0], paired->gflops[0]);
  return paired->gflops[0] > apart->gflops[0];
}

/* The best of the variants of one vector width. */
typedef struct
{
  Setup setup;
  SfTrial *trial;
} Choice;

/* Every heavy kernel of the quickest variant against the same ones of the first, @reference, which
 * is tried the first time that it is asked for. */
static gboolean
network_is_right (const Setup *setup, int device, SfTrial **reference)
{
  const Setup first = { .tiles = SF_TILE_CHOICE_NONE };
  if (*reference == NULL)
    *reference = try_setup (&first, SF_TRIAL_NETWORK, device);
  g_autofree SfTrial *trial = try_setup (setup, SF_TRIAL_NETWORK, device);

  return trial != NULL && (*reference == NULL || sf_trial_agrees (trial, *reference, TOLERANCE));
}

static void
consider (Choice *choice, const Setup *setup, int device, SfTrial **network, SfTrial **trial)
{
  if (choice->setup.variant >= 0 && (*trial)->gflops[0] <= choice->trial->gflops[0])
    return;
  if (setup->variant > 0 && !network_is_right (setup, device, network))
    return;
  g_free (choice->trial);
  choice->trial = g_steal_pointer (trial);
  choice->setup = *setup;
}

static void
try_all (const SfCaps *caps, int device, Choice choices[2], GString *report)
{
  g_autofree SfTrial *reference = NULL, *network = NULL;
  gboolean texels = caps->family == SF_FAMILY_TEXEL;
  gboolean may_widen = texels && sf_verdict_may_widen ();
  gboolean paired = may_widen && is_quicker_paired (device, report);

  for (guint i = 0; i < G_N_ELEMENTS (variants); i++)
    {
      /* Texel kernels are for devices that chose them by their limits. */
      if (variants[i].family == SF_FAMILY_TEXEL && !texels)
        continue;
      if (is_wide (i) && !may_widen)
        continue;
      const Setup setup = { i, is_wide (i) && paired, SF_TILE_CHOICE_NONE };
      g_autofree SfTrial *trial = try_twice (&setup, SF_TRIAL_SPEED, device);
      gboolean right
          = trial != NULL && (reference == NULL || sf_trial_agrees (trial, reference, TOLERANCE));
      g_string_append_printf (report, "  %-38s ", variants[i].name);
      if (right)
        g_string_append_printf (report, "%.1f GFLOP/s\n", trial->gflops[0]);
      else
        g_string_append (report, trial == NULL ? "fails\n" : "wrong\n");
      if (right && reference == NULL)
        reference = g_memdup2 (trial, sizeof *trial);
      if (right)
        consider (&choices[is_wide (i)], &setup, device, &network, &trial);
    }
}

/* Keeps the best of each width for the device as it appears with that width. Wide vectors change a
 * picture's bits, so it is not left to timing whether they are used: where they are right they are.
 */
static gboolean
keep_choices (const SfCaps *caps, int device, const Choice choices[2], GString *report,
              GError **error)
{
  const Choice *narrow = &choices[0], *wide = &choices[1];
  gboolean widen = wide->setup.variant >= 0, matrix = FALSE;

  for (guint i = 0; i < 2; i++)
    {
      const Setup *setup = &choices[i].setup;
      if (setup->variant < 0)
        continue;
      SfVerdict verdict = {
        .family = variants[setup->variant].family,
        .tile_loads = variants[setup->variant].tile_loads,
        .paired_stores = setup->paired_stores,
        .vector_width = widen ? 512 : 0,
        .tiles = SF_TILE_CHOICE_NONE,
      };
      if (verdict.family == SF_FAMILY_STORAGE)
        verdict.gflops
            = sf_probe_tiles (caps, try_tiles, GINT_TO_POINTER (device), &verdict.tiles, report);
      matrix |= verdict.tiles.matrix[0] >= 0;
      if (!sf_verdict_save (&choices[i].trial->caps, &verdict, error))
        return FALSE;
    }
  g_string_append_printf (report, "chosen: %s%s\n",
                          variants[(widen ? wide : narrow)->setup.variant].name,
                          matrix ? ", matrix units" : "");
  return TRUE;
}

static GPtrArray *
list_devices (guint index, GError **error)
{
  g_autoptr (GPtrArray) all = sf_device_enumerate (error);

  if (all == NULL || index < all->len)
    return g_steal_pointer (&all);
  g_set_error (error, SF_ERROR, SF_ERROR_DEVICE,
               "There is no device %u; `sfumato-cli devices` lists those there are.", index);
  return NULL;
}

static gboolean
probe_device (const SfCaps *caps, guint index, GString *report, GError **error)
{
  Choice choices[2] = { { .setup.variant = -1 }, { .setup.variant = -1 } };

  g_string_append_printf (report, "%s (%s)\n", caps->name, caps->driver);
  try_all (caps, index, choices, report);
  gboolean found = choices[0].setup.variant >= 0;
  if (!found)
    g_set_error (error, SF_ERROR, SF_ERROR_DEVICE,
                 "No kernel variant gives right results on %s; update its driver.", caps->name);
  gboolean kept = found && keep_choices (caps, index, choices, report, error);
  g_free (choices[0].trial);
  g_free (choices[1].trial);
  return kept;
}

gboolean
sf_probe_run (int device, char **report, GError **error)
{
  const char *order = g_getenv (SF_TRIAL_VARIABLE);
  guint index = MAX (device, 0);
  if (order != NULL)
    return run_trial (order, error);

  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GPtrArray) all = list_devices (index, error);
  if (all == NULL || !probe_device (g_ptr_array_index (all, index), index, text, error))
    return FALSE;
  if (report != NULL)
    *report = g_strdup (text->str);
  return TRUE;
}
