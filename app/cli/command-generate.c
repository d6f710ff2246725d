/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli.h"

#include "generate-options.h"
#include "image/png.h"
#include "output.h"
#include "progress-line.h"

#include <glib-unix.h>
#include <stdio.h>

/* So many requests are with the engine at once: the next one starts while a picture is saved. */
#define N_AHEAD 2

typedef struct _Turn Turn;

/* One run: load the model, make the pictures, save each as it is finished. The first error ends
 * it. */
typedef struct
{
  guint n_started; /* prompts that the engine was given */
  guint n_running; /* of those, the ones that it has not ended */
  gint64 start;    /* of the first one */

  /* Owned */
  CliGenerateOptions *options;
  Turn *turns; /* one for each prompt */
  CliProgressLine *line;
  SfEngine *engine;
  GMainLoop *loop;
  GCancellable *cancellable;
  GError *error;
} Run;

/* What the engine's callbacks are told. */
struct _Turn
{
  guint index; /* of the prompt */

  /* Borrowed */
  Run *run;
  const CliPrompt *prompt;
};

static Run *
run_new (CliGenerateOptions *options)
{
  Run *self = g_new0 (Run, 1);
  self->options = options;
  self->turns = g_new0 (Turn, options->prompts->len);
  for (guint i = 0; i < options->prompts->len; i++)
    self->turns[i] = (Turn){ i, self, g_ptr_array_index (options->prompts, i) };
  self->line = cli_progress_line_new (cli_progress_style (options->quiet));
  self->loop = g_main_loop_new (NULL, FALSE);
  self->cancellable = g_cancellable_new ();
  return self;
}

static void
run_free (Run *self)
{
  cli_generate_options_free (self->options);
  g_free (self->turns);
  cli_progress_line_free (self->line);
  g_clear_object (&self->engine);
  g_main_loop_unref (self->loop);
  g_object_unref (self->cancellable);
  g_clear_error (&self->error);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Run, run_free)

/* Keeps the first error and has the engine stop; its own end then ends the loop. */
static void
run_fail (Run *self, GError *error)
{
  if (self->error == NULL)
    self->error = error;
  else
    g_error_free (error);
  g_cancellable_cancel (self->cancellable);
}

/* As run_fail(), with the place of the prompt in the sentence. */
static void
turn_fail (Turn *turn, GError *error)
{
  g_autofree char *place = cli_prompt_place (turn->prompt);
  g_prefix_error (&error, "%s", place);
  run_fail (turn->run, error);
}

static gboolean
save_preview (Run *self, const SfProgress *progress, GError **error)
{
  g_autofree char *path
      = cli_output_preview_path (self->options->preview_dir, progress->index, progress->n_images,
                                 progress->step, progress->n_steps);
  return sf_image_save_png (progress->preview, path, NULL, error);
}

static gboolean
save_result (Turn *turn, const SfResult *result, GError **error)
{
  Run *self = turn->run;
  const CliPrompt *prompt = turn->prompt;
  g_autofree char *path
      = cli_output_path (prompt->output, result->index, prompt->request->batch, result->seed);
  if (!sf_image_save_png (result->image, path, result->parameters, error))
    return FALSE;
  if (!self->options->quiet)
    {
      cli_progress_line_clear (self->line);
      printf ("%s\n", path);
      fflush (stdout);
      fprintf (stderr, "%ux%u, seed %" G_GINT64_FORMAT ", %.1f s\n", result->image->width,
               result->image->height, result->seed, result->seconds);
    }
  return TRUE;
}

/* The state of all prompts together, where there are several: of one the engine tells it. */
static SfProgress
overall (const Turn *turn, const SfProgress *progress)
{
  SfProgress state = *progress;
  guint n = turn->run->options->prompts->len;
  double elapsed = (g_get_monotonic_time () - turn->run->start) * 1e-6;
  if (n == 1)
    return state;
  state.index += turn->index * progress->n_images;
  state.n_images *= n;
  state.fraction = (turn->index + progress->fraction) / n;
  state.seconds_left = state.fraction > 0 ? elapsed / state.fraction - elapsed : -1;
  return state;
}

static void
on_progress (const SfProgress *progress, gpointer data)
{
  Turn *turn = data;
  Run *self = turn->run;
  GError *error = NULL;
  if (self->error != NULL)
    return;
  SfProgress state = overall (turn, progress);
  cli_progress_line_update (self->line, &state);
  if (self->options->preview_dir != NULL && progress->preview != NULL
      && !save_preview (self, progress, &error))
    turn_fail (turn, g_steal_pointer (&error));
  else if (progress->result != NULL && !save_result (turn, progress->result, &error))
    turn_fail (turn, g_steal_pointer (&error));
}

/* Not an error: the model draws something. */
static void
tell_unknown (Run *self, const CliPrompt *prompt)
{
  g_autoptr (SfModelInfo) model = sf_engine_get_model (self->engine);
  const char *negative = prompt->request->negative_prompt;
  g_autofree char *text
      = g_strconcat (prompt->request->prompt, "\n", negative != NULL ? negative : "", NULL);
  g_autofree char *sentence = model != NULL ? sf_model_info_name_unknown (model, text) : NULL;
  g_autofree char *place = cli_prompt_place (prompt);
  if (sentence == NULL || self->options->quiet)
    return;
  g_autofree char *note = g_strconcat (place, sentence, NULL);
  cli_progress_line_clear (self->line);
  cli_note (note);
}

static void start_next (Run *self);

static void
on_generated (GObject *source, GAsyncResult *result, gpointer data)
{
  Turn *turn = data;
  Run *self = turn->run;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) results = sf_engine_generate_finish (SF_ENGINE (source), result, &error);
  self->n_running--;
  if (results == NULL)
    turn_fail (turn, g_steal_pointer (&error));
  start_next (self);
  if (self->n_running == 0)
    g_main_loop_quit (self->loop);
}

/* Gives the engine what is to be made next, as far as there is something and it is wanted. */
static void
start_next (Run *self)
{
  guint n = self->options->prompts->len;
  while (self->n_running < N_AHEAD && self->n_started < n && self->error == NULL)
    {
      Turn *turn = &self->turns[self->n_started++];
      self->n_running++;
      tell_unknown (self, turn->prompt);
      sf_engine_generate_async (self->engine, turn->prompt->request, self->cancellable, on_progress,
                                turn, on_generated, turn);
    }
}

static void
tell_model (Run *self, const SfModelInfo *model)
{
  if (self->options->quiet)
    return;
  g_autofree char *note = g_strdup_printf (
      "%s, %s%s", model->name, model->family,
      model->limited ? ": a small model that knows only a few simple things" : "");
  cli_progress_line_clear (self->line);
  cli_note (note);
}

static void
tell_notice (Run *self)
{
  g_autofree char *notice = sf_engine_get_notice (self->engine);

  if (notice == NULL || self->options->quiet)
    return;
  cli_progress_line_clear (self->line);
  cli_note (notice);
}

static void
on_loading (const SfProgress *progress, gpointer data)
{
  cli_progress_line_update (((Run *)data)->line, progress);
}

static void
on_loaded (GObject *source, GAsyncResult *result, gpointer data)
{
  Run *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SfModelInfo) model = sf_engine_load_model_finish (SF_ENGINE (source), result, &error);
  if (model == NULL)
    {
      run_fail (self, g_steal_pointer (&error));
      g_main_loop_quit (self->loop);
      return;
    }
  tell_notice (self);
  tell_model (self, model);
  self->start = g_get_monotonic_time ();
  start_next (self);
}

/* The source goes with the first signal: a second Ctrl+C ends the program at once. */
static gboolean
on_interrupt (gpointer data)
{
  Run *self = data;
  g_cancellable_cancel (self->cancellable);
  return G_SOURCE_REMOVE;
}

static gboolean
prepare_place (const CliGenerateOptions *options, const CliPrompt *prompt, GError **error)
{
  g_autofree char *folder
      = prompt->output != NULL ? g_path_get_dirname (prompt->output) : g_strdup (".");
  return (!options->make_folders || cli_output_prepare_folder (folder, error))
         && cli_output_check (prompt->output, prompt->request->batch, error);
}

static gboolean
prepare_places (const CliGenerateOptions *options, GError **error)
{
  for (guint i = 0; i < options->prompts->len; i++)
    {
      const CliPrompt *prompt = g_ptr_array_index (options->prompts, i);
      g_autofree char *place = cli_prompt_place (prompt);
      if (!prepare_place (options, prompt, error))
        {
          g_prefix_error (error, "%s", place);
          return FALSE;
        }
    }
  return options->preview_dir == NULL || cli_output_prepare_folder (options->preview_dir, error);
}

static CliStatus
finish (Run *self)
{
  cli_progress_line_clear (self->line);
  if (self->error == NULL)
    return CLI_OK;
  if (g_error_matches (self->error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return cli_fail (CLI_FAILED, "Stopped before everything was finished.");
  return cli_fail (CLI_FAILED, self->error->message);
}

static CliStatus
run (GStrv args)
{
  g_autoptr (GError) error = NULL;
  CliGenerateOptions *options = cli_generate_options_parse (args);
  if (options == NULL)
    return CLI_USAGE;

  g_autoptr (Run) self = run_new (options);
  if (!prepare_places (options, &error))
    return cli_fail (CLI_FAILED, error->message);

  g_unix_signal_add (SIGINT, on_interrupt, self);
  g_unix_signal_add (SIGTERM, on_interrupt, self);
  self->engine = sf_engine_new (&options->engine);
  sf_engine_load_model_async (self->engine, options->model, self->cancellable, on_loading, self,
                              on_loaded, self);
  g_main_loop_run (self->loop);
  return finish (self);
}

const CliCommand cli_command_generate = { "generate", "Make pictures from a prompt", run };
