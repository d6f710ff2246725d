/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probe/environment.h"

#include <stdlib.h>
#include <string.h>

#include "probe/spawn.h"
#include "probe/verdict.h"
#include "sfumato.h"

#define WIDTH "LP_NATIVE_VECTOR_WIDTH"

/* In the environment while no probe has looked. It says what the driver does anyway, and can still
 * be changed when there are threads: in place, which setenv() does not do. */
static char undecided[] = WIDTH "=256";
static gboolean is_undecided;

void
sf_environment_prepare (void)
{
  int width = sf_verdict_vector_width ();

  /* A trial has the environment that it is to try, and what the user chose stays. */
  if (g_getenv (SF_TRIAL_VARIABLE) != NULL || g_getenv (WIDTH) != NULL)
    return;
  if (!sf_verdict_may_widen ())
    return;
  if (width == 512)
    g_setenv (WIDTH, "512", FALSE);
  is_undecided = width < 0 && putenv (undecided) == 0;
}

gboolean
sf_environment_is_undecided (guint index)
{
  return is_undecided && sf_verdict_of_card (index) != SF_CARD_RIGHT;
}

void
sf_environment_decide (void)
{
  if (is_undecided && sf_verdict_vector_width () == 512)
    memcpy (undecided + strlen (WIDTH "="), "512", 3);
  is_undecided = FALSE;
}
