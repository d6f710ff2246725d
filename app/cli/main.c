/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli.h"
#include "sfumato.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

/* A machine without a locale set, such as a container, still has a terminal that shows UTF-8. */
static void
prepare_locale (void)
{
  setlocale (LC_ALL, "");
  if (strcmp (setlocale (LC_CTYPE, NULL), "C") == 0)
    setlocale (LC_CTYPE, "C.UTF-8");
}

int
main (int argc, char **argv)
{
  sf_environment_prepare ();
  prepare_locale ();

  CliStatus status = cli_run (argc, argv);
  /* g_print() and printf() leave what went wrong, such as a full disk, in the stream. */
  if ((fflush (stdout) != 0 || ferror (stdout)) && status == CLI_OK)
    status = cli_fail (CLI_FAILED, "Standard output cannot be written to: the disk may be full.");
  return status;
}
