/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probe/spawn.h"

#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"

/* Patience with one trial: a slow driver takes half a minute to compile its kernels. */
#define TRIAL_SECONDS 120
/* And with one that was killed: a process inside a driver may never end. */
#define KILLED_SECONDS 5
#define POLL_USEC 2000

/* In place of a trial, where there is none for want of memory. */
static const char short_of_memory = 'M';

/* Where the child finds what it is to write to. */
#define CHILD_FD 3

/* --- In the child ----------------------------------------------------------------------------- */

/* What the child is told, in one line: the setup, then kind, device and where to write. */
typedef struct
{
  SfTrialSetup setup;
  int kind, device, fd;
} Order;

#define ORDER_FORMAT "%d,%d,%d,%d,%d,%d,%d,%d,%d,%d:%d:%d:%d"
#define ORDER_FIELDS 13

static char *
print_order (const Order *order)
{
  const SfTrialSetup *setup = &order->setup;
  const SfTileChoice *tiles = &setup->tiles;

  return g_strdup_printf (ORDER_FORMAT, setup->family, setup->tile_loads, setup->paired_stores,
                          tiles->plain[0], tiles->plain[1], tiles->plain[2], tiles->matrix[0],
                          tiles->matrix[1], tiles->matrix[2], tiles->plain_attention, order->kind,
                          order->device, order->fd);
}

static gboolean
scan_order (const char *text, Order *order)
{
  SfTrialSetup *setup = &order->setup;
  SfTileChoice *tiles = &setup->tiles;
  int family = 0, loads = 0;

  int n = sscanf (text, ORDER_FORMAT, &family, &loads, &setup->paired_stores, &tiles->plain[0],
                  &tiles->plain[1], &tiles->plain[2], &tiles->matrix[0], &tiles->matrix[1],
                  &tiles->matrix[2], &tiles->plain_attention, &order->kind, &order->device,
                  &order->fd);
  setup->family = family;
  setup->tile_loads = loads;
  return n == ORDER_FIELDS && family >= SF_FAMILY_AUTO && family <= SF_FAMILY_STORAGE;
}

static gboolean
write_all (int fd, const void *data, gsize size)
{
  gssize n = 0;

  for (gsize done = 0; done < size; done += n)
    if ((n = write (fd, (const char *)data + done, size - done)) <= 0)
      return FALSE;
  return TRUE;
}

gboolean
sf_probe_obey (const char *text, GError **error)
{
  g_autofree SfTrial *trial = g_new (SfTrial, 1);
  SfDeviceOptions options = SF_DEVICE_OPTIONS_INIT;
  Order order;

  if (!scan_order (text, &order))
    {
      g_set_error (error, SF_ERROR, SF_ERROR_ARGUMENT, "%s is set, but not by a probe.",
                   SF_TRIAL_VARIABLE);
      return FALSE;
    }
  options.index = order.device;
  options.family = order.setup.family;
  options.tile_loads = order.setup.tile_loads;
  options.paired_stores = order.setup.paired_stores;
  options.tiles = order.setup.tiles;
  g_autoptr (GError) local = NULL;
  if (sf_trial_run (order.kind, &options, trial, &local))
    return write_all (order.fd, trial, sizeof *trial);
  if (g_error_matches (local, SF_ERROR, SF_ERROR_MEMORY))
    write_all (order.fd, &short_of_memory, 1);
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/* --- In the parent ---------------------------------------------------------------------------- */

void
sf_die_with_parent (gpointer parent)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  /* Which came too late if the parent has ended since. */
  if (getppid () != GPOINTER_TO_INT (parent))
    _exit (1);
}

/* Who kills a trial in time is not this process: the kernel, for want of memory. */
static SfTrialEnd
end_of (int status)
{
  if (WIFSIGNALED (status) && WTERMSIG (status) == SIGKILL)
    return SF_TRIAL_UNTRIED;
  return g_spawn_check_wait_status (status, NULL) ? SF_TRIAL_ENDED : SF_TRIAL_FAILED;
}

/* Waits for a trial, and ends one that a driver keeps from ending. */
static SfTrialEnd
wait_for (GPid pid)
{
  gint64 deadline = g_get_monotonic_time () + TRIAL_SECONDS * G_USEC_PER_SEC;
  gint64 end = deadline + KILLED_SECONDS * G_USEC_PER_SEC, now;
  int status = -1;
  pid_t ended;

  while ((ended = waitpid (pid, &status, WNOHANG)) == 0)
    {
      now = g_get_monotonic_time ();
      if (now > end)
        return SF_TRIAL_HUNG;
      if (now > deadline)
        kill (pid, SIGKILL);
      g_usleep (POLL_USEC);
    }
  if (g_get_monotonic_time () > deadline)
    return SF_TRIAL_HUNG;
  return ended == pid ? end_of (status) : SF_TRIAL_UNTRIED;
}

static SfTrialEnd
run_order (const Order *order, int fd)
{
  g_autofree char *text = print_order (order);
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  const char *const argv[] = { program, "probe", NULL };
  g_auto (GStrv) environment = g_get_environ ();
  GPid pid;

  environment = g_environ_setenv (environment, SF_TRIAL_VARIABLE, text, TRUE);
  environment = g_environ_unsetenv (environment, "LP_NATIVE_VECTOR_WIDTH");
  if (order->setup.wide)
    environment = g_environ_setenv (environment, "LP_NATIVE_VECTOR_WIDTH", "512", TRUE);
  if (program == NULL
      || !g_spawn_async_with_pipes_and_fds (NULL, argv, (const char *const *)environment,
                                            G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL
                                                | G_SPAWN_DO_NOT_REAP_CHILD,
                                            sf_die_with_parent, GINT_TO_POINTER (getpid ()), -1, -1,
                                            -1, &fd, &order->fd, 1, &pid, NULL, NULL, NULL, NULL))
    return SF_TRIAL_UNTRIED;
  return wait_for (pid);
}

SfTrial *
sf_probe_spawn (const SfTrialSetup *setup, SfTrialKind kind, int device, SfTrialEnd *end)
{
  g_autofree SfTrial *trial = g_new (SfTrial, 1);
  const Order order = { *setup, kind, device, CHILD_FD };
  gssize n;

  int fd = memfd_create ("sfumato-trial", MFD_CLOEXEC);
  if (fd < 0)
    {
      *end = SF_TRIAL_UNTRIED;
      return NULL;
    }
  *end = run_order (&order, fd);
  n = pread (fd, trial, sizeof *trial, 0);
  close (fd);
  if (*end == SF_TRIAL_FAILED && n == 1)
    *end = SF_TRIAL_UNTRIED;
  else if (*end == SF_TRIAL_ENDED && n != sizeof *trial)
    *end = SF_TRIAL_FAILED;
  return *end == SF_TRIAL_ENDED ? g_steal_pointer (&trial) : NULL;
}
