/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "progress-line.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define BAR_WIDTH 24
/* Below this many columns the words are worth more than the bar. */
#define COLUMNS_FOR_BAR 64
/* Of more pictures a log has one line each. */
#define MANY_IMAGES 64

struct _CliProgressLine
{
  CliProgressStyle style;
  gboolean shown;

  /* The last line that was printed plainly, as a number that changes when the next is due. */
  guint milestone;
};

CliProgressStyle
cli_progress_style (gboolean quiet)
{
  if (quiet)
    return CLI_PROGRESS_NONE;
  return isatty (STDERR_FILENO) ? CLI_PROGRESS_TERMINAL : CLI_PROGRESS_PLAIN;
}

CliProgressLine *
cli_progress_line_new (CliProgressStyle style)
{
  CliProgressLine *self = g_new0 (CliProgressLine, 1);
  self->style = style;
  self->milestone = G_MAXUINT;
  return self;
}

void
cli_progress_line_free (CliProgressLine *self)
{
  cli_progress_line_clear (self);
  g_free (self);
}

static void
append_time (GString *text, double seconds)
{
  guint s = (guint)(MIN (seconds, 359999) + 0.5);
  if (s >= 3600)
    g_string_append_printf (text, ", %u h %02u min left", s / 3600, s / 60 % 60);
  else if (s >= 60)
    g_string_append_printf (text, ", %u min %02u s left", s / 60, s % 60);
  else
    g_string_append_printf (text, ", %u s left", s);
}

char *
cli_progress_describe (const SfProgress *progress)
{
  g_autoptr (GString) text = g_string_new (NULL);
  if (progress->n_images > 1 && progress->phase > SF_PHASE_LOADING)
    g_string_append_printf (text, "picture %u/%u, ", progress->index + 1, progress->n_images);
  switch (progress->phase)
    {
    case SF_PHASE_PROBING:
      g_string_append (text, "trying the device's kernels, this once");
      break;
    case SF_PHASE_LOADING:
      g_string_append (text, "loading the model");
      break;
    case SF_PHASE_PREPARING:
      g_string_append (text, "preparing");
      break;
    case SF_PHASE_ENCODING:
      g_string_append (text, "reading the prompt");
      break;
    case SF_PHASE_DENOISING:
      g_string_append_printf (text, "step %u/%u", progress->step, progress->n_steps);
      break;
    case SF_PHASE_DECODING:
      g_string_append (text, "decoding");
      if (progress->in_strips)
        g_string_append (text, " in strips, as memory is short");
      break;
    default:
      break;
    }
  if (progress->seconds_left >= 0 && progress->phase > SF_PHASE_LOADING)
    append_time (text, progress->seconds_left);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static guint
terminal_columns (void)
{
  struct winsize size;
  if (ioctl (STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    return size.ws_col;
  return 80;
}

static void
draw (CliProgressLine *self, const SfProgress *progress)
{
  double fraction = CLAMP (progress->fraction, 0, 1);
  guint columns = terminal_columns ();
  g_autofree char *words = cli_progress_describe (progress);
  g_autoptr (GString) line = g_string_new (NULL);

  if (columns >= COLUMNS_FOR_BAR)
    {
      guint n_done = (guint)(fraction * BAR_WIDTH);
      g_string_append_c (line, '[');
      for (guint i = 0; i < BAR_WIDTH; i++)
        g_string_append_c (line, i < n_done ? '#' : '.');
      g_string_append (line, "] ");
    }
  g_string_append_printf (line, "%3u %%  %s", (guint)(fraction * 100), words);
  /* A line that wraps could not be drawn over. All of it is ASCII: a byte is a column. */
  g_string_truncate (line, MIN (line->len, columns - 1));
  fprintf (stderr, "\r\033[K%s", line->str);
  fflush (stderr);
  self->shown = TRUE;
}

/* Phase and picture, and in a phase with steps which tenth of them; of many pictures the picture
 * alone. */
static guint
milestone_of (const SfProgress *progress)
{
  if (progress->n_images > MANY_IMAGES)
    return (progress->index + 1) << 8; /* not the one of loading */
  guint tenth = progress->phase == SF_PHASE_DENOISING && progress->n_steps > 0
                    ? progress->step * 10 / progress->n_steps
                    : 0;
  return (progress->index * 16 + progress->phase) * 16 + tenth;
}

void
cli_progress_line_update (CliProgressLine *self, const SfProgress *progress)
{
  guint milestone = milestone_of (progress);
  switch (self->style)
    {
    case CLI_PROGRESS_TERMINAL:
      draw (self, progress);
      break;
    case CLI_PROGRESS_PLAIN:
      if (milestone != self->milestone)
        {
          g_autofree char *words = cli_progress_describe (progress);
          fprintf (stderr, "%s\n", words);
        }
      break;
    case CLI_PROGRESS_NONE:
    default:
      break;
    }
  self->milestone = milestone;
}

void
cli_progress_line_clear (CliProgressLine *self)
{
  if (self->shown)
    fputs ("\r\033[K", stderr);
  self->shown = FALSE;
}
