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

/* --- In the child ----------------------------------------------------------------------------- */

static char *
print_tiles (const SfTileChoice *tiles)
{
  return g_strdup_printf ("%d,%d,%d,%d,%d,%d,%d", tiles->plain[0], tiles->plain[1], tiles->plain[2],
                          tiles->matrix[0], tiles->matrix[1], tiles->matrix[2],
                          tiles->plain_attention);
}

static gboolean
scan_tiles (const char *text, SfTileChoice *tiles)
{
  return sscanf (text, "%d,%d,%d,%d,%d,%d,%d", &tiles->plain[0], &tiles->plain[1], &tiles->plain[2],
                 &tiles->matrix[0], &tiles->matrix[1], &tiles->matrix[2], &tiles->plain_attention)
         == 7;
}

/* @order: "variant:kind:device:tiles:file". */
static gboolean
run_trial (const char *order, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (order, ":", 5);
  g_autofree SfTrial *trial = g_new (SfTrial, 1);
  guint index = g_strv_length (parts) == 5 ? g_ascii_strtoull (parts[0], NULL, 10) : G_MAXUINT;

  SfDeviceOptions options = SF_DEVICE_OPTIONS_INIT;

  if (index >= G_N_ELEMENTS (variants) || !scan_tiles (parts[3], &options.tiles))
    {
      g_set_error (error, SF_ERROR, SF_ERROR_ARGUMENT, "%s is set, but not by a probe.",
                   SF_TRIAL_VARIABLE);
      return FALSE;
    }
  options.index = atoi (parts[2]);
  options.family = variants[index].family;
  options.tile_loads = variants[index].tile_loads;
  return sf_trial_run (atoi (parts[1]), &options, trial, error)
         && g_file_set_contents (parts[4], (const char *)trial, sizeof *trial, error);
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
spawn_trial (guint index, SfTrialKind kind, int device, const SfTileChoice *tiles, const char *file)
{
  g_autofree char *choice = print_tiles (tiles);
  g_autofree char *order = g_strdup_printf ("%u:%d:%d:%s:%s", index, kind, device, choice, file);
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  char *argv[] = { program, (char *)"probe", NULL };
  g_auto (GStrv) environment = g_get_environ ();
  GPid pid;

  environment = g_environ_setenv (environment, SF_TRIAL_VARIABLE, order, TRUE);
  environment = g_environ_unsetenv (environment, "LP_NATIVE_VECTOR_WIDTH");
  if (variants[index].vector_width != NULL)
    environment = g_environ_setenv (environment, "LP_NATIVE_VECTOR_WIDTH",
                                    variants[index].vector_width, TRUE);
  return program != NULL
         && g_spawn_async (NULL, argv, environment,
                           G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL
                               | G_SPAWN_DO_NOT_REAP_CHILD,
                           NULL, NULL, &pid, NULL)
         && ends_well (pid);
}

/* NULL when the variant failed or took the process down. */
static SfTrial *
try_with_tiles (guint index, SfTrialKind kind, int device, const SfTileChoice *tiles)
{
  g_autofree char *file = NULL;
  char *data = NULL;
  gsize size = 0;

  int fd = g_file_open_tmp ("sfumato-probe-XXXXXX", &file, NULL);
  if (fd < 0)
    return NULL;
  close (fd);
  if (spawn_trial (index, kind, device, tiles, file))
    g_file_get_contents (file, &data, &size, NULL);
  unlink (file);
  if (size == sizeof (SfTrial))
    return (SfTrial *)data;
  g_free (data);
  return NULL;
}

static SfTrial *
try_variant (guint index, SfTrialKind kind, int device)
{
  const SfTileChoice none = SF_TILE_CHOICE_NONE;
  return try_with_tiles (index, kind, device, &none);
}

/* For sf_probe_tiles(): the first variant is the storage form. */
static SfTrial *
try_tiles (SfTrialKind kind, const SfTileChoice *tiles, gpointer device)
{
  return try_with_tiles (0, kind, GPOINTER_TO_INT (device), tiles);
}

/* The best of the variants of one vector width. */
typedef struct
{
  int variant; /* −1 while there is none */
  SfTrial *trial;
} Choice;

static gboolean
is_wide (guint index)
{
  return variants[index].vector_width != NULL;
}

/* Every heavy kernel of the quickest variant against the same ones of the first, @reference, which
 * is tried the first time that it is asked for. */
static gboolean
network_is_right (guint index, int device, SfTrial **reference)
{
  if (*reference == NULL)
    *reference = try_variant (0, SF_TRIAL_NETWORK, device);
  g_autofree SfTrial *trial = try_variant (index, SF_TRIAL_NETWORK, device);

  return trial != NULL && (*reference == NULL || sf_trial_agrees (trial, *reference, TOLERANCE));
}

static void
consider (Choice *choice, guint index, int device, SfTrial **network, SfTrial **trial)
{
  if (choice->variant >= 0 && (*trial)->gflops[0] <= choice->trial->gflops[0])
    return;
  if (index > 0 && !network_is_right (index, device, network))
    return;
  g_free (choice->trial);
  choice->trial = g_steal_pointer (trial);
  choice->variant = index;
}

static void
try_all (const SfCaps *caps, int device, Choice choices[2], GString *report)
{
  g_autofree SfTrial *reference = NULL, *network = NULL;
  gboolean may_widen = sf_verdict_may_widen ();

  for (guint i = 0; i < G_N_ELEMENTS (variants); i++)
    {
      /* Texel kernels are for devices that chose them by their limits. */
      if (variants[i].family == SF_FAMILY_TEXEL && caps->family != SF_FAMILY_TEXEL)
        continue;
      if (is_wide (i) && !may_widen)
        continue;
      g_autofree SfTrial *trial = try_variant (i, SF_TRIAL_SPEED, device);
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
        consider (&choices[is_wide (i)], i, device, &network, &trial);
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
  gboolean widen = wide->variant >= 0, matrix = FALSE;

  for (guint i = 0; i < 2; i++)
    {
      if (choices[i].variant < 0)
        continue;
      SfVerdict verdict = {
        .family = variants[choices[i].variant].family,
        .tile_loads = variants[choices[i].variant].tile_loads,
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
                          variants[widen ? wide->variant : narrow->variant].name,
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
  Choice choices[2] = { { .variant = -1 }, { .variant = -1 } };

  g_string_append_printf (report, "%s (%s)\n", caps->name, caps->driver);
  try_all (caps, index, choices, report);
  gboolean found = choices[0].variant >= 0;
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
